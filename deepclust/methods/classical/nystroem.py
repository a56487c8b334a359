"""Spectral clustering by the Nystroem approximation: eigenvectors of all affinities, worked out from a few columns of them.

Shapes: U (p, d) landmarks, C (n, p) affinities to them, F (n, m) features with F F^T = C A^-1 C^T for A = C of the landmarks,
V (n, k) eigenvectors.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from deepclust.methods.base import hyperparameters as shared
from deepclust.methods.base.landmarks import LLOYD_ROUNDS, choose_landmarks
from deepclust.methods.base.method import Cost
from deepclust.methods.base.rounding import unit_rows
from deepclust.methods.classical.eigenvectors import EigenvectorMethod
from deepclust.params import param

TERMS = {
    "similarity": "sum of the first k eigenvalues of the affinities over k (1: the clusters fall apart)",
    "eigengap": "how much smaller the next eigenvalue is (high: this number of clusters fits)",
}
AFFINITIES = ("self-tuning", "gaussian")
SCALE_NEIGHBOR = 7  # Zelnik-Manor & Perona
SINGULAR = 1e-6  # of the largest eigenvalue
LEAST_DEGREE = 1e-6  # of the mean: where the approximation is bad, a sum of affinities may come out below 0


def nth_smallest(distances: np.ndarray, n: int) -> NDArray[np.float64]:
    """The n-th smallest number, from 0, of each row of distances (m, p), or the largest there is; never 0: (m,)."""
    n = min(n, distances.shape[1] - 1)
    return np.maximum(np.partition(distances, n, axis=1)[:, n].astype(np.float64), 1e-12)


def affinities(distances: np.ndarray, own: np.ndarray, others: np.ndarray, width: float) -> NDArray[np.float64]:
    """exp(-d_ij^2 / (width^2 s_i s_j)) for distances (m, p) and scales s_i (m,) of the rows, s_j (p,) of the columns."""
    apart = distances.astype(np.float64)
    return np.asarray(np.exp(-(apart / (width * own[:, None])) * (apart / (width * others))))


def whitening(A: np.ndarray) -> NDArray[np.float64]:
    """Q L^-1/2 (p, m) of the affinities A = Q L Q^T (p, p) of landmarks, for the L that are clearly above 0."""
    values, Q = np.linalg.eigh((A + A.T) / 2)
    kept = values > SINGULAR * values[-1]
    return np.asarray(Q[:, kept] / np.sqrt(values[kept]))


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


class NystroemSpectral(EigenvectorMethod):
    """Fowlkes, Belongie, Chung, Malik 2004. New samples are placed by the same map as the fitted ones.

    The paper's Gaussian has one width; here each sample and each landmark may have its own (Zelnik-Manor & Perona 2004), which is
    the distance to its 7th nearest landmark. Directions in which the affinities of the landmarks are not positive are left out.
    """

    title = "Spectral clustering (Nystroem)"
    summary = (
        "Spectral clustering for many samples: works out all affinities from those to some hundred samples, and cuts."
    )
    reference = "Fowlkes, Belongie, Chung, Malik 2004, doi:10.1109/TPAMI.2004.1262185"
    good_for = "Groups that are not round, of many thousand samples, by a Gaussian affinity."
    headline = "Its paper has pictures cut into regions, and no ACC."
    equations = (
        r"W \approx C A^{-1} C^T = F F^T, \quad D = \operatorname{diag}(F F^T 1), \quad G = D^{-1/2} F, \quad"
        r" G^T G = Q \Lambda Q^T, \quad V = G Q \Lambda^{-1/2}",
        r"\min_{\mu} \sum_i \min_k \left\lVert \frac{v_i}{\lVert v_i \rVert} - \mu_k \right\rVert^2",
    )
    presets = {"quick": {}, "paper": {"n_landmarks": 200, "landmarks": "random", "affinity": "gaussian", "width": 1.0}}
    rank = 33
    terms = TERMS
    own_state = ("_landmarks", "_scales", "_whitening", "_sums", "_least", "_map")
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
        0.4,
        "Width",
        help="Of the Gaussian, in distances to the 7th nearest landmark. Wide: all samples are alike; narrow: each stands for itself.",
        min=0.05,
        max=100,
        log=True,
        group="Graph",
    )
    affinity: str = param(
        "self-tuning",
        "Affinity",
        help="self-tuning: the Gaussian is as wide as the landmarks lie apart there. gaussian: it is the same everywhere.",
        choices=AFFINITIES,
        group="Graph",
        advanced=True,
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

    def _solve(self, X: np.ndarray) -> None:
        """Landmarks, features and map from all samples."""
        from sklearn.metrics.pairwise import euclidean_distances

        X = X.reshape(len(X), -1)
        self._landmarks = choose_landmarks(X, self.n_landmarks, self.landmarks, self._fit_seed)
        apart = euclidean_distances(self._landmarks)
        self._scales = nth_smallest(apart, SCALE_NEIGHBOR)  # each is its own nearest
        if self.affinity == "gaussian":
            self._scales = np.full_like(self._scales, np.median(self._scales))
        self._whitening = whitening(affinities(apart, self._scales, self._scales, self.width))
        self.eigenvalues_, self._sums, self._least, self._map = normalised_map(self._features(X), self.n_clusters)

    def _features(self, X: np.ndarray) -> NDArray[np.float64]:
        """F (n, m) of samples X (n, d)."""
        from sklearn.metrics.pairwise import euclidean_distances

        apart = euclidean_distances(X, self._landmarks)
        own = nth_smallest(apart, SCALE_NEIGHBOR - 1) if self.affinity == "self-tuning" else self._scales[:1]
        return np.asarray(affinities(apart, own, self._scales, self.width) @ self._whitening)

    def _embed(self, X: np.ndarray) -> np.ndarray:
        F = self._features(X.reshape(len(X), -1))
        return unit_rows(F @ self._map / np.sqrt(degrees(F, self._sums, self._least))[:, None])
