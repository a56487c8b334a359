"""Sheets of thumbnails for the map: all samples of a map as a few small files, fetched one by one (NumPy and Pillow)."""

from __future__ import annotations

import io
from dataclasses import dataclass

import numpy as np
from PIL import Image

from deepclust.data.dataset import Dataset
from deepclust.figures.pictures import LARGEST, MOST_BARS, ValueRange, picture_thumbnails, vector_thumbnails

PER_SHEET = 1024
COLUMNS = 32
PIXELS = 80e6  # of all sheets together: more samples have smaller thumbnails
SMALLEST = 24  # pixels that a thumbnail keeps
QUALITY = 88  # of JPEG


@dataclass(frozen=True, eq=False)
class SheetPlan:
    """How the samples of a map lie on its sheets: row r on sheet ``r // PER_SHEET``, COLUMNS in a line.

    width, height: of one thumbnail, pixels. value_range: by which the charts of vectors are scaled, None for pictures.
    """

    n: int
    width: int
    height: int
    value_range: ValueRange | None = None

    @property
    def n_sheets(self) -> int:
        return -(-self.n // PER_SHEET)


def sheet_plan(dataset: Dataset, n: int) -> SheetPlan:
    """The plan for n samples of a data set: thumbnails as large as the pictures, but all together of bounded size."""
    side = int(np.clip(np.sqrt(PIXELS / max(n, 1)), SMALLEST, LARGEST))
    if not dataset.pictured:
        X = dataset.X
        value_range = (X.min(axis=0), X.max(axis=0))
        if X.shape[1] > MOST_BARS:
            native = int(np.ceil(np.sqrt(X.shape[1])))
            side = min(side, native)
        return SheetPlan(n, side, side, value_range)
    height, width = dataset.shown_shape[:2]
    reduced = min(1.0, side / max(height, width))
    return SheetPlan(n, max(1, round(width * reduced)), max(1, round(height * reduced)))


def picture_sheet(dataset: Dataset, ids: np.ndarray, plan: SheetPlan, number: int) -> bytes:
    """Sheet ``number`` of the samples ``ids`` int (plan.n,) as a JPEG file. ValueError if there is no such sheet."""
    if not 0 <= number < plan.n_sheets or len(ids) != plan.n:
        raise ValueError(f"There is no sheet {number} of {len(ids)} samples. Choose 0 to {plan.n_sheets - 1}.")
    rows = ids[number * PER_SHEET : (number + 1) * PER_SHEET]
    X = dataset.shown(rows)
    cell = max(plan.width, plan.height)
    thumbs = vector_thumbnails(X, cell, plan.value_range) if X.ndim == 2 else picture_thumbnails(X, cell)
    return jpeg_bytes(laid_out(thumbs, COLUMNS))


def faces_sheet(dataset: Dataset, ids: np.ndarray) -> tuple[bytes, int, int]:
    """The pictures of the samples ``ids`` int (m,), COLUMNS in a line, as a JPEG file; width and height of one, pixels."""
    thumbs = picture_thumbnails(dataset.shown(ids), LARGEST)
    return jpeg_bytes(laid_out(thumbs, COLUMNS)), thumbs.shape[2], thumbs.shape[1]


def laid_out(thumbs: np.ndarray, columns: int) -> np.ndarray:
    """Thumbnails uint8 (n, h, w, 3) on one black sheet, so many in a line."""
    n, height, width = thumbs.shape[:3]
    lines = -(-n // columns)
    sheet = np.zeros((lines * height, columns * width, 3), dtype=np.uint8)
    places = sheet.reshape(lines, height, columns, width, 3)
    line, column = np.divmod(np.arange(n), columns)
    places[line, :, column] = thumbs
    return sheet


def jpeg_bytes(pixels: np.ndarray) -> bytes:
    """Pixels uint8 (h, w, 3) as the bytes of a JPEG file, in grey where they are: a tenth of the time of WebP."""
    grey = bool((pixels[..., 0] == pixels[..., 1]).all() and (pixels[..., 0] == pixels[..., 2]).all())
    buffer = io.BytesIO()
    Image.fromarray(pixels[..., 0] if grey else pixels).save(buffer, format="JPEG", quality=QUALITY, subsampling=0)
    return buffer.getvalue()
