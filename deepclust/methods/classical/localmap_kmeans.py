"""LocalMAP, then k-means on the map: what finds the groups of many data sets in seconds, without a network.

Shapes: X (n, d) data, R (n, r) its first r <= 50 principal components, Y (n, m) the map.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from deepclust.events import Event, Progress, Snapshot, Stage, snapshot_sample
from deepclust.methods.base import hyperparameters as shared
from deepclust.methods.base.centers import kmeans_centers
from deepclust.methods.base.method import Cost, Method
from deepclust.methods.base.placing import CHUNK, place
from deepclust.neighbors import first_copies
from deepclust.params import param
from deepclust.projections.localmap import NEARBY, LocalMAP
from deepclust.projections.pacmap import PHASES, START_SPREAD
from deepclust.projections.pca import REDUCED_DIMENSIONS, principal_axes, start_positions
from deepclust.spaces import LATENT

STAGES = ("Large picture", "Both", "Neighbours")  # the three phases of PaCMAP and LocalMAP
TERMS = {"loss": "what the pairs that pull and push still want, per sample (the pulls weaken from stage to stage)"}
SNAPSHOT_EVERY = 20  # iterations


class LocalMAPKMeans(Method):
    """Wang, Sun, Huang & Rudin 2025 for the map, Lloyd 1982 for the clusters. The latent space is the map."""

    title = "LocalMAP + k-means"
    summary = "Lays the samples out as islands of neighbours, then groups the islands. Quick; no network is trained."
    reference = "Wang, Sun, Huang, Rudin 2025, arXiv:2412.15426"
    good_for = "The line to beat: pictures and tables of up to 100,000 samples, in seconds."
    caution = LocalMAP.note
    equations = (
        r"\min_Y \sum_{(i,j) \in NN} w_{NN} \frac{\tilde d_{ij}}{10 + \tilde d_{ij}} + \sum_{(i,j) \in MN} w_{MN} "
        r"\frac{\tilde d_{ij}}{10^4 + \tilde d_{ij}} + \sum_{(i,j) \in FP} \frac{1}{1 + \tilde d_{ij}}, \quad "
        r"\tilde d_{ij} = 1 + \lVert y_i - y_j \rVert^2",
        r"\min_{\mu} \sum_i \min_k \lVert y_i - \mu_k \rVert^2",
    )
    presets = {"quick": {}}
    rank = 31
    spaces_without_k = (LATENT,)
    own_state = ("_mean", "_axes", "_fitted", "_map")

    n_neighbors: int = param(
        10,
        "Neighbours",
        help="How many nearest samples each one is pulled to. More joins islands, fewer breaks them up.",
        min=2,
        max=200,
        group="Map",
    )
    n_components: int = param(
        2, "Dimensions", help="Of the map that is clustered.", min=1, max=50, group="Map", advanced=True
    )
    n_init: int = shared.n_init()

    @property
    def embedding_name(self) -> str:
        return "LocalMAP"

    def plan(self) -> tuple[tuple[str, int], ...]:
        return tuple(zip(STAGES, PHASES, strict=True))

    def cost(self, n_samples: int, feature_shape: tuple[int, ...]) -> Cost:
        """Operations of all distances between the components and of the iterations; bytes of data, neighbours and pairs."""
        size = n_samples * float(np.prod(feature_shape))
        pairs = 3.5 * n_samples * self.n_neighbors
        width = min(REDUCED_DIMENSIONS, float(np.prod(feature_shape)))
        return Cost(
            flops=2 * n_samples**2 * width + 2 * size * width + 60 * sum(PHASES) * pairs,
            memory=8 * size + 16 * pairs + 12 * n_samples * (self.n_neighbors + 50),
        )

    def _prepare(self, checkpoint: Mapping[str, Any] | None) -> None:
        self.n_iter_ = 0

    def _learn(self, X: np.ndarray) -> Iterator[Event]:
        layouts = self._layouts(X)
        sample = snapshot_sample(len(X))
        for stage, n_iter in self.plan():
            yield Stage(stage, n_iter, TERMS)
            for iteration in range(1, n_iter + 1):
                start = time.perf_counter()
                self._map, loss = next(layouts)
                self.n_iter_ += 1
                if iteration % SNAPSHOT_EVERY == 0 or iteration == n_iter:
                    points = self._map[sample]
                    yield Snapshot(stage, iteration, sample, points.copy(), self._provisional_labels(points))
                yield Progress(stage, iteration, {"loss": loss / len(X)}, time.perf_counter() - start)

    def _layouts(self, X: np.ndarray) -> Iterator[tuple[np.ndarray, float]]:
        """The map after each iteration, and its loss; a few samples, of which no pairs can be drawn, stay as they are."""
        start = self._start(X)
        if len(X) < LocalMAP.min_samples:
            for _ in range(sum(PHASES)):
                yield start, 0.0
            return
        layout = LocalMAP(n_neighbors=self.n_neighbors).cut_to(len(X))
        yield from layout.layouts(
            self._fitted, layout.pairs(self._fitted, self._fit_seed), np.float32(START_SPREAD) * start
        )

    def _start(self, X: np.ndarray) -> np.ndarray:
        """Reduce the data, and lay them out by PCA."""
        flat = X.reshape(len(X), -1)
        if flat.shape[1] > REDUCED_DIMENSIONS:
            self._mean, self._axes = principal_axes(flat, REDUCED_DIMENSIONS)
        else:
            self._mean, self._axes = np.zeros(flat.shape[1], np.float32), np.zeros((0, 0), np.float32)
        self._fitted = self._reduce(flat)
        return start_positions(self._fitted, self.n_components, self._fit_seed)

    def _reduce(self, X: np.ndarray) -> np.ndarray:
        return np.ascontiguousarray((X - self._mean) @ self._axes if self._axes.size else X, np.float32)

    def _provisional_labels(self, points: np.ndarray) -> np.ndarray:
        """Clusters of a sample of the map while it forms."""
        from sklearn.metrics import pairwise_distances_argmin

        centers = kmeans_centers(points, min(self.n_clusters, len(points)), self._fit_seed, n_init=1)
        return np.asarray(pairwise_distances_argmin(points, centers), np.int64)

    def _embed(self, X: np.ndarray) -> np.ndarray:
        flat = X.reshape(len(X), -1)
        rows = (self._reduce(flat[i : i + CHUNK]) for i in range(0, len(flat), CHUNK))
        return np.concatenate([place(R, self._fitted, self._map, NEARBY / 2) for R in rows])

    def _settle(self, X: np.ndarray) -> None:
        if not self.n_iter_:  # stopped before there was anything
            self._map = self._start(X)
        # copies of one sample may have gone different ways, but they are one sample
        self._map = np.array(self._map[first_copies(X.reshape(len(X), -1))])
        self.embedding_ = self._map
        self.cluster_centers_ = kmeans_centers(self._map, self.n_clusters, self._fit_seed, self.n_init)
        self.labels_ = self._assign(self._map)
