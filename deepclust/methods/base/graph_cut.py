"""Clusters read from the neighbours in a latent space: normalised cuts of their graph, and new samples by their nearest.

k-means asks for round clusters of one size, in the directions in which the space is widest. What a network has told apart may lie
in narrower ones, and in longish groups: the spreads of the directions are brought to their roots, and who is near whom decides.

Shapes: n samples, d dimensions, k clusters.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from deepclust.methods.base.code_graph import mainland
from deepclust.methods.base.rounding import best_partition
from deepclust.metrics.modularity import Edges, edges_of, modularity

if TYPE_CHECKING:
    import torch
    from scipy.sparse import csr_array

NEIGHBORS = 10  # joined in the graph, and asked for the cluster of a new sample
VECTORS = 2  # eigenvectors for each cluster that are tried
EVENED = 0.5  # power of its spread that a direction is divided by; 1 would make all alike
STARTS = 3  # of k-means for each number of eigenvectors, where clusters of another k are read
CHUNK = 4_096


class GraphCut:
    """The samples that were cut: what each direction was divided by (d,), their places float32 (n, d), their clusters (n,).

    graph: W (n, n) in which they are joined; none given: self-tuning affinities of the places. It and its eigenvectors are
    worked out when they are first needed, and kept for every k.
    """

    def __init__(
        self,
        spread: NDArray[np.float32],
        places: NDArray[np.float32],
        clusters: NDArray[np.int64],
        graph: csr_array | None = None,
        device: torch.device | None = None,
    ) -> None:
        self.spread, self.places, self.clusters, self.graph, self._device = spread, places, clusters, graph, device
        self._vectors: np.ndarray = np.empty((len(places), 0), np.float32)

    @cached_property
    def _graph(self) -> tuple[csr_array, Edges]:
        """W (n, n), and the edges of that graph."""
        from deepclust.graphs import self_tuning_affinity
        from deepclust.neighbors import nearest_neighbors

        if self.graph is not None:
            return self.graph, edges_of(self.graph)
        found = nearest_neighbors(self.places, min(NEIGHBORS, len(self.places) - 1), device=self._device)
        W = self_tuning_affinity(self.places, NEIGHBORS, found=found)
        return W, edges_of(W)

    @cached_property
    def _alone(self) -> GraphCut:
        """The same places, joined to their nearest only."""
        return GraphCut(self.spread, self.places, self.clusters, device=self._device)

    def cut(self, n_clusters: int, seed: int, n_init: int, judge: Edges | None = None) -> NDArray[np.int64]:
        """Clusters (n,) of the places: the normalised cut into n_clusters, of as many eigenvectors as make the best partition.

        judge: edges of another graph, in which each start of k-means is judged. So are those of a graph that was given, by its own,
        and the cuts of the places alone beside them.
        """
        from deepclust.graphs import laplacian_eigenvectors

        if n_clusters == 1 or len(self.places) <= n_clusters:
            return np.arange(len(self.places)) % n_clusters
        W, edges = self._graph
        judging = edges if judge is None else judge
        n_vectors = min(VECTORS * n_clusters, len(self.places) - 1)
        if self._vectors.shape[1] < n_vectors:  # twice as many as before: a slider that goes up asks for few solutions
            n_solved = min(max(n_vectors, 2 * self._vectors.shape[1]), len(self.places) - 1)
            self._vectors = laplacian_eigenvectors(W, n_solved, seed)[1]
        vectors, each = self._vectors[:, :n_vectors], self.graph is not None or judge is not None
        labels = best_partition(vectors, n_clusters, judging, seed, n_init, unit=True, each=each, device=self._device)[
            0
        ]
        if self.graph is None:
            return labels
        alone = self._alone.cut(n_clusters, seed, n_init, edges)
        return max((labels, alone), key=lambda found: modularity(found, edges))

    def nearest(self, embedding: np.ndarray) -> NDArray[np.int64]:
        """Numbers (m, NEIGHBORS) of the nearest places of samples (m, d)."""
        from deepclust.neighbors import neighbor_index

        index, n_neighbors = neighbor_index(self.places), min(NEIGHBORS, len(self.places))
        parts = [embedding[start : start + CHUNK] / self.spread for start in range(0, len(embedding), CHUNK)]
        return np.concatenate([index.kneighbors(part, n_neighbors, return_distance=False) for part in parts])

    def assign(self, embedding: np.ndarray) -> NDArray[np.int64]:
        """Clusters (m,) of samples (m, d): that of most of the nearest places; the nearer decide a tie."""
        return vote(self.nearest(embedding), self.clusters)

    def regrouping(self, embedding: np.ndarray) -> Callable[[int], NDArray[np.int64]]:
        """How samples (m, d) are sorted into k clusters by the same graph, for any k: a function of k."""
        nearest = self.nearest(embedding)
        return lambda k: vote(nearest, self.cut(k, seed=0, n_init=STARTS))


def vote(nearest: NDArray[np.int64], clusters: NDArray[np.int64]) -> NDArray[np.int64]:
    """The cluster (m,) that most of the nearest (m, r) are in, nearest first; clusters (n,) of those that are asked."""
    m, r = nearest.shape
    # the nearer have a little more to say; all that they differ by is less than one voice
    voice = 1 + 0.5 * np.arange(r, 0, -1) / r**2
    voices = np.zeros((m, int(clusters.max()) + 1))
    np.add.at(voices, (np.arange(m)[:, None], clusters[nearest]), voice)
    return np.asarray(voices.argmax(axis=1), np.int64)


def cut_graph(
    embedding: np.ndarray,
    n_clusters: int,
    seed: int,
    n_init: int,
    join: Callable[[NDArray[np.float32]], csr_array] | None = None,
    device: torch.device | None = None,
) -> GraphCut:
    """Cut the graph of the neighbours of embedding (n, d), its directions evened, into n_clusters.

    Normalised cuts (Ng, Jordan & Weiss 2002) on self-tuning affinities, or the graph (n, n) that ``join`` makes of the places
    (n, d), of as many eigenvectors as give the partition of highest modularity (`best_partition`, `GraphCut.cut`). Samples that hang together with few
    others only are left out of the cut. Neighbours and k-means are worked out on a CUDA ``device``.
    """
    spread = np.asarray(np.maximum(embedding.std(axis=0), 1e-6) ** EVENED, np.float32)
    places = np.asarray(embedding / spread, np.float32)
    few = n_clusters == 1 or len(places) <= n_clusters
    graph = None if few or join is None else join(places)
    whole = GraphCut(spread, places, np.zeros(len(places), np.int64), graph, device)
    if not few:
        large = mainland(whole._graph[0], n_clusters)
        if not large.all():
            graph = None if graph is None else graph[large][:, large]
            whole = GraphCut(spread, places[large], whole.clusters[large], graph, device)
    whole.clusters = whole.cut(n_clusters, seed, n_init)
    return whole
