"""Near copies: pictures that look alike (the same scene again, another size, a little lighter), by features or by pixels."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from deepclust.data.dataset import Dataset
from deepclust.data.prepare import pca
from deepclust.neighbors import nearest_neighbors

SIDE = 12  # pixels of the small squares that are compared
CANDIDATES = 8  # nearest others of each picture that are compared in full
SEARCHED_IN = 48  # directions of PCA in which candidates are searched
LEAST = 0.8  # pairs that are less alike are not kept
BLOCK = 2048  # pictures at a time


@dataclass(frozen=True, eq=False)
class NearPairs:
    """Pairs of pictures ``rows`` int64 (m, 2) and how much they are ``alike`` float32 (m,), at most 1, the most first."""

    rows: np.ndarray
    alike: np.ndarray

    def groups(self, at_least: float) -> list[np.ndarray]:
        """Pictures that hang together by pairs so much alike: rows of each group, the group of the closest pair first."""
        from scipy.sparse import coo_array
        from scipy.sparse.csgraph import connected_components

        close = self.rows[self.alike >= at_least]
        if not len(close):
            return []
        members, places = np.unique(close, return_inverse=True)
        ends = places.reshape(close.shape)
        graph = coo_array((np.ones(len(ends)), (ends[:, 0], ends[:, 1])), shape=(len(members), len(members)))
        group_of = connected_components(graph, directed=False)[1]
        first_seen = dict.fromkeys(group_of[ends[:, 0]].tolist())
        return [members[group_of == group] for group in first_seen]


def near_pairs(dataset: Dataset, by_features: bool) -> NearPairs:
    """The pairs of a data set of pictures that are alike by at least `LEAST`.

    Alike is the cosine of the angle between two pictures, as seen from the mean of all. By features, if the samples are
    some; else by pixels: squares of 12 x 12, each less its own mean, so that light does not count. Exact copies are 1.
    Each picture is compared in full with the 8 that PCA says are nearest: 10,000 take some seconds. ValueError where there
    are no pictures, or no features.
    """
    if not dataset.pictured or (by_features and not dataset.features):
        raise ValueError(f"{dataset.title} has no {'features of pictures' if by_features else 'pictures'} to compare.")
    n = dataset.n_samples
    unit = _unit(dataset.X - dataset.X.mean(axis=0)) if by_features else _small_squares(dataset)
    if n < 2:
        return NearPairs(np.zeros((0, 2), np.int64), np.zeros(0, np.float32))
    candidates, _ = nearest_neighbors(pca(unit, SEARCHED_IN)[0], min(CANDIDATES, n - 1))
    pairs = np.column_stack([np.repeat(np.arange(n), candidates.shape[1]), candidates.ravel()])
    pairs = np.unique(np.sort(pairs, axis=1), axis=0)
    alike = np.concatenate(
        [
            np.einsum("ij,ij->i", unit[pairs[s : s + BLOCK, 0]], unit[pairs[s : s + BLOCK, 1]])
            for s in range(0, len(pairs), BLOCK)
        ]
    )
    best = np.argsort(-alike, kind="stable")[: np.count_nonzero(alike >= LEAST)]
    return NearPairs(pairs[best], np.minimum(alike[best], np.float32(1.0)))


def _unit(X: np.ndarray) -> np.ndarray:
    """Rows of length 1; those without length stay 0 and are like nothing."""
    length = np.linalg.norm(X, axis=1, keepdims=True)
    unit: np.ndarray = np.divide(X, length, out=np.zeros_like(X), where=length > 1e-6)
    return unit


def _small_squares(dataset: Dataset) -> np.ndarray:
    """Pictures as squares (n, 3 * 12 * 12 or 12 * 12), each less its own mean and of length 1."""
    squares = []
    for start in range(0, dataset.n_samples, BLOCK):
        x = dataset.shown(np.arange(start, min(start + BLOCK, dataset.n_samples)))
        x = _averaged(_averaged(x, axis=1), axis=2).reshape(len(x), -1)
        squares.append(_unit(x - x.mean(axis=1, keepdims=True)))
    every: np.ndarray = np.concatenate(squares)
    return every


def _averaged(x: np.ndarray, axis: int) -> np.ndarray:
    """One side brought to 12 pixels by the mean of what falls together; a shorter side is stretched."""
    side = x.shape[axis]
    if side < SIDE:
        return np.asarray(x.take(np.arange(SIDE) * side // SIDE, axis=axis))
    starts = np.arange(SIDE) * side // SIDE
    counts = np.diff(np.append(starts, side)).astype(np.float32)
    shape = [1] * x.ndim
    shape[axis] = SIDE
    return np.asarray(np.add.reduceat(x, starts, axis=axis) / counts.reshape(shape), np.float32)
