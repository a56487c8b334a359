"""One sample disturbed on purpose: turned, shifted, covered, blurred, noisy, brighter or inverted."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Disturbance:
    """What is done, in this order. turn: degrees, against the clock. right, down, cover, blur: shares of the picture's side.
    brighter: added to the brightness, -1 to 1. noise: standard deviation, of pictures in their brightness, of vectors in the
    spread of each feature. seed: of the noise and of where it is covered.
    """

    turn: float = 0.0
    right: float = 0.0
    down: float = 0.0
    cover: float = 0.0
    blur: float = 0.0
    brighter: float = 0.0
    noise: float = 0.0
    invert: bool = False
    seed: int = 0


def disturbed_picture(picture: np.ndarray, by: Disturbance, ground: float) -> NDArray[np.float32]:
    """A picture (h, w) or (h, w, 3) in 0..1 after a disturbance; ``ground`` is the brightness of what comes in from outside."""
    from scipy import ndimage

    x: np.ndarray = np.array(picture, np.float32)
    height, width = x.shape[:2]
    dice, side = np.random.default_rng(by.seed), max(height, width)
    beyond = {"order": 1, "mode": "constant", "cval": ground}
    if by.turn:
        x = ndimage.rotate(x, by.turn, axes=(1, 0), reshape=False, **beyond)
    if by.right or by.down:
        x = ndimage.shift(x, (by.down * height, by.right * width, 0)[: x.ndim], **beyond)
    if by.cover:
        size = max(1, round(by.cover * side))
        top, left = dice.integers(max(1, height - size + 1)), dice.integers(max(1, width - size + 1))
        x[top : top + size, left : left + size] = ground
    if by.blur:
        x = ndimage.gaussian_filter(x, (by.blur * side, by.blur * side, 0)[: x.ndim], mode="nearest")
    x = x + by.brighter + by.noise * dice.normal(size=x.shape)
    x = np.clip(x, 0, 1)
    return np.asarray(1 - x if by.invert else x, np.float32)


def disturbed_vector(vector: np.ndarray, by: Disturbance, spread: np.ndarray) -> NDArray[np.float32]:
    """A vector (d,) with noise of the spread (d,) of each feature."""
    return np.asarray(vector + by.noise * spread * np.random.default_rng(by.seed).normal(size=vector.shape), np.float32)
