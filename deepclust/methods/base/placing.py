"""Where new samples go, on a map or into a cluster that others have: to those that they are nearest to."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from deepclust.methods.base.graph_cut import vote
from deepclust.neighbors import neighbor_index

SAME = 1e-5  # a sample so near to a fitted one, as a share of the spread of the data, is that one
PLACED_BY = 10  # fitted samples
CHUNK = 4_096


def place(X: np.ndarray, fitted: np.ndarray, points: np.ndarray, within: float) -> NDArray[np.float32]:
    """Positions (b, m) on a map for X (b, r), given fitted samples (n, r) and their points (n, m).

    Of the ten nearest fitted samples the middle one is taken, which has the least distance to the others on the map, and
    the mean of those that lie ``within`` that distance of it, weighted by closeness: a sample never lands in the empty space
    between islands. A sample that was fitted gets its own point.
    """
    distances, nearest = neighbor_index(fitted).kneighbors(X, n_neighbors=min(PLACED_BY, len(fitted)))
    around = points[nearest].astype(np.float64)  # (b, q, m)
    apart = np.sqrt(((around[:, :, None] - around[:, None]) ** 2).sum(axis=3))  # (b, q, q)
    closeness = 1 / np.maximum(distances, 1e-12)  # (b, q)
    middle = (apart * closeness[:, None]).sum(axis=2).argmin(axis=1)
    with_it = apart[np.arange(len(X)), middle] <= within
    weights = closeness * with_it
    placed = (weights[:, :, None] * around).sum(axis=1) / weights.sum(axis=1)[:, None]
    known = distances[:, 0] <= SAME * fitted.std()
    placed[known] = points[nearest[known, 0]]
    return np.asarray(placed, np.float32)


def most_of_nearest(X: np.ndarray, fitted: np.ndarray, clusters: NDArray[np.int64]) -> NDArray[np.int64]:
    """Clusters (m,) of samples X (m, d): that of most of the ten nearest fitted (n, d); one that was fitted keeps its own (n,)."""
    index, labels = neighbor_index(fitted), np.empty(len(X), np.int64)
    near = SAME * float(fitted.std())
    for start in range(0, len(X), CHUNK):
        rows = slice(start, start + CHUNK)
        distances, nearest = index.kneighbors(X[rows], min(PLACED_BY, len(fitted)))
        own = clusters[nearest[:, 0]]
        labels[rows] = np.where(distances[:, 0] <= near, own, vote(nearest, clusters))
    return labels
