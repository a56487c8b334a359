"""From eigenvectors to clusters: outputs turned towards eigenvectors, and how many of these make the best partition.

Shapes: Y~ (n, m) outputs of a network or eigenvectors (n, m) of a graph of n samples, k clusters.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from deepclust.methods.base.centers import kmeans_centers
from deepclust.metrics.modularity import Edges, modularity

if TYPE_CHECKING:
    import torch

DAMPING = 1e-3  # of the mean variance: directions in which outputs hardly differ stay small instead of being blown up
WIDTHS = 11  # numbers of eigenvectors that are tried, at most


def unit_rows(space: np.ndarray) -> np.ndarray:
    """Rows of a space (n, d) scaled to length 1, so that their directions are compared; a row of zeros stays one."""
    return np.asarray(space / np.maximum(np.linalg.norm(space, axis=1, keepdims=True), 1e-12), np.float32)


def ritz_weights(y_tilde: np.ndarray, edges: Edges) -> NDArray[np.float64]:
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
    vectors: np.ndarray,
    n_clusters: int,
    edges: Edges,
    seed: int,
    n_init: int,
    unit: bool,
    margin: float = 1e-9,
    each: bool = False,
    device: torch.device | None = None,
) -> tuple[NDArray[np.int64], int]:
    """Labels (n,) of highest modularity among k-means on the first k, k + 1, ... m columns, and how many columns it took.

    vectors (n, m), m >= k: eigenvectors in the order of their eigenvalues. The first k are the answer to the relaxed
    cut, but where a large cluster has two loose halves, the vector that separates these comes before one that separates
    two other clusters, and k-means on the first k then merges the two. No label is needed to see which is better. More columns are taken if they add more than ``margin`` to the modularity.
    device: where k-means runs. ``each``: every start of k-means is judged so, not only the tightest of a number of columns.
    """
    from scipy.spatial.distance import cdist

    starts = [(seed + i, 1) for i in range(n_init)] if each else [(seed, n_init)]
    most = vectors.shape[1]
    best, labels, width = -np.inf, np.zeros(len(vectors), np.int64), most
    for m in np.unique(np.linspace(min(n_clusters, most), most, WIDTHS).round().astype(int)):
        space = unit_rows(vectors[:, :m]) if unit else np.asarray(vectors[:, :m], np.float32)
        for start, n_tries in starts:
            found = (
                cdist(space, kmeans_centers(space, n_clusters, start, n_tries, device)).argmin(axis=1).astype(np.int64)
            )
            quality = modularity(found, edges)
            if quality > best + margin:
                best, labels, width = quality, found, int(m)
    return labels, width
