"""k-means on the data as they are: the baseline that every deep method has to beat."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from deepclust.events import Event, Progress, Snapshot, Stage, snapshot_sample
from deepclust.methods.base.method import Cost, Method
from deepclust.params import param
from deepclust.spaces import LATENT


class KMeans(Method):
    """scikit-learn's k-means on flattened samples; the latent space is the data itself."""

    title = "k-means"
    summary = "Groups samples around average samples, looking at the raw numbers only. Nothing is learned."
    reference = "Lloyd 1982, doi:10.1109/TIT.1982.1056489"
    good_for = "A first look: round groups, in a second."
    equations = (r"\min_{\mu} \sum_i \min_k \lVert x_i - \mu_k \rVert^2",)
    presets = {"quick": {"n_init": 4}}
    rank = 30
    round_name = "start"
    spaces_without_k = (LATENT,)

    n_init: int = param(10, "Starts", help="How many random starts; the tightest clustering is kept.", min=1, max=200)
    max_epochs: int = param(
        300, "Iterations", help="At most this many rounds of re-assigning samples.", min=1, max=10_000, advanced=True
    )

    def plan(self) -> tuple[tuple[str, int], ...]:
        return (("k-means", self.n_init),)

    def cost(self, n_samples: int, feature_shape: tuple[int, ...]) -> Cost:
        """Operations of all starts at 30 iterations each, and bytes: the data twice and the distances."""
        width = int(np.prod(feature_shape))
        size = n_samples * float(width)
        return Cost(
            flops=2.0 * self.n_init * 30 * self.n_clusters * size,
            memory=4 * (2 * size + n_samples * self.n_clusters),
            width=width,
        )

    def _prepare(self, checkpoint: Mapping[str, Any] | None) -> None:
        self._inertia = np.inf

    def _learn(self, X: np.ndarray) -> Iterator[Event]:
        embedding = self._embed(X)
        sample = snapshot_sample(len(X))
        ((stage, n_starts),) = self.plan()
        yield Stage(
            stage, n_starts, {"inertia": "mean squared distance to the nearest centre, in each start (low is good)"}
        )
        for epoch, seed in enumerate(np.random.RandomState(self._fit_seed).randint(2**31 - 1, size=n_starts), start=1):
            start = time.perf_counter()
            inertia = self._start(embedding, int(seed))
            yield Snapshot(stage, epoch, sample, embedding[sample], self._assign(embedding[sample]))
            yield Progress(stage, epoch, {"inertia": inertia / len(X)}, time.perf_counter() - start)

    def _start(self, embedding: np.ndarray, seed: int) -> float:
        """Run k-means from one random start, keep its centres if they are the best so far; returns its inertia."""
        from sklearn.cluster import KMeans as ScikitKMeans

        fitted = ScikitKMeans(self.n_clusters, n_init=1, max_iter=self.max_epochs, random_state=seed).fit(embedding)
        if fitted.inertia_ < self._inertia:
            self._inertia, self.n_iter_ = float(fitted.inertia_), int(fitted.n_iter_)
            self.cluster_centers_ = fitted.cluster_centers_
        return float(fitted.inertia_)

    def _embed(self, X: np.ndarray) -> np.ndarray:
        return X.reshape(len(X), -1)

    def _settle(self, X: np.ndarray) -> None:
        self.embedding_ = self._embed(X)
        if not np.isfinite(self._inertia):  # stopped before the first start had ended
            self._start(self.embedding_, self._fit_seed)
        self.labels_ = self._assign(self.embedding_)
