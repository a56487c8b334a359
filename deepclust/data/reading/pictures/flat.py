"""Pictures that were written as rows of numbers: known by what their pixels have in common with their neighbours."""

from __future__ import annotations

import math

import numpy as np

SMALLEST_SIDE = 8
_LOOKED_AT = 500  # rows
_SMOOTH = 0.75  # how much nearer pixels next to each other are than any two, in true pictures at most


def flat_shape(rows: np.ndarray) -> tuple[int, ...] | None:
    """(side, side) or (side, side, 3) if the rows ``(n, d)`` are pictures, None if not, or if nobody could tell.

    Their values have to be whole and from 0 to 255, or from 0 to 1, their number a square or three times one, and pixels
    above and beside each other nearer than any two of a picture.
    """
    n_features = rows.shape[1]
    for n_colours in (1, 3):
        side = math.isqrt(n_features // n_colours)
        if side >= SMALLEST_SIDE and side * side * n_colours == n_features:
            shape = (side, side, 3) if n_colours == 3 else (side, side)
            some = np.asarray(rows[:_LOOKED_AT], np.float64)
            return shape if _are_pixels(some) and _are_smooth(some.reshape(-1, *shape)) else None
    return None


def _are_pixels(values: np.ndarray) -> bool:
    """Whole numbers from 0 to 255, more than two of them; or numbers from 0 to 1."""
    low, high = values.min(initial=0.0), values.max(initial=0.0)
    if not (np.isfinite(values).all() and low >= 0):
        return False
    whole = bool((values == np.floor(values)).all())
    return (whole and 2 < high <= 255) or (not whole and 0.5 < high <= 1.0)


def _are_smooth(pictures: np.ndarray) -> bool:
    """Whether neighbours down and across differ less than pixels that were drawn at random from the same picture."""
    n = len(pictures)
    flat = pictures.reshape(n, -1)
    shuffled = flat[:, np.random.default_rng(0).permutation(flat.shape[1])]
    any_two = float(np.abs(flat - shuffled).mean())
    down = float(np.abs(np.diff(pictures, axis=1)).mean())
    across = float(np.abs(np.diff(pictures, axis=2)).mean())
    return any_two > 0 and down < _SMOOTH * any_two and across < _SMOOTH * any_two
