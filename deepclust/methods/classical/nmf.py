"""NMF: every sample as a sum of a few parts that are learned, and clusters of samples made of the same parts.

Shapes: X (n, d) data that are not negative, R (n, k) shares, H (k, d) parts.
"""

from __future__ import annotations

import time
import warnings
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from deepclust.events import Event, Progress, Snapshot, Stage, snapshot_sample
from deepclust.methods.base import hyperparameters as shared
from deepclust.methods.base.centers import group_means, kmeans_centers
from deepclust.methods.base.method import Cost, Method
from deepclust.params import param

ITERATIONS = 10  # of scikit-learn's solver in each round
CLUSTERS = ("k-means", "largest part")


def shares_of(X: np.ndarray, H: np.ndarray) -> NDArray[np.float32]:
    """R (n, k) >= 0 with the least |X - R H|^2, each row by itself, so that it does not depend on the others; X (n, d)."""
    from scipy.linalg import qr
    from scipy.optimize import nnls

    Q, T = qr(H.T.astype(np.float64), mode="economic")  # |H^T r - x|^2 and |T r - Q^T x|^2 differ by a constant
    return np.array([nnls(T, b)[0] for b in X @ Q], np.float32).reshape(len(X), len(H))


class NMF(Method):
    """Lee & Seung 1999; as clustering Xu, Liu & Gong 2003. The latent space is the shares, of parts of length 1.

    Data with negative numbers are moved up to 0, feature by feature.
    """

    title = "NMF"
    summary = "Describes each sample as a sum of a few parts, then groups samples that are made of the same. Nothing deep is learned."
    reference = "Lee, Seung 1999, doi:10.1038/44565; Xu, Liu, Gong 2003, doi:10.1145/860435.860485"
    good_for = "Texts, spectra and other data of sums of parts, where no number is below zero."
    headline = "Below k-means on most data, as in the tables of papers; above it on clothes."
    equations = (
        r"\min_{R \ge 0, H \ge 0} \lVert X - R H \rVert_F^2, \quad \lVert h_j \rVert = 1",
        r"\min_{\mu} \sum_i \min_k \lVert r_i - \mu_k \rVert^2",
    )
    presets = {"quick": {}, "paper": {"max_epochs": 50, "clusters": "largest part"}}
    rank = 35
    round_name = "round"
    own_state = ("_least", "_parts")

    max_epochs: int = param(20, "Rounds", help=f"Of {ITERATIONS} iterations each.", min=1, max=1000, group="Training")
    clusters: str = param(
        "k-means",
        "Clusters",
        help="k-means: of the shares. largest part: a sample belongs to the part of which it has most.",
        choices=CLUSTERS,
        group="Clustering",
    )
    n_init: int = shared.n_init()

    @property
    def embedding_name(self) -> str:
        return "Shares of the parts"

    def plan(self) -> tuple[tuple[str, int], ...]:
        return (("Parts", self.max_epochs),)

    def cost(self, n_samples: int, feature_shape: tuple[int, ...]) -> Cost:
        """Operations of all iterations, and bytes of the data, twice, and of the shares."""
        size = n_samples * float(np.prod(feature_shape))
        n_iterations = ITERATIONS * self.max_epochs
        return Cost(
            flops=4 * n_iterations * size * self.n_clusters,
            memory=4 * (3 * size + 2 * n_samples * self.n_clusters),
            width=self.n_clusters,
        )

    def _prepare(self, checkpoint: Mapping[str, Any] | None) -> None:
        self.n_iter_ = 0
        self._shares: np.ndarray
        self._parts: np.ndarray

    def _learn(self, X: np.ndarray) -> Iterator[Event]:
        (stage,) = self.plan()
        self._least = np.minimum(X.reshape(len(X), -1).min(axis=0), 0)
        yield Stage(*stage, {"error": "squared error of the sums, summed over a sample (falls)"})
        data, sample = self._lifted(X), snapshot_sample(len(X))
        for epoch in range(1, self.max_epochs + 1):
            start = time.perf_counter()
            error = self._round(data)
            if epoch in (1, self.max_epochs) or epoch % max(1, self.max_epochs // 10) == 0:
                shares = self._embed(X[sample])
                yield Snapshot(stage[0], epoch, sample, shares, self._grouped(shares, n_init=1))
            yield Progress(stage[0], epoch, {"error": error}, time.perf_counter() - start)

    def _round(self, data: NDArray[np.float32]) -> float:
        """Ten more iterations on lifted data (n, d); returns the mean squared error of a sample."""
        from sklearn import decomposition
        from sklearn.exceptions import ConvergenceWarning

        init = "custom" if self.n_iter_ else "nndsvda" if self.n_clusters <= min(data.shape) else "random"
        began = {"W": self._shares, "H": self._parts} if self.n_iter_ else {}
        solver = decomposition.NMF(self.n_clusters, init=init, max_iter=ITERATIONS, random_state=self._fit_seed)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)  # a round is meant to end before that
            self._shares = np.asarray(solver.fit_transform(data, **began))
        self._parts = np.asarray(solver.components_)
        self.n_iter_ += 1
        return float(np.square(data - self._shares @ self._parts).sum(axis=1).mean())

    def _lifted(self, X: np.ndarray) -> NDArray[np.float32]:
        """X (n, ...) as rows (n, d) without negative numbers."""
        return np.asarray(np.maximum(X.reshape(len(X), -1) - self._least, 0))

    def _embed(self, X: np.ndarray) -> np.ndarray:
        length = np.maximum(np.linalg.norm(self._parts, axis=1), 1e-12)
        return shares_of(self._lifted(X), self._parts / length[:, None])

    def _grouped(self, shares: np.ndarray, n_init: int) -> np.ndarray:
        """Clusters (n,) of shares (n, k), whose centres become those of the fit."""
        if self.clusters == "largest part":
            self.cluster_centers_ = group_means(shares, shares.argmax(axis=1), self.n_clusters)
        else:
            k = min(self.n_clusters, len(shares))
            self.cluster_centers_ = kmeans_centers(shares, k, self._fit_seed, n_init)
        return self._assign(shares)

    def _assign(self, embedding: np.ndarray) -> np.ndarray:
        if self.clusters == "largest part":
            return np.asarray(embedding.argmax(axis=1), np.int64)
        return super()._assign(embedding)

    def _settle(self, X: np.ndarray) -> None:
        if not self.n_iter_:  # stopped before there was anything
            self._round(self._lifted(X))
        self.embedding_ = self._embed(X)
        self.labels_ = self._grouped(self.embedding_, self.n_init)
