"""What tells two groups of samples apart: their means, the features that differ most, and the samples between them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

AT_MOST = 5_000  # samples of a group that are looked at


@dataclass(frozen=True, eq=False)
class Contrast:
    """Two groups A and B of samples of the shape (*shape).

    mean_a, mean_b float32 (*shape). effect float64 (*shape): mean of A less mean of B in standard deviations within the
    groups (`effect_sizes`). border_a, border_b int64: row numbers of the samples between the two, those on the border first.
    """

    mean_a: NDArray[np.float32]
    mean_b: NDArray[np.float32]
    effect: NDArray[np.float64]
    border_a: NDArray[np.int64]
    border_b: NDArray[np.int64]

    def telling(self, n: int) -> list[tuple[int, float]]:
        """At most n pairs of a feature, counted from 0 through the flattened sample, and its effect; the largest first."""
        flat = self.effect.ravel()
        order = np.argsort(-np.abs(flat), kind="stable")[:n]
        return [(int(i), float(flat[i])) for i in order if flat[i]]


def contrast(X: np.ndarray, embedding: np.ndarray, a: np.ndarray, b: np.ndarray, n_border: int = 12) -> Contrast:
    """What tells the samples ``a`` from ``b``, row numbers of X (n, *shape) and of embedding (n, d).

    Samples in both groups are left out; of a large group 5,000 are looked at. ValueError if a group has no sample of its own.
    """
    both = np.intersect1d(a, b)
    a, b = (np.setdiff1d(group, both) for group in (a, b))
    if not len(a) or not len(b):
        raise ValueError(
            "One of the two groups has no sample that is not in the other as well. Choose groups that differ."
        )
    dice = np.random.default_rng(0)
    a, b = (np.sort(dice.permutation(group)[:AT_MOST]) for group in (a, b))
    mean_a, mean_b = X[a].mean(axis=0, dtype=np.float64), X[b].mean(axis=0, dtype=np.float64)
    border_a, border_b = between(embedding[a], embedding[b])
    return Contrast(
        mean_a.astype(np.float32),
        mean_b.astype(np.float32),
        effect_sizes(X[a], X[b]),
        a[border_a[:n_border]],
        b[border_b[:n_border]],
    )


def effect_sizes(a: np.ndarray, b: np.ndarray) -> NDArray[np.float64]:
    """Cohen's d of every feature of two groups (n_a, *shape) and (n_b, *shape): (*shape).

    d = (mean_a - mean_b) / s with s^2 the variances within the groups, weighted by their sizes (Cohen 1988, "Statistical
    power analysis for the behavioral sciences", section 2.2). A feature that does not vary within the groups is measured
    in the standard deviation over both together; one that never varies has 0.
    """
    n_a, n_b = len(a), len(b)
    difference = a.mean(axis=0, dtype=np.float64) - b.mean(axis=0, dtype=np.float64)
    within = (n_a * a.var(axis=0, dtype=np.float64) + n_b * b.var(axis=0, dtype=np.float64)) / (n_a + n_b)
    over_all = within + n_a * n_b / (n_a + n_b) ** 2 * difference**2
    spread = np.sqrt(np.where(within > 1e-9 * over_all, within, over_all))
    return np.asarray(np.divide(difference, spread, out=np.zeros_like(difference), where=spread > 0))


def between(a: np.ndarray, b: np.ndarray) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Places in a (n_a, d) and in b (n_b, d) of the points nearest to the plane halfway between the two means, nearest first."""
    centre_a, centre_b = a.mean(axis=0, dtype=np.float64), b.mean(axis=0, dtype=np.float64)
    middle, across = (centre_a + centre_b) / 2, centre_b - centre_a
    return tuple(np.argsort(np.abs((group - middle) @ across), kind="stable") for group in (a, b))  # type: ignore[return-value]
