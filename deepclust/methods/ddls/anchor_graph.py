"""Who is trusted to belong together, from neighbours among all samples, and the clusters that their graph falls into.

Shapes: W (n, n) graph of n samples, one edge where either is among the nearest of the other; k clusters.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from deepclust.compute import to_numpy
from deepclust.methods.base.code_graph import code_graph, cut_vectors
from deepclust.methods.base.graph_cut import vote
from deepclust.methods.base.rounding import best_partition
from deepclust.metrics.modularity import edges_of
from deepclust.projections.pca import principal_axes

if TYPE_CHECKING:
    import torch

AXES = 64  # principal components of the samples that are compared
STARTS = 5  # of k-means for each number of eigenvectors
VECTORS = 2  # eigenvectors for each cluster that are tried
VOTERS = 10  # nearest samples that decide where one goes that is joined to nobody


class AnchorGraph:
    """The nearest of each sample among all: pairs of a batch that are trusted, and the best cut of the graph.

    In a batch of some hundred samples the nearest is far away; among all of them few neighbours are nearly always of one
    class, and the classes hang together by them.
    """

    def __init__(self, X: np.ndarray, n_neighbors: int, n_clusters: int, device: torch.device) -> None:
        import torch

        flat = X.reshape(len(X), -1)
        mean, axes = principal_axes(flat, AXES)
        self._places = torch.from_numpy((flat - mean) @ axes).to(device)
        self._n_clusters = n_clusters
        self._graph = code_graph([self._places], n_neighbors, n_clusters)

    def companions(self, rows: torch.Tensor, generator: torch.Generator) -> torch.Tensor:
        """For each of the rows (b,) a random one of the samples that it is joined to; itself where there is none."""
        import torch

        at = rows.cpu().numpy()
        first, degree = self._graph.indptr[at], np.diff(self._graph.indptr)[at]
        draw = (torch.rand(len(at), generator=generator).numpy() * degree).astype(np.int64)
        joined = self._graph.indices[np.minimum(first + draw, self._graph.nnz - 1)]
        return torch.from_numpy(np.where(degree > 0, joined, at).astype(np.int64)).to(rows.device)

    def pairs(self, rows: torch.Tensor) -> torch.Tensor:
        """Pairs bool (b, b) of the rows (b,) that are joined, or two looks at one sample; the diagonal is False."""
        import torch

        at = rows.cpu().numpy()
        joined = (self._graph[at][:, at].toarray() > 0) | (at[:, None] == at)
        np.fill_diagonal(joined, False)
        return torch.from_numpy(joined).to(rows.device)

    def clusters(self, seed: int) -> NDArray[np.int64]:
        """The partition (n,) of the graph into k clusters by its normalised cut, of as many eigenvectors as make the best."""
        vectors, _ = cut_vectors(self._graph, VECTORS * self._n_clusters)
        labels, _ = best_partition(vectors, self._n_clusters, edges_of(self._graph), seed, STARTS, unit=True)
        alone = np.diff(self._graph.indptr) == 0
        if alone.any() and not alone.all():
            import torch

            distance = torch.cdist(self._places[alone], self._places[~alone])
            nearest = distance.topk(min(VOTERS, distance.shape[1]), largest=False).indices
            labels[alone] = vote(to_numpy(nearest), labels[~alone])
        return labels
