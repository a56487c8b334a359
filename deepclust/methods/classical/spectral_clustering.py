"""Spectral clustering (normalised cuts): eigenvectors of a neighbour graph, worked out exactly, then k-means.

Shapes: W (n, n) sparse affinities, D its degrees, V (n, k) first eigenvectors of I - D^-1/2 W D^-1/2.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from deepclust.methods.base import hyperparameters as shared
from deepclust.methods.base.method import Cost
from deepclust.methods.base.rounding import unit_rows
from deepclust.methods.classical.eigenvectors import EigenvectorMethod
from deepclust.params import param

if TYPE_CHECKING:
    from scipy.sparse import csr_array
    from sklearn.neighbors import NearestNeighbors

AFFINITIES = ("self-tuning", "gaussian", "connectivity")
ROWS = ("shi-malik", "unit-length")
SCALE_NEIGHBOR = 7  # Zelnik-Manor & Perona
CHUNK = 4_096
TERMS = {
    "cut": "sum of the first k eigenvalues: what cutting the graph costs (low is good)",
    "eigengap": "how much further away the next eigenvalue lies (high: this number of clusters fits)",
}


def affinity_graph(X: np.ndarray, n_neighbors: int, affinity: str) -> tuple[csr_array, np.ndarray]:
    """Affinities W (n, n) of X (n, d), and scales s (n,) under which they are exp(-d_ij^2 / (s_i s_j)).

    "connectivity" has affinities 1 and infinite scales.
    """
    from deepclust.graphs import gaussian_affinity, knn_graph, median_scale, self_tuning_affinity
    from deepclust.neighbors import nearest_neighbors

    n_neighbors = min(n_neighbors, len(X) - 1)
    if affinity == "connectivity":
        return knn_graph(X, n_neighbors), np.full(len(X), np.inf, np.float32)
    found = nearest_neighbors(X, n_neighbors)
    if affinity == "self-tuning":
        return self_tuning_affinity(X, n_neighbors, SCALE_NEIGHBOR, found), own_scale(found[1])
    scale = median_scale(found[1], SCALE_NEIGHBOR)
    return gaussian_affinity(X, n_neighbors, scale, found=found), np.full(len(X), 2**0.5 * scale, np.float32)


def own_scale(distances: np.ndarray) -> np.ndarray:
    """Self-tuning scales (n,): the distance to the 7th neighbour; distances (n, n_neighbors), nearest first."""
    return np.asarray(np.maximum(distances[:, min(SCALE_NEIGHBOR, distances.shape[1]) - 1], 1e-12))


def walk_vectors(vectors: np.ndarray, degree: np.ndarray) -> np.ndarray:
    """Eigenvectors D^-1/2 V of the random walk D^-1 W, scaled to a mean square of about 1; V (n, k), degree (n,)."""
    return np.asarray(vectors * np.sqrt(degree.sum() / np.maximum(degree, 1e-300))[:, None])


class SpectralClustering(EigenvectorMethod):
    """Shi & Malik 2000; Ng, Jordan, Weiss 2002. New samples are placed by the Nystroem extension (Bengio et al. 2003).

    A new sample gets the mean of its nearest fitted samples, weighted by affinity and divided by the eigenvalue of the
    random walk; a sample that was fitted keeps its place.
    """

    title = "Spectral clustering (Ncut)"
    summary = (
        "Cuts the graph of nearest neighbours where few edges are lost; follows chains and rings. Nothing is learned."
    )
    reference = "Shi, Malik 2000, doi:10.1109/34.868688; Ng, Jordan, Weiss 2002"
    good_for = "Chains, rings and other groups that are not round."
    reported_as = ("SC-Ncut",)
    equations = (
        r"L = I - D^{-1/2} W D^{-1/2}, \quad \min_{V^T V = I} \operatorname{tr}(V^T L V), \quad Y = D^{-1/2} V",
        r"\min_{\mu} \sum_i \min_k \lVert y_i - \mu_k \rVert^2",
    )
    presets = {"quick": {}, "njw": {"rows": "unit-length"}}
    rank = 32
    terms = TERMS
    own_state = ("_fitted", "_scales", "eigenvalues_", "_walk")
    min_samples = 2

    # with 10, a thin curve of 2,000 points falls apart where its points happen to lie far from each other
    n_neighbors: int = shared.n_neighbors(15)
    affinity: str = param(
        "self-tuning",
        "Affinity",
        help="How strong an edge is. self-tuning: by distance, relative to how dense the samples lie there. gaussian: by "
        "distance, the same everywhere. connectivity: all alike.",
        choices=AFFINITIES,
        group="Graph",
    )
    rows: str = param(
        "shi-malik",
        "Rows",
        help="shi-malik: eigenvectors of the random walk. unit-length: every sample scaled to length 1 (Ng, Jordan, "
        "Weiss).",
        choices=ROWS,
        group="Clustering",
        advanced=True,
    )
    n_init: int = shared.n_init()

    def plan(self) -> tuple[tuple[str, int], ...]:
        return (("Eigenvectors", 1),)

    def cost(self, n_samples: int, feature_shape: tuple[int, ...]) -> Cost:
        """Operations of all distances and of the eigenvectors; bytes of the data, the graph and a basis for ARPACK."""
        size = n_samples * float(np.prod(feature_shape))
        edges = 2.0 * n_samples * self.n_neighbors
        basis = n_samples * max(3.0 * self.n_clusters, 40)
        return Cost(flops=2 * n_samples * size + 500 * (edges + 4 * basis), memory=8 * size + 40 * edges + 16 * basis)

    def _solve(self, X: np.ndarray) -> None:
        """Graph and eigenvectors of all samples."""
        from deepclust.graphs import laplacian_eigenvectors

        self._fitted = X.reshape(len(X), -1)
        W, self._scales = affinity_graph(self._fitted, self.n_neighbors, self.affinity)
        self.eigenvalues_, vectors = laplacian_eigenvectors(W, self.n_clusters + 1, self._fit_seed)
        walk = walk_vectors(vectors[:, : self.n_clusters], np.asarray(W.sum(axis=1)).ravel())
        from deepclust.neighbors import first_copies

        # copies of one sample may have other neighbours, but they are one sample
        self._walk = walk[first_copies(self._fitted)].astype(np.float32)

    def _embed(self, X: np.ndarray) -> np.ndarray:
        from deepclust.neighbors import neighbor_index

        X = X.reshape(len(X), -1)
        index = neighbor_index(self._fitted)
        placed = [self._place(X[i : i + CHUNK], index) for i in range(0, len(X), CHUNK)]
        return self._as_rows(np.concatenate(placed))

    def _place(self, X: np.ndarray, index: NearestNeighbors) -> np.ndarray:
        """Nystroem extension: y(x) = sum_i p(x, i) y_i / (1 - lambda), p the affinities to the nearest over their sum."""
        from scipy import sparse

        distances, nearest = index.kneighbors(X, n_neighbors=min(self.n_neighbors, len(self._fitted) - 1))
        own = own_scale(distances) if self.affinity == "self-tuning" else self._scales[:1]
        ratio = (distances / own[:, None]) * (distances / self._scales[nearest])
        weights = np.maximum(np.exp(-ratio), np.finfo(np.float32).tiny)
        starts = np.arange(0, nearest.size + 1, nearest.shape[1])
        p = sparse.csr_array(
            ((weights / weights.sum(axis=1, keepdims=True)).ravel(), nearest.ravel(), starts),
            shape=(len(X), len(self._fitted)),
        )
        # an eigenvalue far up says nothing about clusters, and must not blow up its coordinate
        placed = p @ self._walk / np.maximum(1 - self.eigenvalues_[: self._walk.shape[1]], 0.1)
        for column in nearest.T:  # whoever was fitted keeps the place
            same = (self._fitted[column] == X).all(axis=1)
            placed[same] = self._walk[column[same]]
        return np.asarray(placed)

    def _as_rows(self, walk: np.ndarray) -> np.ndarray:
        return np.asarray(unit_rows(walk) if self.rows == "unit-length" else walk, np.float32)

    def _of_fitted(self, X: np.ndarray, rows: np.ndarray | slice) -> np.ndarray:
        return self._as_rows(self._walk[rows])

    def _measures(self) -> dict[str, float]:
        k, values = self.n_clusters, self.eigenvalues_
        gap = values[k] - values[k - 1] if len(values) > k else 0.0
        return {"cut": float(values[:k].sum()), "eigengap": float(gap)}

    def _settle(self, X: np.ndarray) -> None:
        super()._settle(X)
        self.spectral_embedding_ = self._walk
