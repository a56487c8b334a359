"""From eigenvectors to clusters: outputs turned towards eigenvectors, and how many of these make the best partition.

Shapes: a graph is given by its edges, each once: ``at``, ``to`` int64 (e,), ``weight`` (e,) between samples 0 .. n - 1.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from deepclust.methods.base.views import unit_rows

DAMPING = 1e-3  # of the mean variance: directions in which outputs hardly differ stay small instead of being blown up
WIDTHS = 11  # numbers of eigenvectors that are tried, at most


class Edges(NamedTuple):
    """Edges of an undirected graph, each once."""

    at: NDArray[np.int64]
    to: NDArray[np.int64]
    weight: NDArray[np.float32]

    def degrees(self, n_samples: int) -> NDArray[np.float64]:
        """Sum of the weights of each sample's edges (n,)."""
        ends = np.concatenate([self.at, self.to])
        weights = np.concatenate([self.weight, self.weight])
        return np.asarray(np.bincount(ends, weights, minlength=n_samples), np.float64)


def modularity(labels: NDArray[np.int64], edges: Edges) -> float:
    """Share of the weight that is inside clusters, less what it would be by chance; labels (n,). At most 1, higher is better.

    Newman & Girvan 2004, eq. (5): sum_k (e_kk - a_k^2) with a_k the share of all edge ends in cluster k. 0 without edges.
    """
    degree = edges.degrees(len(labels))
    total = degree.sum()
    if total == 0:
        return 0.0
    inside = edges.weight[labels[edges.at] == labels[edges.to]].sum(dtype=np.float64)
    shares = np.bincount(labels, degree) / total
    return float(2 * inside / total - (shares**2).sum())


def ritz_weights(y_tilde: NDArray, edges: Edges) -> NDArray[np.float64]:
    """Weights (m, m) under which outputs Y~ (n, m) are closest to eigenvectors, in the order of their eigenvalues.

    Rayleigh-Ritz: B of the problem (Y~^T L Y~) B = (Y~^T D Y~) B E, so that Y = Y~ B has Y^T D Y / sum(D) = I and
    Y^T L Y is diagonal. What Y~ spans is not changed.
    """
    from scipy.linalg import eigh

    y = np.asarray(y_tilde, np.float64)
    degree = edges.degrees(len(y))
    total = max(float(degree.sum()), 1e-12)
    gram = y.T @ (degree[:, None] * y) / total
    apart = y[edges.at] - y[edges.to]
    rough = apart.T @ (edges.weight[:, None] * apart) / total
    size = max(float(np.trace(gram)) / len(gram), 1e-12)
    _, weights = eigh(rough, gram + DAMPING * size * np.eye(len(gram)))
    return np.asarray(weights * np.where(weights.sum(axis=0) < 0, -1.0, 1.0))


def best_partition(
    vectors: NDArray, n_clusters: int, edges: Edges, seed: int, n_init: int, unit: bool, margin: float = 1e-9
) -> tuple[NDArray[np.int64], int]:
    """Labels (n,) of highest modularity among k-means on the first k, k + 1, ... m columns, and how many columns it took.

    vectors (n, m), m >= k: eigenvectors in the order of their eigenvalues. The first k are the answer to the relaxed
    cut, but where a large cluster has two loose halves, the vector that separates these comes before one that separates
    two other clusters, and k-means on the first k then merges the two. No label is needed to see which is better. More columns are taken if they add more than ``margin`` to the modularity.
    """
    from scipy.spatial.distance import cdist

    from deepclust.methods.base.deep import kmeans_centers

    most = vectors.shape[1]
    best, labels, width = -np.inf, np.zeros(len(vectors), np.int64), most
    for m in np.unique(np.linspace(min(n_clusters, most), most, WIDTHS).round().astype(int)):
        space = unit_rows(vectors[:, :m]) if unit else np.asarray(vectors[:, :m], np.float32)
        found = cdist(space, kmeans_centers(space, n_clusters, seed, n_init)).argmin(axis=1).astype(np.int64)
        quality = modularity(found, edges)
        if quality > best + margin:
            best, labels, width = quality, found, int(m)
    return labels, width


def mean_rows(y: NDArray, labels: NDArray, n_clusters: int) -> NDArray[np.float32] | None:
    """Mean row (k, m) of each cluster of y (n, m), or None where a cluster is empty."""
    counts = np.bincount(labels, minlength=n_clusters)
    if not counts.all():
        return None
    sums = np.zeros((n_clusters, y.shape[1]))
    np.add.at(sums, labels, y)
    return np.asarray(sums / counts[:, None], np.float32)


def kmeans_from(y: NDArray, centers: NDArray) -> NDArray[np.float32]:
    """Centres (k, m) of k-means on y (n, m), begun at given ones."""
    from sklearn.cluster import KMeans

    return np.asarray(KMeans(len(centers), init=centers, n_init=1).fit(y).cluster_centers_, np.float32)
