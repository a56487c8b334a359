"""One scale for all pictures of a set that have more than 8 bits: 12 or 16 bits, fractions, heights."""

from __future__ import annotations

import numpy as np

_BYTES, _WORDS = 255.0, 65535.0


def on_one_scale(pictures: dict[int, np.ndarray]) -> str:
    """Bring pictures of any numbers to [0, 1] together, in place; a sentence on how, "" where they stay as they are.

    From 0 to 1 they stay; whole numbers up to 255 that go beyond 1 are bytes; all others go from the smallest to the largest.
    """
    low = min(float(p.min()) for p in pictures.values())
    high = max(float(p.max()) for p in pictures.values())
    if low >= 0 and high <= 1:
        return ""
    if low >= 0 and high <= _BYTES:
        origin, span, sentence = 0.0, _BYTES, ""
    elif high > low:
        origin, span = low, high - low
        sentence = f"Pixel values from {low:.6g} to {high:.6g} were brought to 0 to 1, by one scale for all pictures."
    else:
        origin, span, sentence = 0.0, max(abs(low), _WORDS), ""
    for picture in pictures.values():
        np.subtract(picture, np.float32(origin), out=picture)
        np.clip(picture / np.float32(span), 0.0, 1.0, out=picture)
    return sentence
