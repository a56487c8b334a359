"""Groups of samples to put first centres at: the cut of the graph of the nearest that their distorted views agree with."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from deepclust.methods.base.sample_graph import VIEWS, SampleGraph

if TYPE_CHECKING:
    import torch

NEIGHBORS = 3


def sample_groups(x: torch.Tensor, n_clusters: int, seed: int) -> NDArray[np.int64]:
    """The normalised cut (n,) of the graph of samples x (n, ...) with the highest modularity in the graph of their views."""
    if n_clusters == 1 or len(x) <= n_clusters:
        return np.arange(len(x)) % n_clusters
    graph = SampleGraph(x, NEIGHBORS, n_clusters)
    return graph.best_cut(graph.plain(), graph.through_views(VIEWS, seed), seed)
