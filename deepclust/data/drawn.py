"""How the pictures of a data set are drawn (their ground, the width of the pen, how large and where), and others drawn alike.

Ink is how far a pixel is from the ground, 0 to 1, whichever of both is brighter.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from deepclust.data.alike import LUMA

LOOKED_AT = 400  # pictures
FINER = 4  # times, to measure a pen of one or two pixels
FLAT = 0.15  # pixels of a border within so much of the ground belong to it
DRAWN = 0.75  # share of such pixels from which on pictures are drawn on a ground
FAINT, FULL = 0.25, 0.75  # of the strongest ink of a photograph: below and above it is none and all


@dataclass(frozen=True)
class Style:
    """ground: its brightness, 0 to 1. pen: width of strokes, extent: longer side of what is drawn, both as shares of the
    picture's longer side. by_mass: whether the centre of mass, and not that of the box around the ink, lies in the middle.
    """

    ground: float
    pen: float
    extent: float
    by_mass: bool


def style_of(X: np.ndarray) -> Style | None:
    """How pictures X (n, h, w) or (n, h, w, 3) in 0..1 are drawn; None where they have no ground, as photographs have none."""
    from scipy.ndimage import distance_transform_edt

    some = grey(X[np.random.default_rng(0).permutation(len(X))[:LOOKED_AT]])
    border = np.concatenate([some[:, 0], some[:, -1], some[:, :, 0], some[:, :, -1]], axis=1)
    ground = float(np.median(border))
    if np.mean(np.abs(border - ground) <= FLAT) < DRAWN or FLAT < ground < 1 - FLAT:
        return None
    ground = float(round(ground))
    height, width = some.shape[1:]
    extents, pens, masses, boxes = [], [], [], []
    for ink in np.abs(some - ground):
        mask = ink > 0.3 * ink.max()
        if not mask.any() or ink.max() < FLAT:
            continue
        box = _box(mask)
        extents.append(max(box[1] - box[0], box[3] - box[2]))
        masses.append(_middle(ink))
        boxes.append(((box[0] + box[1] - 1) / 2, (box[2] + box[3] - 1) / 2))
        fine = Image.fromarray(ink.astype(np.float32)).resize((width * FINER, height * FINER), Image.Resampling.BICUBIC)
        inside = np.asarray(fine) > 0.5 * ink.max()
        if inside.any():
            # the mean distance to the border of a bar is a quarter of its width; a pen finer than a pixel leaves less ink there
            wide = 4 * (distance_transform_edt(inside)[inside].mean() - 0.5) / FINER
            pens.append(wide * min(1.0, float(ink.sum()) * FINER**2 / inside.sum()))
    if not pens:
        return None
    side = max(height, width)
    by_mass = bool(np.std(masses, axis=0).sum() < np.std(boxes, axis=0).sum())
    return Style(ground, float(np.median(pens)) / side, float(np.median(extents)) / side, by_mass)


def grey(X: np.ndarray) -> NDArray[np.float32]:
    """Pictures (n, h, w) in grey of pictures (n, h, w) or (n, h, w, 3)."""
    return np.asarray(X @ LUMA if X.ndim == 4 else X, np.float32)


def ink_of(picture: np.ndarray) -> NDArray[np.float32]:
    """Ink (h, w) in 0..1 of a picture (h, w) in 0..1 of something drawn: a photograph of paper as well."""
    border = np.concatenate([picture[0], picture[-1], picture[:, 0], picture[:, -1]])
    ink = np.abs(picture - np.median(border))
    strongest = float(np.quantile(ink, 0.995))
    if strongest < FLAT:
        return np.zeros(picture.shape, np.float32)
    return np.asarray(np.clip((ink / strongest - FAINT) / (FULL - FAINT), 0, 1), np.float32)


def drawn_like(ink: np.ndarray, style: Style, feature_shape: tuple[int, ...]) -> NDArray[np.float32]:
    """A picture float32 (feature_shape) of ink (h, w) in 0..1: as large, in the same place and on the same ground as the data's.

    Without any ink, the empty ground.
    """
    height, width = feature_shape[:2]
    placed = np.zeros((height, width), np.float32)
    mask = ink > 0.3 * ink.max(initial=0.0)
    if ink.max(initial=0.0) > 0:
        top, bottom, left, right = _box(mask)
        cut = np.ascontiguousarray(ink[top:bottom, left:right], np.float32)
        times = style.extent * max(height, width) / max(cut.shape)
        size = (min(width, max(1, round(cut.shape[1] * times))), min(height, max(1, round(cut.shape[0] * times))))
        small = np.clip(np.asarray(Image.fromarray(cut).resize(size, Image.Resampling.BICUBIC)), 0, 1)
        small = small / max(float(small.max()), 1e-6)
        y, x = _middle(small) if style.by_mass else ((size[1] - 1) / 2, (size[0] - 1) / 2)
        from_top = int(np.clip(round((height - 1) / 2 - y), 0, height - size[1]))
        from_left = int(np.clip(round((width - 1) / 2 - x), 0, width - size[0]))
        placed[from_top : from_top + size[1], from_left : from_left + size[0]] = small
    picture = np.abs(style.ground - placed)
    return np.ascontiguousarray(picture if len(feature_shape) == 2 else np.repeat(picture[..., None], 3, axis=2))


def _box(mask: np.ndarray) -> tuple[int, int, int, int]:
    """Top, bottom, left and right of what is set, the ends exclusive."""
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    return int(rows[0]), int(rows[-1]) + 1, int(columns[0]), int(columns[-1]) + 1


def _middle(ink: np.ndarray) -> tuple[float, float]:
    """Centre of mass (y, x)."""
    total = float(ink.sum())
    y, x = ink.sum(axis=1) @ np.arange(ink.shape[0]) / total, ink.sum(axis=0) @ np.arange(ink.shape[1]) / total
    return float(y), float(x)
