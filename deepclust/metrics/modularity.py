"""Modularity of a partition of a graph: how much more weight lies inside its clusters than chance would put there.

Shapes: a graph is given by its edges, each once: ``at``, ``to`` int64 (e,), ``weight`` (e,) between samples 0 .. n - 1.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from scipy.sparse import csr_array


class Edges(NamedTuple):
    """Edges of an undirected graph, each once."""

    at: NDArray[np.int64]
    to: NDArray[np.int64]
    weight: NDArray[np.float32]

    def degrees(self, n_samples: int) -> NDArray[np.float64]:
        """Sum of the weights of each sample's edges (n,)."""
        ends = np.concatenate([self.at, self.to])
        weights = np.concatenate([self.weight, self.weight])
        return np.asarray(np.bincount(ends, weights, minlength=n_samples), np.float64)


def edges_of(W: csr_array) -> Edges:
    """The edges of a symmetric graph (n, n), each once."""
    from scipy import sparse

    upper = sparse.coo_array(sparse.triu(W))
    return Edges(upper.row.astype(np.int64), upper.col.astype(np.int64), upper.data.astype(np.float32))


def modularity(labels: NDArray[np.int64], edges: Edges) -> float:
    """Share of the weight that is inside clusters, less what it would be by chance; labels (n,). At most 1, higher is better.

    Newman & Girvan 2004, eq. (5): sum_k (e_kk - a_k^2) with a_k the share of all edge ends in cluster k. 0 without edges.
    """
    degree = edges.degrees(len(labels))
    total = degree.sum()
    if total == 0:
        return 0.0
    inside = edges.weight[labels[edges.at] == labels[edges.to]].sum(dtype=np.float64)
    shares = np.bincount(labels, degree) / total
    return float(2 * inside / total - (shares**2).sum())
