"""Ranks and their agreement: how alike two orders of the same things are, whatever the numbers behind them."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray


def ranks(values: ArrayLike) -> NDArray[np.float64]:
    """Ranks (n,) of values (n,) from 1 for the smallest; equal values share the mean of their ranks."""
    values = np.asarray(values, np.float64)
    _, places, counts = np.unique(values, return_inverse=True, return_counts=True)
    last = np.cumsum(counts)
    return (last - (counts - 1) / 2)[places]


def spearman(a: ArrayLike, b: ArrayLike) -> float | None:
    """Spearman's rank correlation in [-1, 1] of two lists (n,), over the entries that both know.

    The correlation of the ranks (Spearman 1904). None with fewer than three entries, or where one list is all equal.
    """
    a, b = np.asarray(a, np.float64), np.asarray(b, np.float64)
    known = np.isfinite(a) & np.isfinite(b)
    if known.sum() < 3:
        return None
    x, y = ranks(a[known]), ranks(b[known])
    x, y = x - x.mean(), y - y.mean()
    size = np.sqrt((x @ x) * (y @ y))
    return float(x @ y / size) if size > 0 else None
