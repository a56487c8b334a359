"""Which samples stand for a cluster: the most typical, the borderline, and how sure each sample's place is."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from deepclust.neighbors import squarable

CHUNK = 16_384


@dataclass(frozen=True, eq=False)
class Exemplars:
    """Samples of every cluster, best first, as row numbers; and a confidence float32 (n,) in 0..1 for every sample.

    typical: nearest to the centre of the cluster. borderline: nearly as close to, or closer to, another centre.
    other: int64 (n,), whose centre is the nearest besides that of a sample's own cluster (its own where it is alone).
    """

    confidence: NDArray[np.float32]
    other: NDArray[np.int64]
    typical: dict[int, NDArray[np.int64]]
    borderline: dict[int, NDArray[np.int64]]


def exemplars(embedding: np.ndarray, labels: np.ndarray, n: int = 100) -> Exemplars:
    """Rank the samples of every cluster by their distances to the mean of each cluster.

    embedding (n_samples, d), labels int (n_samples,); at most ``n`` samples per list. confidence = 1 - d_own / d_other
    with d_other the distance to the nearest other centre; 0 where another centre is nearer; 1 for a lone cluster.
    """
    clusters, rows = np.unique(labels, return_inverse=True)
    membership = np.zeros((len(clusters), len(labels)), dtype=np.float32)
    membership[rows, np.arange(len(labels))] = 1
    embedding = squarable(embedding)
    embedding = embedding - embedding.mean(axis=0)  # far from the origin, squares would cancel each other out
    centres = (membership @ embedding) / membership.sum(axis=1, keepdims=True)  # (k, d)
    distances = np.empty((len(labels), len(clusters)), dtype=np.float32)
    square = (centres**2).sum(axis=1)
    for start in range(0, len(labels), CHUNK):
        part = embedding[start : start + CHUNK]
        squared = (part**2).sum(axis=1)[:, None] - 2 * part @ centres.T + square
        distances[start : start + CHUNK] = np.sqrt(np.maximum(squared, 0))
    everyone = np.arange(len(labels))
    own = distances[everyone, rows].copy()
    distances[everyone, rows] = np.inf
    next_best = distances.argmin(axis=1)
    other = distances[everyone, next_best]
    margin = 1 - np.divide(own, other, out=np.ones_like(own), where=other > 0)  # other is inf for a lone cluster
    typical, borderline = {}, {}
    for row, cluster in enumerate(clusters):
        members = np.flatnonzero(rows == row)
        typical[int(cluster)] = members[np.argsort(own[members], kind="stable")][:n]
        order = margin[members] if len(clusters) > 1 else -own[members]
        borderline[int(cluster)] = members[np.argsort(order, kind="stable")][:n]
    return Exemplars(
        np.clip(margin, 0, 1).astype(np.float32), clusters[next_best].astype(np.int64), typical, borderline
    )
