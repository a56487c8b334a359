"""Facts about every cluster: size, confidence, the nearest other cluster, an order of similarity, and telling features."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from deepclust.metrics.exemplars import Exemplars

BORDERLINE = 0.1  # confidence below which a sample lies on the border


@dataclass(frozen=True, eq=False)
class ClusterFacts:
    """One entry for each of the m clusters with samples, in the order of their numbers; noise (-1) is none.

    numbers, sizes int64 (m,). confidence float32 (m,): mean over the samples. radius: mean distance of the samples to
    their centre. nearest int64 (m,): the cluster whose centre is the nearest other one, -1 for a lone cluster; distance:
    from centre to centre, inf for a lone cluster. n_borderline int64 (m,): samples with a confidence below 0.1; towards
    (m,): the share of them that are on the border to ``nearest``, 0 where there are none. similar int64 (m,): positions 0..m-1
    of the clusters in an order in which similar ones are neighbours.
    """

    numbers: NDArray[np.int64]
    sizes: NDArray[np.int64]
    confidence: NDArray[np.float32]
    radius: NDArray[np.float32]
    nearest: NDArray[np.int64]
    distance: NDArray[np.float32]
    n_borderline: NDArray[np.int64]
    towards: NDArray[np.float32]
    similar: NDArray[np.int64]

    @property
    def apart(self) -> NDArray[np.float32]:
        """How well each cluster is apart from the nearest, float32 (m,): the distance of their centres, divided by how far
        samples of both lie from their own on average. Below 1 they lie in each other; inf for a lone cluster."""
        reach = self.radius + np.where(
            self.nearest >= 0, self.radius[np.searchsorted(self.numbers, self.nearest) % len(self.numbers)], 0
        )
        return np.asarray(self.distance / np.maximum(reach, np.finfo(np.float32).tiny), dtype=np.float32)


def cluster_facts(embedding: np.ndarray, labels: np.ndarray, best: Exemplars) -> ClusterFacts:
    """Facts about the clusters labels int (n,) of embedding (n, d), whose `exemplars` are ``best``; Euclidean distances."""
    kept = np.flatnonzero(labels >= 0)
    kept = kept[np.argsort(labels[kept], kind="stable")]  # one cluster after the other
    numbers, starts, sizes = np.unique(labels[kept], return_index=True, return_counts=True)
    rows = np.repeat(np.arange(len(numbers)), sizes)

    def means(values: np.ndarray) -> NDArray[np.float32]:
        shape = (-1,) + (1,) * (values.ndim - 1)
        sums = np.add.reduceat(values, starts, axis=0, dtype=np.float64)
        return np.asarray(sums / sizes.reshape(shape), dtype=np.float32)

    points = embedding[kept].astype(np.float32)
    points -= points.mean(axis=0)  # far from the origin, squares would cancel each other out
    centres = means(points)
    apart = _apart(centres.astype(np.float64))
    points -= centres[rows]
    radius = means(np.sqrt(np.einsum("nd,nd->n", points, points)))
    np.fill_diagonal(apart, np.inf)
    closest = apart.argmin(axis=1)
    distance = apart[np.arange(len(numbers)), closest]
    nearest = np.where(np.isfinite(distance), numbers[closest], -1)
    border = best.confidence[kept] < BORDERLINE
    n_borderline = np.bincount(rows, border, len(numbers)).astype(np.int64)
    n_towards = np.bincount(rows, border & (best.other[kept] == nearest[rows]), len(numbers))
    return ClusterFacts(
        numbers=numbers.astype(np.int64),
        sizes=sizes.astype(np.int64),
        confidence=means(best.confidence[kept]),
        radius=radius,
        nearest=nearest.astype(np.int64),
        distance=distance.astype(np.float32),
        n_borderline=n_borderline,
        towards=(n_towards / np.maximum(n_borderline, 1)).astype(np.float32),
        similar=_similar(centres),
    )


def _apart(centres: np.ndarray) -> np.ndarray:
    """Distances (m, m) between centres (m, d), without an array (m, m, d)."""
    square = np.einsum("md,md->m", centres, centres)
    distances: np.ndarray = np.sqrt(np.maximum(square[:, None] + square - 2 * centres @ centres.T, 0))
    return distances


def _similar(centres: np.ndarray) -> NDArray[np.int64]:
    """The order of the leaves of an average-linkage tree in which neighbours are as near as the tree allows."""
    from scipy.cluster.hierarchy import leaves_list, linkage

    if len(centres) < 3:
        return np.arange(len(centres))
    return np.asarray(leaves_list(linkage(centres, "average", optimal_ordering=True)), dtype=np.int64)


def telling_features(X: np.ndarray, labels: np.ndarray, n: int = 3) -> dict[int, list[tuple[int, float]]]:
    """For every cluster the features of X (n_samples, d) by which it differs most from all other samples.

    labels int (n_samples,), noise (-1) only among the others. {cluster: [(feature, difference), ...]}, largest first:
    mean of its samples minus mean of the others, in standard deviations of the feature over all samples. Features that do
    not differ are left out, as all are for a lone cluster.
    """
    total, spread = X.sum(axis=0, dtype=np.float64), X.std(axis=0, dtype=np.float64)
    told = {}
    for cluster in np.unique(labels[labels >= 0]):
        members = labels == cluster
        size = int(members.sum())
        inside = X[members].sum(axis=0, dtype=np.float64)
        score = np.zeros(len(spread))
        if size < len(X):
            difference = inside / size - (total - inside) / (len(X) - size)
            score = np.divide(difference, spread, out=score, where=spread > 0)
        order = np.argsort(-np.abs(score), kind="stable")[:n]
        told[int(cluster)] = [(int(f), float(score[f])) for f in order if abs(score[f]) > 1e-9]
    return told
