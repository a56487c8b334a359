"""Landmark-based spectral clustering: every sample described by a few landmarks, so that no large graph is needed.

Shapes: U (p, d) landmarks, Z (n, p) sparse affinities with rows that sum to 1, B (n, k) spectral output.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from deepclust.methods.base import hyperparameters as shared
from deepclust.methods.base.landmarks import CHUNK, LLOYD_ROUNDS, choose_landmarks
from deepclust.methods.base.method import Cost
from deepclust.methods.base.rounding import unit_rows
from deepclust.methods.classical.eigenvectors import EigenvectorMethod
from deepclust.params import param

if TYPE_CHECKING:
    from scipy.sparse import csr_array

TERMS = {
    "similarity": "sum of the first k eigenvalues of the landmark graph over k (1: the clusters fall apart)",
    "eigengap": "how much smaller the next eigenvalue is (high: this number of clusters fits)",
}


def nearest_landmarks(X: np.ndarray, landmarks: np.ndarray, n_nearest: int) -> tuple[np.ndarray, np.ndarray]:
    """Numbers and squared distances (n, r) of the nearest landmarks of each sample."""
    from sklearn.metrics.pairwise import euclidean_distances

    r = min(n_nearest, len(landmarks))
    numbers, squares = np.empty((len(X), r), np.int64), np.empty((len(X), r), np.float32)
    for start in range(0, len(X), CHUNK):
        rows = slice(start, start + CHUNK)
        full = euclidean_distances(X[rows], landmarks, squared=True)
        numbers[rows] = np.sort(np.argpartition(full, r - 1, axis=1)[:, :r], axis=1)
        squares[rows] = np.take_along_axis(full, numbers[rows], axis=1)
    return numbers, squares


def landmark_affinity(numbers: np.ndarray, squares: np.ndarray, n_landmarks: int, width: float) -> csr_array:
    """Z (n, p): Gaussian affinities to the nearest landmarks, divided by their sum (Chen & Cai 2011, eqs. 7 and 8)."""
    from scipy import sparse

    least = squares.min(axis=1, keepdims=True)  # cancels in the ratio; without it a far sample has only zeros
    weights = np.exp(-(squares.astype(np.float64) - least) / (2 * width**2))
    weights /= weights.sum(axis=1, keepdims=True)
    starts = np.arange(0, numbers.size + 1, numbers.shape[1])
    return sparse.csr_array((weights.ravel(), numbers.ravel(), starts), shape=(len(numbers), n_landmarks))


def landmark_map(Z: csr_array, n_components: int, skip_first: bool = False) -> tuple[np.ndarray, np.ndarray]:
    """Eigenvalues (p,) of the landmark graph, descending, and the map M (p, k) with B = Z M.

    skip_first: of k + 1 eigenvectors the first is left out. It is the same everywhere on a graph that hangs together, and
    where samples are brought to unit length it takes from all others what it has, more where those are small.

    With D the column sums of Z and A the first eigenvectors of D^-1/2 Z^T Z D^-1/2, B = Z D^-1/2 A S^-1 are the first
    eigenvectors of the n x n graph Z D^-1 Z^T (Chen & Cai 2011, section 3.3), here times sqrt(n) for a mean square of 1.
    Where there are fewer than k landmarks in use, the rest of M is 0.
    """
    load = np.asarray(Z.sum(axis=0)).ravel()
    root = np.divide(1.0, np.sqrt(load), out=np.zeros_like(load), where=load > 0)
    gram = root[:, None] * (Z.T @ Z).toarray() * root
    values, vectors = np.linalg.eigh((gram + gram.T) / 2)
    values, vectors = np.clip(values[::-1], 0.0, 1.0), vectors[:, ::-1]
    first = int(skip_first)
    k = min(n_components, len(values) - first)
    kept, squares = vectors[:, first : first + k], values[first : first + k]
    used = squares > 1e-9
    M = np.zeros((len(values), n_components))
    M[:, :k] = root[:, None] * kept * np.where(used, np.sqrt(Z.shape[0] / np.where(used, squares, 1)), 0)
    sign = np.sign(M[np.abs(M).argmax(axis=0), np.arange(n_components)])
    return values, M * np.where(sign == 0, 1, sign)


class LandmarkSpectral(EigenvectorMethod):
    """LSC, also called SC-LS: Chen & Cai 2011. New samples are placed by the same map as the fitted ones.

    Chen & Cai leave the width of the Gaussian open; here its square is the mean squared distance of a sample to its
    nearest landmarks.
    """

    title = "Spectral clustering with landmarks"
    summary = "Spectral clustering for many samples: compares each with some hundred landmarks, not with all others."
    reference = "Chen, Cai 2011, doi:10.1609/aaai.v25i1.7900"
    good_for = "Groups that are not round, of many thousand samples."
    reported_as = ("SC-LS",)
    equations = (
        r"z_{ij} = \frac{K_h(x_i, u_j)}{\sum_{j' \in \langle i \rangle} K_h(x_i, u_{j'})}, \quad"
        r" \hat Z = Z D^{-1/2}, \quad \hat Z^T \hat Z = A \Sigma^2 A^T, \quad B = \hat Z A \Sigma^{-1}",
        r"\min_{\mu} \sum_i \min_k \lVert b_i - \mu_k \rVert^2",
    )
    presets = {"quick": {}, "paper": {"n_landmarks": 1000, "skip_first": True}}
    rank = 34
    terms = TERMS
    own_state = ("_landmarks", "_width", "_map")
    min_samples = 2

    n_landmarks: int = param(
        500,
        "Landmarks",
        help="How many points all samples are compared with; more follow finer shapes, and take longer.",
        min=2,
        max=5000,
        group="Graph",
    )
    n_nearest: int = param(
        5, "Nearest landmarks", help="How many of them describe a sample.", min=1, max=100, group="Graph"
    )
    landmarks: str = param(
        "k-means",
        "Choice of landmarks",
        help="k-means: centres of a short k-means. random: samples drawn at random, which is faster.",
        choices=("k-means", "random"),
        group="Graph",
        advanced=True,
    )
    unit_length: bool = param(
        True,
        "Unit length",
        help="Bring every sample to length 1 before k-means, as the authors' code does once the first vector is left out.",
        group="Clustering",
        advanced=True,
    )
    skip_first: bool = param(
        False,
        "Without the first vector",
        help="Leave out the first eigenvector, which is the same for all samples of a graph that hangs together, and take one "
        "more, as the authors' code does. It helps with pictures (USPS: ACC .75 instead of .65), and tears moons and rings.",
        group="Clustering",
        advanced=True,
    )
    n_init: int = shared.n_init()

    def plan(self) -> tuple[tuple[str, int], ...]:
        return (("Landmarks", 1),)

    def cost(self, n_samples: int, feature_shape: tuple[int, ...]) -> Cost:
        """Operations of the landmarks, the distances to them and their eigenvectors; bytes of the data and a chunk."""
        size = n_samples * float(np.prod(feature_shape))
        p = float(min(self.n_landmarks, n_samples))
        return Cost(
            flops=2 * (LLOYD_ROUNDS + 1) * size * p + 10 * p**3 + n_samples * self.n_nearest**2,
            memory=8 * size + 24 * p**2 + 8 * CHUNK * p + 24 * n_samples * self.n_nearest,
        )

    def _solve(self, X: np.ndarray) -> None:
        """Landmarks, scale and map from all samples."""
        X = X.reshape(len(X), -1)
        self._landmarks = choose_landmarks(X, self.n_landmarks, self.landmarks, self._fit_seed)
        numbers, squares = nearest_landmarks(X, self._landmarks, self.n_nearest)
        self._width = np.float64(np.sqrt(squares.mean(dtype=np.float64)) or 1.0)
        Z = landmark_affinity(numbers, squares, len(self._landmarks), float(self._width))
        self.eigenvalues_, self._map = landmark_map(Z, self.n_clusters, self.skip_first)

    def _embed(self, X: np.ndarray) -> np.ndarray:
        numbers, squares = nearest_landmarks(X.reshape(len(X), -1), self._landmarks, self.n_nearest)
        B = landmark_affinity(numbers, squares, len(self._landmarks), float(self._width)) @ self._map
        return unit_rows(B) if self.unit_length else np.asarray(B, np.float32)
