"""The neighbour graph of all codes, and its relaxed normalised cut: the exact answer of the spectral stage."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from deepclust.compute import to_numpy

if TYPE_CHECKING:
    import torch
    from scipy.sparse import csr_array

ROWS_AT_ONCE = 512  # of the distances of all codes
ISLAND = 0.1  # a part of the graph of less than this share of an average cluster is no cluster of its own


def mainland(W: csr_array, n_clusters: int) -> NDArray[np.bool_]:
    """Which samples (n,) are in a part of the graph W (n, n) that is large enough to be a cluster.

    A few samples that are joined to nobody else would be an eigenvector, and so a cluster, of their own. The largest
    part is always among them.
    """
    from scipy.sparse.csgraph import connected_components

    n_parts, part_of = connected_components(W, directed=False)
    counts = np.bincount(part_of, minlength=n_parts)
    large = counts >= min(ISLAND * len(part_of) / n_clusters, counts.max())
    return np.asarray(large[part_of])


def without_islands(W: csr_array, n_clusters: int) -> csr_array:
    """The graph W (n, n) without the edges of samples that are not on its `mainland`."""
    from scipy import sparse

    kept = sparse.diags_array(mainland(W, n_clusters).astype(np.float64))
    W = sparse.csr_array(kept @ W @ kept)
    W.eliminate_zeros()
    return W


def cut_vectors(W: csr_array, n_vectors: int) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """U float32 (n, m), and the eigenvalues (m + 1,), m = n_vectors: the least of tr(U^T L U) with U^T D U / sum(D) = I.

    The columns are D^-1/2 times the first eigenvectors of the normalised Laplacian (Shi & Malik 2000): constant on
    clusters that are not joined at all. The first is constant on a connected graph. Rows of isolated samples are 0.
    """
    from deepclust.graphs import laplacian_eigenvectors

    degree = np.asarray(W.sum(axis=1)).ravel()
    found = np.zeros((len(degree), n_vectors), np.float32)
    joined = np.flatnonzero(degree)
    if not len(joined):
        return found, np.zeros(min(n_vectors + 1, len(degree)), np.float32)
    # each isolated sample has an eigenvalue 0 of its own, and many of them would leave no vector for the others
    values, vectors = laplacian_eigenvectors(W[joined][:, joined], n_vectors + 1)
    m = min(n_vectors, vectors.shape[1])
    found[joined, :m] = np.sqrt(degree.sum() / degree[joined])[:, None] * vectors[:, :m]
    return found, np.asarray(values, np.float32)


def nearest_codes(queries: torch.Tensor, codes: torch.Tensor, n_neighbors: int) -> NDArray[np.int64]:
    """The nearest of codes (n, d) to each of queries (n, d), leaving out its own row: (n, n_neighbors), on the device."""
    import torch

    found = []
    for start in range(0, len(codes), ROWS_AT_ONCE):
        distance = torch.cdist(queries[start : start + ROWS_AT_ONCE], codes)
        own = torch.arange(len(distance), device=codes.device)
        distance[own, own + start] = torch.inf
        found.append(distance.topk(n_neighbors, largest=False).indices)
    return to_numpy(torch.cat(found))


def code_graph(looks: Sequence[torch.Tensor], n_neighbors: int, n_clusters: int) -> csr_array:
    """The neighbour graph W (n, n) of codes, symmetric, without the edges of samples that are not on its `mainland`.

    looks: the clean codes (n, d) first, then codes of disturbed copies of the same samples, if there are any. Each look
    at a sample joins it to the n_neighbors nearest clean codes of others; the weight is the share of looks that agree.
    So variants of a sample that a disturbance leads to are its neighbours as well.
    """
    from scipy import sparse

    codes = looks[0]
    n, k = len(codes), min(n_neighbors, len(codes) - 1)
    W = sparse.csr_array((n, n))
    for look in looks:
        nearest = nearest_codes(look, codes, k)
        W = W + sparse.csr_array(
            (np.full(n * k, 0.5 / len(looks)), nearest.ravel(), np.arange(0, n * k + 1, k)), shape=(n, n)
        )
    return without_islands(sparse.csr_array(W + W.T), n_clusters)
