"""One picture of any format and mode to 8 bits of grey or RGB, or to the numbers of a deeper one; many on several cores."""

from __future__ import annotations

import contextlib
import io
import logging
import os
import warnings
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from typing import BinaryIO, NamedTuple

import numpy as np
from PIL import Image, ImageFile, ImageOps, TiffImagePlugin, UnidentifiedImageError

Size = tuple[int, int]  # height, width

# The decoders offered to strangers' bytes: no format that starts another program (EPS) or is rarely looked after.
FORMATS = ("PNG", "JPEG", "BMP", "GIF", "WEBP", "TIFF", "PPM")
#: How their files begin.
STARTS = (b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"BM", b"II*\0", b"MM\0*", b"RIFF")
MAX_PIXELS = 50_000_000  # of one picture, looked up in its header before it is decoded
MOST_PAGES = 10_000  # of one file
_ORIENTATION = 0x0112  # the EXIF tag that says how the camera was held
_KIND_OF_PAGE, _BANDS, _NO_DATA = 254, 277, 42113  # tags of TIFF
_SMALLER_OR_MASK = 1 | 4  # kinds of pages that only go with another one
_GAPS = (-9999.0, -32768.0, -32767.0)  # what stands for no number in maps of heights


class Decoded(NamedTuple):
    """pixels: uint8 ``(h, w)`` or ``(h, w, 3)``, or float32 ``(h, w)`` of a picture of more than 8 bits, as they stand.

    had: the size that it had. n_gaps: pixels that are no numbers. n_pages: of its file.
    """

    pixels: np.ndarray
    had: Size
    n_gaps: int = 0
    n_pages: int = 1


def is_deep(picture: Image.Image) -> bool:
    """Whether a picture has more than 8 bits of grey: 16 or 32 bits, or fractions."""
    return picture.mode.startswith("I") or picture.mode == "F"


def to_grey_or_rgb(picture: Image.Image) -> Image.Image:
    """A decoded picture of any mode of 8 bits as "L" or "RGB", transparent parts on white."""
    if picture.mode in ("L", "1"):
        return picture.convert("L")
    if picture.mode in ("RGBA", "LA", "PA", "La", "RGBa") or "transparency" in picture.info:
        grey = picture.mode in ("LA", "La")
        picture = picture.convert("RGBA")
        ground = Image.new("RGBA", picture.size, (255, 255, 255, 255))
        picture = Image.alpha_composite(ground, picture)
        return picture.convert("L" if grey else "RGB")
    return picture.convert("RGB")


def open_picture(stream: BinaryIO, page: int = 0) -> ImageFile.ImageFile:
    """Open a page of a picture, header only. ValueError if it is too large to be decoded, or of a kind that is not read."""
    try:
        picture = Image.open(stream, formats=FORMATS)
    except UnidentifiedImageError as error:
        if why := _why_not(stream):
            raise ValueError(why) from error
        raise
    if page:
        picture.seek(page)
    width, height = picture.size
    if width * height > MAX_PIXELS:
        raise ValueError(f"{height} × {width} pixels, at most {MAX_PIXELS:,} are allowed")
    return picture


def pages_of(picture: Image.Image) -> list[int]:
    """The numbers of the pages of a TIFF or the frames of an animation; not those that are smaller copies or masks."""
    n = min(int(getattr(picture, "n_frames", 1)), MOST_PAGES)
    if n == 1 or picture.format != "TIFF":
        return list(range(n))
    pages = []
    for page in range(n):
        picture.seek(page)
        if not int(picture.tag_v2.get(_KIND_OF_PAGE, 0)) & _SMALLER_OR_MASK:  # type: ignore[attr-defined]
            pages.append(page)
    return pages or [0]


def upright_size(picture: Image.Image) -> Size:
    width, height = picture.size
    lies = False
    with contextlib.suppress(Exception):  # a damaged EXIF block costs the turn, not the picture
        lies = picture.getexif().get(_ORIENTATION, 1) in (5, 6, 7, 8)
    return (width, height) if lies else (height, width)


def decode(content: bytes, size: Size, page: int = 0) -> Decoded:
    """One picture, or one page of it, at this size, upright."""
    height, width = size
    source = open_picture(io.BytesIO(content), page)
    had = upright_size(source)
    n_pages = source.n_frames if source.format == "TIFF" and not page else 1  # type: ignore[attr-defined]
    if n_pages > 1:
        source.seek(page)
    # a JPEG can be decoded at an eighth of its size and more: photographs then take a tenth of the time
    longest = 2 * max(height, width)
    source.draft("", (longest, longest))
    picture: Image.Image = source
    with contextlib.suppress(Exception):  # as in upright_size
        picture = ImageOps.exif_transpose(picture)
    if is_deep(picture):
        values, n_gaps = _without_gaps(np.asarray(picture, dtype=np.float32), source)
        picture = Image.fromarray(values)
    else:
        picture, n_gaps = to_grey_or_rgb(picture), 0
    if picture.size != (width, height):
        picture = ImageOps.fit(picture, (width, height), Image.Resampling.BICUBIC)
    pixels = np.asarray(picture)
    if pixels.dtype == np.float32:
        pixels = np.clip(pixels, values.min(), values.max())  # where curves overshoot
    return Decoded(pixels, had, n_gaps, n_pages)


def _without_gaps(values: np.ndarray, picture: Image.Image) -> tuple[np.ndarray, int]:
    """Pixels that are no numbers, or stand for none, take the smallest value there is; and how many they are."""
    gaps = ~np.isfinite(values) | (np.abs(values) > 1e30)
    tags = getattr(picture, "tag_v2", {})
    with contextlib.suppress(TypeError, ValueError):
        gaps |= values == np.float32(tags[_NO_DATA].strip("\0 ")) if _NO_DATA in tags else False
    low = values.min(where=~gaps, initial=np.inf)
    if low in _GAPS and float(values.min(where=~gaps & (values != low), initial=np.inf)) > low / 2:
        gaps |= values == low
    if not gaps.any() or gaps.all():
        return (np.zeros_like(values), gaps.size) if gaps.any() else (values, 0)
    values = values.copy()
    values[gaps] = values[~gaps].min()
    return values, int(gaps.sum())


def decode_in_parallel(
    streams: Iterable[tuple[str, BinaryIO]], size: Size, pages: Mapping[str, list[int]]
) -> Iterator[tuple[str, int, Decoded | Exception]]:
    """Decode on several cores, some pictures ahead and no more: name, page, and the picture or an error in its place.

    pages: of the files of which not only the first one is wanted.
    """
    n_workers = min(4, os.cpu_count() or 1)
    ahead: deque[tuple[str, int, Future[Decoded]]] = deque()
    with ThreadPoolExecutor(n_workers) as workers:

        def first() -> tuple[str, int, Decoded | Exception]:
            name, page, future = ahead.popleft()
            return name, page, future.exception() or future.result()  # type: ignore[return-value]

        for name, stream in streams:
            try:
                content = stream.read()
            except Exception as error:  # decoders and archives meet strangers' bytes with every kind of exception
                for page in pages.get(name, [0]):
                    yield name, page, error
                continue
            for page in pages.get(name, [0]):
                ahead.append((name, page, workers.submit(decode, content, size, page)))
                if len(ahead) > 4 * n_workers:
                    yield first()
        while ahead:
            yield first()


@contextlib.contextmanager
def quiet_decoders() -> Iterator[None]:
    """Pillow's remarks on odd files are not for the console: what matters is said in ``left_out``."""
    log = logging.getLogger("PIL")
    before, log.propagate = log.propagate, False
    handler = logging.NullHandler()
    log.addHandler(handler)
    try:
        with warnings.catch_warnings(action="ignore", category=Warning):
            yield
    finally:
        log.removeHandler(handler)
        log.propagate = before


def reason_of(error: Exception) -> str:
    if isinstance(error, (Image.DecompressionBombError, Image.DecompressionBombWarning)):
        return f"more than {MAX_PIXELS:,} pixels"
    if isinstance(error, UnidentifiedImageError):
        return "not a picture that can be read"
    text = str(error).strip().splitlines()
    return text[0][:160] if text else type(error).__name__


def _why_not(stream: BinaryIO) -> str:
    """Why a file that is no picture for Pillow is none; "" where nobody knows."""
    try:
        stream.seek(0)
        start = stream.read(140)
        if start[4:12] in (b"ftypheic", b"ftypheix", b"ftypmif1", b"ftyphevc", b"ftypavif"):
            return "HEIC, whatever its name says: export it as JPEG"
        if start[128:132] == b"DICM":
            return "DICOM: export it as PNG"
        if start[:4] not in (b"II*\0", b"MM\0*"):
            return ""
        stream.seek(0)
        tags = TiffImagePlugin.ImageFileDirectory_v2(start[:8])
        stream.seek(tags.next)
        tags.load(stream)
        bands = int(tags.get(_BANDS, 1))
    except Exception:  # as in decode_in_parallel
        return ""
    return f"{bands} bands, and pictures have 1 or 3: save three of them, or all as .npy" if bands > 4 else ""
