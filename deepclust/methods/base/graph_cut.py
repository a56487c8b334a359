"""Clusters read from the neighbours in a latent space: normalised cuts of their graph, and new samples by their nearest.

k-means asks for round clusters of one size, in the directions in which the space is widest. What a network has told apart may lie
in narrower ones, and in longish groups: the spreads of the directions are brought to their roots, and who is near whom decides.

Shapes: n samples, d dimensions, k clusters.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from deepclust.methods.base.code_graph import mainland
from deepclust.methods.base.rounding import best_partition
from deepclust.metrics.modularity import edges_of

NEIGHBORS = 10  # joined in the graph, and asked for the cluster of a new sample
VECTORS = 2  # eigenvectors for each cluster that are tried
EVENED = 0.5  # power of its spread that a direction is divided by; 1 would make all alike
CHUNK = 4_096


class GraphCut(NamedTuple):
    """The samples that were cut: what each direction was divided by (d,), their places float32 (n, d), their clusters (n,)."""

    spread: NDArray[np.float32]
    places: NDArray[np.float32]
    clusters: NDArray[np.int64]

    def assign(self, embedding: NDArray) -> NDArray[np.int64]:
        """Clusters (m,) of samples (m, d): that of most of the nearest places; the nearer decide a tie."""
        from deepclust.neighbors import neighbor_index

        index = neighbor_index(self.places)
        n_neighbors = min(NEIGHBORS, len(self.places))
        # the nearer have a little more to say; all that they differ by is less than one voice
        voice = 1 + 0.5 * np.arange(n_neighbors, 0, -1) / n_neighbors**2
        found = np.empty(len(embedding), np.int64)
        for start in range(0, len(embedding), CHUNK):
            rows = slice(start, start + CHUNK)
            near = index.kneighbors(embedding[rows] / self.spread, n_neighbors, return_distance=False)
            voices = np.zeros((len(near), int(self.clusters.max()) + 1))
            np.add.at(voices, (np.arange(len(near))[:, None], self.clusters[near]), voice)
            found[rows] = voices.argmax(axis=1)
        return found


def cut_graph(embedding: NDArray, n_clusters: int, seed: int, n_init: int) -> GraphCut:
    """Cut the graph of the neighbours of embedding (n, d), its directions evened, into n_clusters.

    Normalised cuts (Ng, Jordan & Weiss 2002) on self-tuning affinities, of as many eigenvectors as give the partition of highest
    modularity (`best_partition`). Samples that hang together with few others only are left out of the cut.
    """
    from deepclust.graphs import laplacian_eigenvectors, self_tuning_affinity

    spread = np.asarray(np.maximum(embedding.std(axis=0), 1e-6) ** EVENED, np.float32)
    places = np.asarray(embedding / spread, np.float32)
    if n_clusters == 1 or len(places) <= n_clusters:
        return GraphCut(spread, places, np.arange(len(places)) % n_clusters)
    W = self_tuning_affinity(places, NEIGHBORS)
    large = mainland(W, n_clusters)
    W, places = W[large][:, large], places[large]
    _, vectors = laplacian_eigenvectors(W, min(VECTORS * n_clusters, len(places) - 1), seed)
    labels, _ = best_partition(vectors, n_clusters, edges_of(W), seed, n_init, unit=True)
    return GraphCut(spread, places, labels)
