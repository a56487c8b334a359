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
        import torch

        super().__init__(x, n_neighbors, n_clusters)
        self._graph = self.plain()
        degree = np.diff(self._graph.indptr)
        self._most = int(degree.max(initial=1))
        # on the device, as the steps of training look it up; the last index is there for who is joined to nobody
        self._first, self._degree, self._joined = (
            torch.from_numpy(part.astype(np.int64)).to(x.device)
            for part in (self._graph.indptr[:-1], degree, np.append(self._graph.indices, 0))
        )

    def companions(self, rows: torch.Tensor, generator: torch.Generator) -> torch.Tensor:
        """For each of the rows (b,) a random one of the samples that it is joined to; itself where there is none."""
        import torch

        degree = self._degree[rows]
        drawn = torch.rand(rows.shape, generator=generator, device=generator.device).to(rows.device).double() * degree
        return torch.where(degree > 0, self._joined[self._first[rows] + drawn.long()], rows)

    def pairs(self, rows: torch.Tensor) -> torch.Tensor:
        """Pairs bool (b, b) of the rows (b,) that are joined, or two looks at one sample; the diagonal is False."""
        import torch

        b, device = len(rows), rows.device
        # each sample of the batch has a column, that of its last place in it; others all go to column b
        column = torch.full_like(self._degree, b).index_put_((rows,), torch.arange(b, device=device))
        each = torch.arange(self._most, device=device)
        at = (self._first[rows, None] + each).clamp(max=len(self._joined) - 1)
        others = torch.where(each < self._degree[rows, None], column[self._joined[at]], b)  # (b, most)
        seen = torch.zeros(b, b + 1, dtype=torch.bool, device=device).scatter_(1, others, True)
        joined = seen.index_select(1, column[rows]) | (rows[:, None] == rows)
        return joined.fill_diagonal_(False)

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
