"""Pictures that were written as rows of numbers: known by what their pixels have in common with their neighbours."""

from __future__ import annotations

import math

import numpy as np

SMALLEST_SIDE = 8
_LOOKED_AT = 500  # rows
_SMOOTH = 0.75  # how much nearer pixels next to each other are than any two, in true pictures at most


def flat_shape(rows: np.ndarray) -> tuple[int, ...] | None:
    """(side, side), or with 3 colours behind or before them, if the rows ``(n, d)`` are pictures; None if not, or unclear.

    Their values have to be whole and from 0 to 255, or from 0 to 1, their number a square or three times one, and pixels
    above and beside each other nearer than any two of a picture.
    """
    shapes = sides_of(rows.shape[1])
    some = np.asarray(rows[:_LOOKED_AT] if shapes else rows[:0], np.float64)
    rough = {shape: _roughness(some.reshape(-1, *shape)) for shape in shapes if _are_pixels(some)}
    best = min(rough, key=rough.__getitem__, default=None)
    return best if best is not None and rough[best] < _SMOOTH else None


def sides_of(n_features: int) -> list[tuple[int, ...]]:
    """The shapes of square pictures of so many values, grey or in colour; [] if there is none."""
    for n_colours in (1, 3):
        side = math.isqrt(n_features // n_colours)
        if side >= SMALLEST_SIDE and side * side * n_colours == n_features:
            return [(side, side, 3), (3, side, side)] if n_colours == 3 else [(side, side)]
    return []


def standing(pictures: np.ndarray) -> np.ndarray:
    """Pictures ``(n, h, w[, c])``: colours that come first ``(n, c, h, w)`` are moved to the end."""
    first = pictures.ndim == 4 and pictures.shape[1] in (1, 3) and pictures.shape[3] not in (1, 3, 4)
    return np.moveaxis(pictures, 1, 3) if first else pictures


def _are_pixels(values: np.ndarray) -> bool:
    """Whole numbers from 0 to 255, more than two of them; or numbers from 0 to 1."""
    low, high = values.min(initial=0.0), values.max(initial=0.0)
    if not (np.isfinite(values).all() and low >= 0):
        return False
    whole = bool((values == np.floor(values)).all())
    return (whole and 2 < high <= 255) or (not whole and 0.5 < high <= 1.0)


def _roughness(pictures: np.ndarray) -> float:
    """How far neighbours down and across differ, the worse of both, where pixels drawn at random from a picture give 1."""
    pictures = standing(pictures)
    flat = pictures.reshape(len(pictures), -1)
    shuffled = flat[:, np.random.default_rng(0).permutation(flat.shape[1])]
    any_two = float(np.abs(flat - shuffled).mean())
    down, across = (float(np.abs(np.diff(pictures, axis=axis)).mean()) for axis in (1, 2))
    return max(down, across) / any_two if any_two > 0 else math.inf
