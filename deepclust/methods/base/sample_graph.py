"""The graph of the nearest among all samples as they are, and that in which distorted views of each are joined to them, too.

In a batch of some hundred samples the nearest is far away; among all of them few neighbours are nearly always of one class, and the
classes hang together by them.

Shapes: W (n, n) graph of n samples, one edge where either is among the nearest of the other; m principal components.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from deepclust.compute import to_numpy
from deepclust.methods.base.code_graph import code_graph, cut_vectors
from deepclust.methods.base.distort import distorted
from deepclust.methods.base.rounding import best_partition
from deepclust.metrics.modularity import edges_of
from deepclust.projections.pca import principal_axes

if TYPE_CHECKING:
    import torch
    from scipy.sparse import csr_array

AXES = 64  # principal components of the samples that are compared
STARTS = 5  # of k-means for each number of eigenvectors, each of which is judged
VECTORS = 2  # eigenvectors for each cluster that are tried
VIEWS = 4  # distorted copies of each sample, where cuts are judged


class SampleGraph:
    """Places (n, m) of samples x (n, ...) by their principal components, and the graphs of their neighbours."""

    def __init__(self, x: torch.Tensor, n_neighbors: int, n_clusters: int) -> None:
        self._x, self._n_neighbors, self._n_clusters = x, n_neighbors, n_clusters
        self._mean, self._axes = principal_axes(to_numpy(x.flatten(1)), AXES)
        self.places = self._placed(x)

    def plain(self) -> csr_array:
        """The nearest of each sample."""
        return code_graph([self.places], self._n_neighbors, self._n_clusters)

    def through_views(self, n_views: int, seed: int) -> csr_array:
        """The nearest of each sample and of each of n_views distorted copies of it."""
        import torch

        generator = torch.Generator().manual_seed(seed)
        looks = [self.places, *(self._placed(distorted(self._x, generator)) for _ in range(n_views))]
        return code_graph(looks, self._n_neighbors, self._n_clusters)

    def best_cut(self, graph: csr_array, judge: csr_array, seed: int) -> NDArray[np.int64]:
        """The partition (n,) by the normalised cut of ``graph`` that has the highest modularity in ``judge``, both (n, n).

        It is found among as many eigenvectors and starts of k-means as are tried.
        """
        vectors, _ = cut_vectors(graph, VECTORS * self._n_clusters)
        return best_partition(vectors, self._n_clusters, edges_of(judge), seed, STARTS, unit=True, each=True)[0]

    def _placed(self, x: torch.Tensor) -> torch.Tensor:
        import torch

        return torch.from_numpy((to_numpy(x.flatten(1)) - self._mean) @ self._axes).to(x.device)
