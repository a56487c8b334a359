"""What methods share that work out eigenvectors of a graph in one go, and end with k-means among them.

Shapes: V (n, k) eigenvectors, a row for each sample.
"""

from __future__ import annotations

import time
from abc import abstractmethod
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from deepclust.events import Event, Progress, Snapshot, Stage, snapshot_sample
from deepclust.methods.base.centers import kmeans_centers
from deepclust.methods.base.method import GRAPH, Method
from deepclust.spaces import INPUT


class EigenvectorMethod(Method):
    """Base of methods with one stage in which `_solve` sets ``eigenvalues_`` and what `_embed` places samples by."""

    family = GRAPH
    spaces_without_k = (INPUT,)
    terms: ClassVar[Mapping[str, str]]  # what `_measures` gives, and what it means
    if TYPE_CHECKING:  # each has it among the hyper-parameters, after its own
        n_init: int

    @property
    def embedding_name(self) -> str:
        return "Eigenvectors"

    @abstractmethod
    def _solve(self, X: np.ndarray) -> None:
        """Graph, eigenvalues and eigenvectors of all samples X (n, ...)."""

    def _measures(self) -> dict[str, float]:
        """How well k fits, by the eigenvalues of affinities, descending from 1."""
        k, values = self.n_clusters, self.eigenvalues_
        gap = values[k - 1] - values[k] if len(values) > k else 0.0
        return {"similarity": float(values[:k].mean()), "eigengap": float(gap)}

    def _of_fitted(self, X: np.ndarray, rows: np.ndarray | slice) -> np.ndarray:
        """V of some of the samples X (n, ...) that were fitted."""
        return self._embed(X[rows])

    def _prepare(self, checkpoint: Mapping[str, Any] | None) -> None:
        self.n_iter_ = 0

    def _learn(self, X: np.ndarray) -> Iterator[Event]:
        from sklearn.metrics import pairwise_distances_argmin

        (stage,) = self.plan()
        yield Stage(*stage, self.terms)
        start = time.perf_counter()
        self._solve(X)
        self.n_iter_ = 1
        sample = snapshot_sample(len(X))
        V = self._of_fitted(X, sample)
        centers = kmeans_centers(V, min(self.n_clusters, len(V)), self._fit_seed, n_init=1)
        yield Snapshot(*stage, sample, V, np.asarray(pairwise_distances_argmin(V, centers), np.int64))
        yield Progress(*stage, self._measures(), time.perf_counter() - start)

    def _settle(self, X: np.ndarray) -> None:
        if not self.n_iter_:  # stopped before there was anything
            self._solve(X)
            self.n_iter_ = 1
        self.embedding_ = self.spectral_embedding_ = self._of_fitted(X, slice(None))
        self.cluster_centers_ = kmeans_centers(self.embedding_, self.n_clusters, self._fit_seed, self.n_init)
        self.labels_ = self._assign(self.embedding_)
