"""The graph of mutual neighbours that RCC and DCC draw together, and the clusters that hang together in it.

Shapes: n samples, E (m, 2) edges, U (n, d) places of the samples.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from deepclust.methods.base.centers import group_means

if TYPE_CHECKING:
    from scipy.sparse import csr_array

SHORTEST = 0.01  # share of the edges whose mean length says what is one place
DENSE_UP_TO = 300  # samples


def mutual_edges(indices: NDArray[np.int64], distances: np.ndarray) -> NDArray[np.int64]:
    """Edges E (m, 2), i < j, of samples that are among each other's nearest (n, K), and of a spanning tree of all edges.

    The tree keeps every sample joined to some other; where the graph falls apart, each part has one.
    """
    from scipy import sparse
    from scipy.sparse.csgraph import minimum_spanning_tree

    n, starts = len(indices), np.arange(0, indices.size + 1, indices.shape[1])
    lengths = np.maximum(distances.astype(np.float64), 1e-12)  # 0 would be no edge
    one_way = sparse.csr_array((lengths.ravel(), indices.ravel(), starts), shape=(n, n))
    both = one_way.minimum(one_way.T)
    tree = minimum_spanning_tree(one_way.maximum(one_way.T))
    edges = sparse.coo_array(sparse.triu(both + tree + tree.T))
    return np.stack([edges.coords[0], edges.coords[1]], axis=1).astype(np.int64)


def edge_weights(edges: NDArray[np.int64], n_samples: int) -> NDArray[np.float64]:
    """w_pq = mean(N) / sqrt(N_p N_q), N_p the number of edges of p: none counts more because it has many; eq. (2)."""
    counts = np.bincount(edges.ravel(), minlength=n_samples)
    return np.asarray(counts.mean() / np.sqrt(counts[edges[:, 0]] * counts[edges[:, 1]]))


def held(lengths: np.ndarray, mu: float) -> NDArray[np.float64]:
    """l = (mu / (mu + |u_p - u_q|^2))^2, eq. (6): what Geman and McClure leave of edges of these lengths (m,)."""
    return np.asarray((mu / (mu + lengths**2)) ** 2)


def edge_laplacian(edges: NDArray[np.int64], weights: np.ndarray, n_samples: int) -> csr_array:
    """A = sum of w (e_p - e_q)(e_p - e_q)^T over the edges: sparse (n, n), eq. (8)."""
    from scipy import sparse

    W = sparse.coo_array((weights, (edges[:, 0], edges[:, 1])), shape=(n_samples, n_samples))
    W = sparse.csr_array(W + W.T)
    return sparse.csr_array(sparse.diags_array(np.asarray(W.sum(axis=1)).ravel()) - W)


def largest_singular_value(A: csr_array) -> float:
    """Spectral norm of a symmetric sparse matrix (n, n)."""
    from scipy.sparse.linalg import eigsh

    if A.shape[0] <= DENSE_UP_TO:
        return float(np.linalg.norm(A.toarray(), 2))
    start = np.random.default_rng(0).normal(size=A.shape[0])
    return float(eigsh(A, k=1, v0=start, tol=1e-3, return_eigenvectors=False)[0])


def at_most(groups: NDArray[np.int64], places: np.ndarray, n_clusters: int) -> tuple[NDArray[np.int64], int]:
    """Clusters (n,) from groups (n,) of places (n, d), the largest first, and how many groups there were.

    Of more than n_clusters groups the largest stay, and each other goes to that one of them whose mean is nearest.
    """
    from sklearn.metrics import pairwise_distances_argmin

    sizes = np.bincount(groups)
    order = np.argsort(-sizes, kind="stable")
    number = np.empty(len(sizes), np.int64)
    number[order] = np.arange(len(order))
    ranked = number[groups]
    if len(sizes) > n_clusters:
        means = group_means(places, ranked, len(sizes))
        kept = np.append(np.arange(n_clusters), pairwise_distances_argmin(means[n_clusters:], means[:n_clusters]))
        ranked = kept[ranked].astype(np.int64)
    return ranked, len(sizes)


def edge_lengths(edges: NDArray[np.int64], places: np.ndarray) -> NDArray[np.float64]:
    """Lengths (m,) of the edges E (m, 2) between places (n, d)."""
    apart = places[edges[:, 0]].astype(np.float64) - places[edges[:, 1]]
    return np.asarray(np.linalg.norm(apart, axis=1))


def one_place(lengths: np.ndarray) -> float:
    """delta: the mean of the shortest hundredth of the edges (m,), of those that have a length."""
    some = np.sort(lengths[lengths > 0])[: max(1, int(SHORTEST * len(lengths)))]
    return float(some.mean()) if len(some) else 1.0


def hanging_together(edges: NDArray[np.int64], lengths: np.ndarray, within: float, n_samples: int) -> NDArray[np.int64]:
    """Groups (n,) of samples that edges shorter than ``within`` join."""
    from scipy import sparse
    from scipy.sparse.csgraph import connected_components

    short = edges[lengths < within]
    joined = sparse.coo_array((np.ones(len(short)), (short[:, 0], short[:, 1])), shape=(n_samples, n_samples))
    return np.asarray(connected_components(joined, directed=False)[1], np.int64)
