"""Spectral clustering by the Nystroem approximation: eigenvectors of all affinities, worked out from a few columns of them.

Shapes: U (p, d) landmarks, C (n, p) affinities to them, F (n, m) features with F F^T = C A^-1 C^T for A = C of the landmarks,
V (n, k) eigenvectors.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from deepclust.events import Event, Progress, Snapshot, Stage, snapshot_sample
from deepclust.methods.base import hyperparameters as shared
from deepclust.methods.base.centers import kmeans_centers
from deepclust.methods.base.landmarks import LLOYD_ROUNDS, choose_landmarks
from deepclust.methods.base.method import GRAPH, Cost, Method
from deepclust.methods.base.rounding import unit_rows
from deepclust.neighbors import nearest_neighbors
from deepclust.params import param
from deepclust.spaces import INPUT

TERMS = {
    "similarity": "sum of the first k eigenvalues of the affinities over k (1: the clusters fall apart)",
    "eigengap": "how much smaller the next eigenvalue is (high: this number of clusters fits)",
}
LEAST_DEGREE = 1e-6  # of the mean: where the approximation is bad, a sum of affinities may come out below 0


def normalised_map(F: np.ndarray, n_components: int) -> tuple[np.ndarray, np.ndarray, np.float64, np.ndarray]:
    """Eigenvalues (m,) descending, column sums s (m,) of F, the least degree, and a map M (m, k): v_i = f_i M / sqrt(d_i).

    The affinities W = F F^T (n, n) have degrees D = F (F^T 1) = F s, and D^-1/2 W D^-1/2 has the eigenvalues of the small
    matrix G^T G and the eigenvectors G Q L^-1/2, for G = D^-1/2 F and G^T G = Q L Q^T (Fowlkes et al. 2004, section 3). They
    are scaled to a mean square of 1. F float64 (n, m).
    """
    s = F.sum(axis=0)
    least = np.float64(LEAST_DEGREE * (s @ s) / len(F))
    G = F / np.sqrt(degrees(F, s, least))[:, None]
    values, Q = np.linalg.eigh(G.T @ G)
    values, Q = values[::-1], Q[:, ::-1]
    k = min(n_components, len(values))
    M = np.zeros((len(values), n_components))
    M[:, :k] = Q[:, :k] * np.where(values[:k] > 1e-9, np.sqrt(len(F) / np.maximum(values[:k], 1e-9)), 0)
    sign = np.sign((G @ M).sum(axis=0))
    return np.clip(values, 0, None), s, least, M * np.where(sign == 0, 1, sign)


def degrees(F: np.ndarray, s: np.ndarray, least: float) -> NDArray[np.float64]:
    """Sums of the approximated affinities of each row of F (n, m), at least ``least``; s (m,) column sums of the fitted F."""
    return np.asarray(np.maximum(F @ s, least))


class NystroemSpectral(Method):
    """Fowlkes, Belongie, Chung, Malik 2004, on scikit-learn's Nystroem features. New samples are placed by the same map.

    The width of the Gaussian is the median distance of a landmark to its nearest others.
    """

    title = "Spectral clustering (Nystroem)"
    summary = (
        "Spectral clustering for many samples: works out all affinities from those to some hundred samples, and cuts."
    )
    reference = "Fowlkes, Belongie, Chung, Malik 2004, doi:10.1109/TPAMI.2004.1262185"
    family = GRAPH
    good_for = "Groups that are not round, of many thousand samples, by a Gaussian affinity."
    equations = (
        r"W \approx C A^{-1} C^T = F F^T, \quad D = \operatorname{diag}(F F^T 1), \quad G = D^{-1/2} F, \quad"
        r" G^T G = Q \Lambda Q^T, \quad V = G Q \Lambda^{-1/2}",
        r"\min_{\mu} \sum_i \min_k \left\lVert \frac{v_i}{\lVert v_i \rVert} - \mu_k \right\rVert^2",
    )
    presets = {"quick": {}, "paper": {"n_landmarks": 200, "landmarks": "random"}}
    rank = 33
    spaces_without_k = (INPUT,)
    own_state = ("_landmarks", "_gamma", "_whitening", "_sums", "_least", "_map")
    min_samples = 2

    n_landmarks: int = param(
        500,
        "Landmarks",
        help="How many points the affinities of all samples are worked out from; more are more exact, and take longer.",
        min=2,
        max=5000,
        group="Graph",
    )
    width: float = param(
        1.0,
        "Width",
        help="Of the Gaussian, in median distances from a landmark to the nearest other. Wide: all samples are alike; narrow: "
        "each stands for itself.",
        min=0.05,
        max=100,
        log=True,
        group="Graph",
    )
    landmarks: str = param(
        "k-means",
        "Choice of landmarks",
        help="k-means: centres of a short k-means. random: samples drawn at random, as in the paper, which is faster.",
        choices=("k-means", "random"),
        group="Graph",
        advanced=True,
    )
    n_init: int = shared.n_init()

    @property
    def embedding_name(self) -> str:
        return "Eigenvectors"

    def plan(self) -> tuple[tuple[str, int], ...]:
        return (("Landmarks", 1),)

    def cost(self, n_samples: int, feature_shape: tuple[int, ...]) -> Cost:
        """Operations of the landmarks, the affinities to them and the eigenvectors; bytes of data, affinities and features."""
        size = n_samples * float(np.prod(feature_shape))
        p = float(min(self.n_landmarks, n_samples))
        return Cost(
            flops=2 * (LLOYD_ROUNDS + 1) * size * p + 4 * n_samples * p**2 + 30 * p**3,
            memory=8 * size + 24 * p**2 + 24 * n_samples * p,
        )

    def _prepare(self, checkpoint: Mapping[str, Any] | None) -> None:
        self.n_iter_ = 0

    def _learn(self, X: np.ndarray) -> Iterator[Event]:
        from sklearn.metrics import pairwise_distances_argmin

        (stage,) = self.plan()
        yield Stage(*stage, TERMS)
        start = time.perf_counter()
        self._solve(X)
        sample = snapshot_sample(len(X))
        V = self._embed(X[sample])
        centers = kmeans_centers(V, min(self.n_clusters, len(V)), self._fit_seed, n_init=1)
        yield Snapshot(*stage, sample, V, np.asarray(pairwise_distances_argmin(V, centers), np.int64))
        k, values = self.n_clusters, self.eigenvalues_
        gap = values[k - 1] - values[k] if len(values) > k else 0.0
        losses = {"similarity": float(values[:k].mean()), "eigengap": float(gap)}
        yield Progress(*stage, losses, time.perf_counter() - start)

    def _solve(self, X: np.ndarray) -> None:
        """Landmarks, features and map from all samples."""
        from sklearn.kernel_approximation import Nystroem

        X = X.reshape(len(X), -1)
        self._landmarks = choose_landmarks(X, self.n_landmarks, self.landmarks, self._fit_seed)
        nearest = nearest_neighbors(self._landmarks, 1)[1]
        scale = self.width * float(np.median(nearest) or nearest.mean() or 1.0)
        self._gamma = np.float64(1 / (2 * scale**2))
        features = Nystroem(gamma=self._gamma, n_components=len(self._landmarks), random_state=0)
        self._whitening = features.fit(self._landmarks).normalization_[:, np.argsort(features.component_indices_)]
        F = self._features(X)
        self.eigenvalues_, self._sums, self._least, self._map = normalised_map(F, self.n_clusters)
        self.n_iter_ = 1

    def _features(self, X: np.ndarray) -> NDArray[np.float64]:
        """F (n, p) of samples X (n, d)."""
        from sklearn.metrics.pairwise import rbf_kernel

        return np.asarray(rbf_kernel(X.astype(np.float64), self._landmarks, gamma=self._gamma) @ self._whitening.T)

    def _embed(self, X: np.ndarray) -> np.ndarray:
        F = self._features(X.reshape(len(X), -1))
        return unit_rows(F @ self._map / np.sqrt(degrees(F, self._sums, self._least))[:, None])

    def _settle(self, X: np.ndarray) -> None:
        if not self.n_iter_:  # stopped before there was anything
            self._solve(X)
        self.embedding_ = self.spectral_embedding_ = self._embed(X)
        self.cluster_centers_ = kmeans_centers(self.embedding_, self.n_clusters, self._fit_seed, self.n_init)
        self.labels_ = self._assign(self.embedding_)
