"""One picture of any format and mode to 8 bits of grey or RGB; many of them on several cores."""

from __future__ import annotations

import contextlib
import io
import os
import warnings
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import BinaryIO

import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError

Size = tuple[int, int]  # height, width

# The decoders offered to strangers' bytes: no format that starts another program (EPS) or is rarely looked after.
FORMATS = ("PNG", "JPEG", "BMP", "GIF", "WEBP", "TIFF", "PPM")
MAX_PIXELS = 50_000_000  # of one picture, looked up in its header before it is decoded
_ORIENTATION = 0x0112  # the EXIF tag that says how the camera was held


def to_grey_or_rgb(picture: Image.Image) -> Image.Image:
    """A decoded picture of any mode as 8-bit "L" or "RGB", upright, transparent parts on white."""
    with contextlib.suppress(Exception):  # a damaged EXIF block costs the turn, not the picture
        picture = ImageOps.exif_transpose(picture)
    mode = picture.mode
    if mode.startswith("I") or mode == "F":
        values = np.asarray(picture, dtype=np.float64)
        top = 65535.0 if mode.startswith("I;16") or values.max() > 255.0 else 255.0 if values.max() > 1.0 else 1.0
        return Image.fromarray(np.rint(np.clip(values / top, 0.0, 1.0) * 255.0).astype(np.uint8))
    if mode in ("L", "1"):
        return picture.convert("L")
    if mode in ("RGBA", "LA", "PA", "La", "RGBa") or "transparency" in picture.info:
        grey = mode in ("LA", "La")
        picture = picture.convert("RGBA")
        ground = Image.new("RGBA", picture.size, (255, 255, 255, 255))
        picture = Image.alpha_composite(ground, picture)
        return picture.convert("L" if grey else "RGB")
    return picture.convert("RGB")


def open_picture(stream: BinaryIO) -> Image.Image:
    """Open a picture, header only. ValueError if it is too large to be decoded."""
    picture = Image.open(stream, formats=FORMATS)
    width, height = picture.size
    if width * height > MAX_PIXELS:
        raise ValueError(f"{height} × {width} pixels, at most {MAX_PIXELS:,} are allowed")
    return picture


def upright_size(picture: Image.Image) -> Size:
    width, height = picture.size
    lies = False
    with contextlib.suppress(Exception):  # as in to_grey_or_rgb
        lies = picture.getexif().get(_ORIENTATION, 1) in (5, 6, 7, 8)
    return (width, height) if lies else (height, width)


def decode(content: bytes, size: Size) -> tuple[np.ndarray, Size]:
    """One picture as uint8 ``(h, w)`` or ``(h, w, 3)``, and the size that it had."""
    height, width = size
    picture = open_picture(io.BytesIO(content))
    had = upright_size(picture)
    # a JPEG can be decoded at an eighth of its size and more: photographs then take a tenth of the time
    longest = 2 * max(height, width)
    picture.draft(None, (longest, longest))
    picture = to_grey_or_rgb(picture)
    if picture.size != (width, height):
        picture = ImageOps.fit(picture, (width, height), Image.Resampling.BICUBIC)
    return np.asarray(picture), had


def decode_in_parallel(
    streams: Iterable[tuple[str, BinaryIO]], size: Size
) -> Iterator[tuple[str, tuple[np.ndarray, Size] | Exception]]:
    """Decode on several cores, some pictures ahead and no more; an error takes the place of the picture."""
    n_workers = min(4, os.cpu_count() or 1)
    ahead: deque[tuple[str, Future[tuple[np.ndarray, Size]]]] = deque()
    with ThreadPoolExecutor(n_workers) as workers:

        def first() -> tuple[str, tuple[np.ndarray, Size] | Exception]:
            name, future = ahead.popleft()
            return name, future.exception() or future.result()  # type: ignore[return-value]

        for name, stream in streams:
            try:
                content = stream.read()
            except Exception as error:  # as in _scan
                yield name, error
                continue
            ahead.append((name, workers.submit(decode, content, size)))
            if len(ahead) > 4 * n_workers:
                yield first()
        while ahead:
            yield first()


def quiet_decoders() -> warnings.catch_warnings:
    """Pillow's remarks on odd files are not for the console: what matters is said in ``left_out``."""
    silence = warnings.catch_warnings(action="ignore", category=Warning)
    return silence


def reason_of(error: Exception) -> str:
    if isinstance(error, (Image.DecompressionBombError, Image.DecompressionBombWarning)):
        return f"more than {MAX_PIXELS:,} pixels"
    if isinstance(error, UnidentifiedImageError):
        return "not a picture that can be read"
    text = str(error).strip().splitlines()
    return text[0][:80] if text else type(error).__name__
