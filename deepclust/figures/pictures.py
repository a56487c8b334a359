"""Samples as thumbnails, many in ONE picture: real pictures, and small charts for vectors (NumPy and Pillow only)."""

from __future__ import annotations

import base64
import io
from collections.abc import Sequence

import numpy as np
from PIL import Image

from deepclust.data.dataset import Dataset

Colour = tuple[int, int, int, int]
ValueRange = tuple[np.ndarray | float, np.ndarray | float]

TRANSPARENT: Colour = (128, 128, 128, 0)  # between the thumbnails: light or dark, the page shows through
THUMBNAIL = 48  # pixels; small pictures are enlarged to about this
SMALL = 32  # up to this side pictures keep hard pixels when enlarged
LARGEST = 64  # larger pictures are reduced to this
MEAN_OF = 500  # samples of which a mean picture is made at most
MOST_BARS = 24  # vectors with more features are drawn as a square of grey values

# A panel of its own keeps charts readable on light and on dark pages.
PANEL, RULE, INK = (238, 240, 244), (205, 209, 216), (32, 96, 160)


def sprite(
    X: np.ndarray,
    columns: int = 12,
    cell: int | None = None,
    gap: int = 2,
    background: Colour = TRANSPARENT,
    value_range: ValueRange | None = None,
) -> Image.Image:
    """All samples side by side in one RGBA picture, sample ``i`` in row ``i // columns``, column ``i % columns``.

    X: pictures ``(n, h, w)`` or ``(n, h, w, 1 or 3)`` in [0, 1], or vectors ``(n, d)``.
    cell: longer side of a thumbnail in pixels; None for about 48. gap: pixels between thumbnails.
    value_range: lowest and highest value of each feature of vectors, by which the charts are scaled; None for
    the range of X itself. ValueError without samples or for another shape.
    """
    if len(X) == 0 or columns < 1 or gap < 0 or (cell is not None and cell < 1):
        raise ValueError(
            f"{len(X)} samples in {columns} columns with cell={cell} and gap={gap} make no picture. "
            "At least one sample, one column, a cell of 1 pixel and a gap of 0 are needed."
        )
    if X.ndim == 2:
        thumbs = vector_thumbnails(X, cell, value_range)
    elif X.ndim == 3 or (X.ndim == 4 and X.shape[3] in (1, 3)):
        thumbs = picture_thumbnails(X, cell)
    else:
        raise ValueError(
            f"Samples of the shape {X.shape} cannot be drawn. Use (n, features), (n, height, width) or (n, height, width, 3)."
        )
    n, height, width = thumbs.shape[:3]
    columns = min(columns, n)
    rows = -(-n // columns)
    grid = np.empty((rows * (height + gap), columns * (width + gap), 4), dtype=np.uint8)
    grid[:] = background
    cells = grid.reshape(rows, height + gap, columns, width + gap, 4)
    row, column = np.divmod(np.arange(n), columns)
    cells[row, :height, column, :width, :3] = thumbs
    cells[row, :height, column, :width, 3] = 255
    return Image.fromarray(grid[: rows * (height + gap) - gap, : columns * (width + gap) - gap])


def contact_sheet(
    dataset: Dataset,
    ids: Sequence[int] | np.ndarray,
    columns: int = 12,
    cell: int | None = None,
    gap: int = 2,
    background: Colour = TRANSPARENT,
) -> bytes:
    """The samples ``ids`` of a data set as one PNG, in the given order; see `sprite`.

    Charts of vectors are scaled by the whole data set, so that two sheets can be compared.
    ValueError without ids or with one that is not in the data set.
    """
    chosen = np.asarray(ids, dtype=np.int64).reshape(-1)
    outside = chosen[(chosen < 0) | (chosen >= dataset.n_samples)]
    if len(outside) or not len(chosen):
        what = f"Sample {outside[0]} is not in {dataset.title}" if len(outside) else "No sample was chosen"
        raise ValueError(f"{what}. Choose at least one number from 0 to {dataset.n_samples - 1}.")
    value_range = None if dataset.pictured else (dataset.X.min(axis=0), dataset.X.max(axis=0))
    return png_bytes(sprite(dataset.shown(chosen), columns, cell, gap, background, value_range))


def mean_picture(
    dataset: Dataset, members: np.ndarray, cell: int | None = None, value_range: ValueRange | None = None
) -> str:
    """The mean of the samples ``members``, of 500 of them where they are more, as an address for ``<img>``.

    cell and value_range as in `sprite`.
    """
    some = np.sort(np.random.default_rng(0).permutation(members)[:MEAN_OF])
    mean = dataset.shown(some).mean(axis=0, keepdims=True)
    return png_data_uri(png_bytes(sprite(mean, 1, cell, value_range=value_range)))


def png_bytes(image: Image.Image) -> bytes:
    """An image as the bytes of a PNG file."""
    buffer = io.BytesIO()
    image.save(buffer, format="PNG")
    return buffer.getvalue()


def png_data_uri(png: bytes) -> str:
    """PNG bytes as an address that can stand in ``<img src=...>``."""
    return "data:image/png;base64," + base64.b64encode(png).decode("ascii")


def picture_thumbnails(X: np.ndarray, cell: int | None = None) -> np.ndarray:
    """Pictures in [0, 1] to uint8 ``(n, height, width, 3)``: small ones enlarged in hard pixels, large ones reduced."""
    pixels = np.rint(np.clip(np.nan_to_num(X), 0.0, 1.0) * 255.0).astype(np.uint8)
    if pixels.ndim == 3:
        pixels = pixels[..., None]
    height, width = pixels.shape[1:3]
    longest = max(height, width)
    if cell is None:
        cell = longest * max(1, round(THUMBNAIL / longest)) if longest <= SMALL else min(longest, LARGEST)
    if cell % longest == 0:
        pixels = pixels.repeat(cell // longest, axis=1).repeat(cell // longest, axis=2)
    else:
        size = (max(1, round(width * cell / longest)), max(1, round(height * cell / longest)))
        small_enlarged = cell > longest and longest <= SMALL
        how = Image.Resampling.NEAREST if small_enlarged else Image.Resampling.LANCZOS
        resized = [np.asarray(Image.fromarray(p[..., 0] if p.shape[2] == 1 else p).resize(size, how)) for p in pixels]
        pixels = np.stack(resized).reshape(len(pixels), size[1], size[0], -1)
    return np.broadcast_to(pixels, (*pixels.shape[:3], 3))


def vector_thumbnails(X: np.ndarray, cell: int | None = None, value_range: ValueRange | None = None) -> np.ndarray:
    """Vectors ``(n, d)`` to uint8 ``(n, cell, cell, 3)``.

    Two features: a dot at their place. Up to 24: one bar per feature. More: a square of grey values, row by row,
    dark = lowest. All are scaled by ``value_range``; what lies outside is drawn at the edge.
    """
    n, d = X.shape
    low, high = value_range if value_range is not None else (X.min(axis=0), X.max(axis=0))
    span = np.broadcast_to(np.subtract(high, low), (d,))
    unit = np.clip(np.nan_to_num((X - low) / np.where(span > 0, span, 1.0)), 0.0, 1.0)
    if d > MOST_BARS:
        side = int(np.ceil(np.sqrt(d)))
        square = np.zeros((n, side * side), dtype=np.float32)
        square[:, :d] = unit
        return picture_thumbnails(square.reshape(n, side, side), cell)
    cell = cell or THUMBNAIL
    thumbs = np.empty((n, cell, cell, 3), dtype=np.uint8)
    thumbs[:] = PANEL
    place = np.arange(cell)
    if d == 2:
        thumbs[:, cell // 2, :] = RULE
        thumbs[:, :, cell // 2] = RULE
        radius = max(1, cell // 16)
        across = radius + unit[:, 0] * (cell - 1 - 2 * radius)
        down = radius + (1.0 - unit[:, 1]) * (cell - 1 - 2 * radius)
        near = (place[None, :, None] - down[:, None, None]) ** 2 + (place[None, None, :] - across[:, None, None]) ** 2
        thumbs[near <= radius**2 + 0.5] = INK
        return thumbs
    feature = place * d // cell  # which bar each pixel column belongs to
    is_gap = np.append(feature[1:] != feature[:-1], False) if cell >= 3 * d else np.zeros(cell, dtype=bool)
    top = cell - np.maximum(1, np.rint(unit * cell)).astype(np.int64)  # the lowest value still shows one pixel
    filled = (place[None, :, None] >= top[:, feature][:, None, :]) & ~is_gap
    thumbs[filled] = INK
    return thumbs
