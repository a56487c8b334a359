"""Nearest neighbours of every sample, some rows at a time, so that a caller can show progress or stop."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import torch
    from sklearn.neighbors import NearestNeighbors

EXACT_UP_TO = 100_000  # 70,000 x 10 take 12 s with a tree and 70,000 x 50 take 34 s by brute force (2 cores)
CELLS, LOOKED_INTO = 2.0, 24  # above that: cells per root of n, and the cells among which a sample is compared
TREE_UP_TO_DIMENSIONS = 15
CHUNK = 4_096
DISTANCES_AT_ONCE = 2**27  # on a device: half a gigabyte
LARGEST = 1e15  # of a number: sums of squares of larger ones leave the range of float32
FITS_CACHE = 200_000  # numbers that are worked on at once where all samples are compared with one


def nearest_neighbors(
    X: np.ndarray,
    n_neighbors: int,
    progress: Callable[[float], object] | None = None,
    device: torch.device | None = None,
) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """The nearest other samples of each sample, Euclidean.

    X is (n_samples, d). Returns (indices, distances), both (n_samples, n_neighbors), nearest first, the sample itself not
    among them. Exact up to 100,000 samples, approximate (an inverted file) above. `progress(fraction)` is called after
    each part of the rows and may raise to stop. A CUDA ``device`` works all distances out, exact for any number of samples.
    ValueError unless 1 <= n_neighbors < n_samples.
    """
    n_samples = len(X)
    if not 1 <= n_neighbors < n_samples:
        raise ValueError(f"n_neighbors={n_neighbors} is not possible: choose from 1 to {n_samples - 1} (samples - 1).")
    X = np.ascontiguousarray(X, dtype=np.float32)
    indices = np.empty((n_samples, n_neighbors), dtype=np.int64)
    distances = np.empty((n_samples, n_neighbors), dtype=np.float32)
    done = 0
    if device is not None and device.type == "cuda":
        parts = on_device(X, n_neighbors + 1, device)
    else:
        parts = (_by_cells if n_samples > EXACT_UP_TO else _by_chunks)(X, n_neighbors + 1)
    for rows, near, far in parts:
        indices[rows], distances[rows] = _without_self(rows, near, far)
        done += len(rows)
        if progress is not None:
            progress(done / n_samples)
    return indices, distances


def on_device(
    X: NDArray[np.float32], n_nearest: int, device: torch.device
) -> Iterator[tuple[np.ndarray, np.ndarray, np.ndarray]]:
    """Some rows (m,) of X (n, d) after others, and the n_nearest to each of them with their distances, on a device."""
    import torch

    x, step = torch.from_numpy(X).to(device), max(1, DISTANCES_AT_ONCE // len(X))
    for start in range(0, len(X), step):
        # by differences: by products, float32 would lose those of near samples that lie far from 0
        apart = torch.cdist(x[start : start + step], x, compute_mode="donot_use_mm_for_euclid_dist")
        far, near = apart.topk(n_nearest, largest=False)
        yield np.arange(start, start + len(apart)), near.cpu().numpy(), far.cpu().numpy()


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


def _by_chunks(X: NDArray[np.float32], r: int) -> Iterator[tuple[np.ndarray, np.ndarray, np.ndarray]]:
    """(rows, indices, distances) of the r nearest of X (n, d), themselves among them: exact, a chunk of rows at a time."""
    index = neighbor_index(X)
    for start in range(0, len(X), CHUNK):
        rows = np.arange(start, min(start + CHUNK, len(X)))
        far, near = index.kneighbors(X[rows], r)
        yield rows, near, far


def _by_cells(X: NDArray[np.float32], r: int) -> Iterator[tuple[np.ndarray, np.ndarray, np.ndarray]]:
    """The same, a cell at a time and approximate: samples are compared with those of the cells around their own.

    An inverted file (Jégou, Douze & Schmid 2011, Product quantization for nearest neighbor search, section 4.1) without
    compressed samples. A cell is what lies nearest to one of the centres that k-means has on a part of the samples.
    """
    from sklearn.cluster import MiniBatchKMeans

    n_cells = min(len(X), int(CELLS * len(X) ** 0.5))
    part = np.random.default_rng(0).permutation(len(X))[: 32 * n_cells]
    cells = MiniBatchKMeans(n_cells, batch_size=CHUNK, n_init=1, init="random", random_state=0).fit(X[part])
    cell_of = cells.predict(X)
    members = np.split(np.argsort(cell_of, kind="stable"), np.cumsum(np.bincount(cell_of, minlength=n_cells))[:-1])
    around = neighbor_index(cells.cluster_centers_).kneighbors(return_distance=False, n_neighbors=n_cells - 1)
    for own, others in zip(members, around, strict=True):
        if not len(own):
            continue
        sizes = np.cumsum([len(members[cell]) for cell in others])
        n_others = max(LOOKED_INTO, int(np.searchsorted(sizes, r)) + 1)  # more where the cells are small
        near_ones = np.concatenate([own, *(members[cell] for cell in others[:n_others])])
        far, near = neighbor_index(X[near_ones]).kneighbors(X[own], r)
        yield own, near_ones[near], far


def _without_self(
    own: np.ndarray, indices: np.ndarray, distances: np.ndarray
) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """Drop each row's own index from (rows, n_neighbors + 1); copies of one sample may hide it, then the last goes."""
    others = indices != own[:, None]
    others[others.all(axis=1), -1] = False
    shape = (len(own), indices.shape[1] - 1)
    return indices[others].reshape(shape).astype(np.int64), distances[others].reshape(shape).astype(np.float32)
