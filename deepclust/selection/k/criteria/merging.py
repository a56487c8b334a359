"""Clusters that are one group in truth: neighbours without a dip between them are merged, and what is left is counted."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from deepclust.selection.k.criteria.dip import dip, dip_of_one_peak
from deepclust.selection.k.criterion import Criterion, Facts, count
from deepclust.selection.k.every_k import recluster
from deepclust.selection.k.material import Material

OVER = 10  # so many more than the largest k, before clusters without a dip between them are merged

RANK = 70
DIP = Facts(
    "dip",
    "Dip test",
    "Too many clusters, of which neighbours without a dip between them are merged: those that are left are counted.",
    weight=0.25,
)
FACTS = (DIP,)

#: How many samples of each of two clusters are looked at: the first of these that both can give, else all of the smaller.
LOOKED_AT = (200, 100, 50, 25)
NEIGHBOURS = 6  # nearest centres with which a cluster may be one


def judge(m: Material) -> Iterator[Criterion]:
    """How many of too many clusters are left."""
    points = m.few_points
    too_many = max(2, min(m.ks[-1] + OVER, len(points) // 5))
    labels = recluster(points, [too_many], m.random_state)[too_many]
    left = int(merged(points, labels).max()) + 1
    yield count(DIP, m.ks, [left], note=f"Of {too_many} clusters {left} are left.")


def merged(points: np.ndarray, labels: np.ndarray) -> NDArray[np.int64]:
    """Merge clusters of points (n, d), int (n,), as long as two of them show one peak only; new labels (n,), 0, 1, ...

    In the manner of DipDECK (Leiber et al. 2021, doi:10.1145/3447548.3467316): both clusters, equally many samples of each,
    are projected on the line through their centres. If their dip is no larger than that of most uniform samples (5 % level),
    nothing separates them. The pair with the smallest dip beside that bound is merged first.
    """
    labels = np.unique(labels, return_inverse=True)[1].astype(np.int64)
    doubt: dict[tuple[int, int], float] = {}
    while (n := int(labels.max()) + 1) > 1:
        centres = np.stack([points[labels == c].mean(axis=0) for c in range(n)])
        distances = np.linalg.norm(centres[:, None] - centres[None], axis=2)
        near = np.argsort(distances, axis=1)[:, 1 : NEIGHBOURS + 1]
        for a in range(n):
            for b in near[a].tolist():
                pair = (min(a, b), max(a, b))
                if pair not in doubt:
                    doubt[pair] = separation(points[labels == pair[0]], points[labels == pair[1]])
        (a, b), least = min(doubt.items(), key=lambda item: item[1])
        if least > 1:
            break
        labels[labels == b] = a
        labels[labels > b] -= 1
        # what was measured between other clusters still holds
        doubt = {(p - (p > b), q - (q > b)): d for (p, q), d in doubt.items() if not {p, q} & {a, b}}
    return labels


def separation(first: np.ndarray, second: np.ndarray) -> float:
    """The dip of two clusters (n, d), (m, d) along the line through their centres, over its bound for one peak.

    Above 1: there is a gap between them.
    """
    smaller = min(len(first), len(second))
    size = next((n for n in LOOKED_AT if n <= smaller), smaller)
    line = second.mean(axis=0) - first.mean(axis=0)
    both = [(_every(cluster, size) @ line) for cluster in (first, second)]
    return dip(np.concatenate(both)) / dip_of_one_peak(2 * size)


def _every(cluster: np.ndarray, size: int) -> np.ndarray:
    """``size`` samples of a cluster in even steps."""
    chosen: np.ndarray = cluster[np.linspace(0, len(cluster) - 1, size).round().astype(int)]
    return chosen
