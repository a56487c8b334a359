"""The dip of Hartigan & Hartigan: how far numbers on a line are from having one peak only."""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import ArrayLike, NDArray

#: Uniform samples that the dip is compared with: the widest-spread of all shapes with one peak.
REFERENCES = 200


def dip(values: ArrayLike) -> float:
    """The largest distance between the distribution of ``values`` (n,) and the nearest one with a single peak.

    1 / (2n) to 0.25; near 0 for one peak. Hartigan & Hartigan 1985, "The dip test of unimodality", sections 2 and 4: a
    distribution with one peak bends upwards before the peak and downwards after it, so the greatest convex curve under the
    steps and the least concave curve above them are drawn on ever smaller intervals around the peak, until what they miss
    outside is more than what they still differ by inside. ValueError for no values or NaN.
    """
    x = np.sort(np.asarray(values, dtype=np.float64).ravel())
    n = len(x)
    if n == 0 or not np.isfinite(x).all():
        raise ValueError("The dip needs one or more finite numbers.")
    if x[0] == x[-1]:
        return 0.5 / n
    below, above = np.arange(n) / n, np.arange(1, n + 1) / n  # the foot and the top of the step at each value
    first, last, missed = 0, n - 1, 1.0 / n
    while True:
        inside = slice(first, last + 1)
        under = first + _hull(x[inside], below[inside], upper=False)
        over = first + _hull(x[inside], above[inside], upper=True)
        # the two curves differ most at a corner of one of them
        gap_under = np.interp(x[under], x[over], above[over]) - below[under]
        gap_over = above[over] - np.interp(x[over], x[under], below[under])
        if gap_under.max() >= gap_over.max():
            left = under[int(gap_under.argmax())]
            right, gap = over[np.searchsorted(over, left)], gap_under.max()
        else:
            right = over[int(gap_over.argmax())]
            left, gap = under[np.searchsorted(under, right, side="right") - 1], gap_over.max()
        if gap <= missed:
            return float(missed / 2)
        before, after = slice(first, left + 1), slice(right, last + 1)
        missed_before = above[before] - np.interp(x[before], x[under], below[under])
        missed_after = np.interp(x[after], x[over], above[over]) - below[after]
        missed = max(missed, missed_before.max(), missed_after.max())
        if (left, right) == (first, last):
            return float(missed / 2)
        first, last = int(left), int(right)


@cache
def dip_of_one_peak(n: int, level: float = 0.05) -> float:
    """The dip that ``n`` uniform numbers exceed with probability ``level``, from 200 fixed draws of them."""
    generator = np.random.default_rng(n)
    return float(np.quantile([dip(generator.random(n)) for _ in range(REFERENCES)], 1 - level))


def _hull(x: np.ndarray, y: np.ndarray, upper: bool) -> NDArray[np.int64]:
    """Corners of the least concave curve above (``upper``), or the greatest convex one under, the points; x ascends."""
    xs, ys = x.tolist(), (-y if upper else y).tolist()
    corners: list[int] = []
    for i in range(len(xs)):
        while len(corners) > 1:
            a, b = corners[-2], corners[-1]
            # b stays only where the curve bends upwards there
            if (ys[b] - ys[a]) * (xs[i] - xs[a]) < (ys[i] - ys[a]) * (xs[b] - xs[a]):
                break
            corners.pop()
        corners.append(i)
    return np.array(corners, dtype=np.int64)
