"""Who is trusted to belong together, from neighbours among all samples, and the clusters that their graph falls into.

Shapes: W (n, n) graph of n samples, one edge where either is among the nearest of the other; k clusters.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from deepclust.compute import to_numpy
from deepclust.methods.base.graph_cut import vote
from deepclust.methods.base.sample_graph import VIEWS, SampleGraph

if TYPE_CHECKING:
    import torch

VOTERS = 10  # nearest samples that decide where one goes that is joined to nobody


class AnchorGraph(SampleGraph):
    """The nearest of each sample among all: pairs of a batch that are trusted, and the best cut of the graph."""

    def __init__(self, x: torch.Tensor, n_neighbors: int, n_clusters: int) -> None:
        super().__init__(x, n_neighbors, n_clusters)
        self._graph = self.plain()

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

    def clusters(self, seed: int, views: bool) -> NDArray[np.int64]:
        """The partition (n,) into k clusters by the normalised cut, of as many eigenvectors and that start that make the best.

        The best: the highest modularity; with views in the graph in which distorted views of each sample are joined to their
        nearest samples, too. In the plain one, cuts that join two styles of a kind and such that join two kinds are alike.
        """
        import torch

        judge = self.through_views(VIEWS, seed) if views else self._graph
        labels = self.best_cut(self._graph, judge, seed)
        alone = np.diff(self._graph.indptr) == 0
        if alone.any() and not alone.all():
            distance = torch.cdist(self.places[alone], self.places[~alone])
            nearest = distance.topk(min(VOTERS, distance.shape[1]), largest=False).indices
            labels[alone] = vote(to_numpy(nearest), labels[~alone])
        return labels
