"""Nearest neighbours of every sample: exact, a chunk of rows at a time, so that a caller can show progress or stop."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from sklearn.neighbors import NearestNeighbors

# Exact search beats the approximate one below this: pynndescent compiles for about a minute in every fresh process,
# while 70,000 x 10 takes 12 s with a tree and 70,000 x 50 takes 34 s by brute force (2 cores).
EXACT_UP_TO = 100_000
TREE_UP_TO_DIMENSIONS = 15
CHUNK = 4_096
LARGEST = 1e15  # of a number: sums of squares of larger ones leave the range of float32
FITS_CACHE = 200_000  # numbers that are worked on at once where all samples are compared with one


def nearest_neighbors(
    X: np.ndarray, n_neighbors: int, progress: Callable[[float], object] | None = None
) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """The nearest other samples of each sample, Euclidean.

    X is (n_samples, d). Returns (indices, distances), both (n_samples, n_neighbors), nearest first, the sample itself not
    among them. Exact up to 100,000 samples, approximate (pynndescent) above. `progress(fraction)` is called after each
    chunk of rows and may raise to stop. ValueError unless 1 <= n_neighbors < n_samples.
    """
    n_samples = len(X)
    if not 1 <= n_neighbors < n_samples:
        raise ValueError(f"n_neighbors={n_neighbors} is not possible: choose from 1 to {n_samples - 1} (samples - 1).")
    X = np.ascontiguousarray(X, dtype=np.float32)
    if n_samples > EXACT_UP_TO:
        return _approximate(X, n_neighbors)
    index = neighbor_index(X)
    indices = np.empty((n_samples, n_neighbors), dtype=np.int64)
    distances = np.empty((n_samples, n_neighbors), dtype=np.float32)
    for start in range(0, n_samples, CHUNK):
        rows = slice(start, min(start + CHUNK, n_samples))
        found = index.kneighbors(X[rows], n_neighbors=n_neighbors + 1)
        indices[rows], distances[rows] = _without_self(np.arange(rows.start, rows.stop), found[1], found[0])
        if progress is not None:
            progress(rows.stop / n_samples)
    return indices, distances


def nearest_to(X: np.ndarray, row: int, n_neighbors: int) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """The nearest other samples of one sample of X (n_samples, ...), Euclidean and exact, without an index.

    Returns (indices, distances), both (m,), nearest first, with m = n_neighbors or all others if there are fewer.
    """
    flat = X.reshape(len(X), -1)
    squared = np.empty(len(flat), dtype=np.float32)
    step = max(1, FITS_CACHE // flat.shape[1])
    for start in range(0, len(flat), step):
        difference = flat[start : start + step] - flat[row]
        squared[start : start + step] = np.einsum("ij,ij->i", difference, difference)
    squared[row] = np.inf
    m = min(n_neighbors, len(flat) - 1)
    nearest = np.argpartition(squared, m - 1)[:m] if m else np.zeros(0, np.int64)
    nearest = nearest[np.argsort(squared[nearest], kind="stable")].astype(np.int64)
    return nearest, np.sqrt(squared[nearest])


def squarable(X: np.ndarray) -> np.ndarray:
    """X (n, d), divided where its squares leave the range of float32: neighbours, maps and clusters are the same."""
    largest = max(float(X.max(initial=0.0)), -float(X.min(initial=0.0)))
    return X / np.float32(largest) if largest > LARGEST or 0 < largest < 1 / LARGEST else X


def first_copies(X: np.ndarray) -> NDArray[np.int64]:
    """For every row of X the number of the first row that is equal to it, (n,)."""
    from hashlib import blake2b

    seen: dict[bytes, int] = {}  # by 16 bytes of each row, so that the data are not held twice
    return np.array([seen.setdefault(blake2b(row.tobytes(), digest_size=16).digest(), i) for i, row in enumerate(X)])


class Neighborhood:
    """Exact neighbours among samples X (n, d), n >= 2, of some of them or of others, a chunk of rows at a time."""

    def __init__(self, X: np.ndarray) -> None:
        self._X = np.ascontiguousarray(X, dtype=np.float32)
        self._index = neighbor_index(self._X)

    def of(self, samples: np.ndarray, n_neighbors: int) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        """(indices, distances), both (m, r), of samples (m, d): the nearest of X first, r = n_neighbors or all there are."""
        r = min(n_neighbors, len(self._X))
        parts = [
            self._index.kneighbors(np.asarray(samples[i : i + CHUNK], np.float32), r)
            for i in range(0, len(samples), CHUNK)
        ]
        indices = np.concatenate([np.zeros((0, r), np.int64), *(nearest for _, nearest in parts)])
        return indices, np.concatenate([np.zeros((0, r), np.float32), *(distances for distances, _ in parts)])

    def of_its_own(self, rows: np.ndarray, n_neighbors: int) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        """The same of the samples ``rows`` int (m,) of X, which are not their own neighbours."""
        indices, distances = self.of(self._X[rows], min(n_neighbors, len(self._X) - 1) + 1)
        return _without_self(rows, indices, distances)


def neighbor_index(X: np.ndarray) -> NearestNeighbors:
    """scikit-learn's exact search among the samples X (n_samples, d): a tree in few dimensions, else all distances."""
    from sklearn.neighbors import NearestNeighbors

    tree = X.shape[1] <= TREE_UP_TO_DIMENSIONS
    return NearestNeighbors(algorithm="kd_tree" if tree else "brute", n_jobs=-1 if tree else None).fit(X)


def _approximate(X: NDArray[np.float32], n_neighbors: int) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    from pynndescent import NNDescent

    found = NNDescent(X, n_neighbors=n_neighbors + 1, random_state=0).neighbor_graph
    return _without_self(np.arange(len(X)), *found)


def _without_self(
    own: np.ndarray, indices: np.ndarray, distances: np.ndarray
) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """Drop each row's own index from (rows, n_neighbors + 1); copies of one sample may hide it, then the last goes."""
    others = indices != own[:, None]
    others[others.all(axis=1), -1] = False
    shape = (len(own), indices.shape[1] - 1)
    return indices[others].reshape(shape).astype(np.int64), distances[others].reshape(shape).astype(np.float32)
