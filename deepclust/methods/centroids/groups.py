"""Groups of samples to put first centres at: the cut of the graph of the nearest that their distorted views agree with."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from deepclust.methods.base.code_graph import cut_vectors
from deepclust.methods.base.rounding import best_partition
from deepclust.methods.base.sample_graph import SampleGraph
from deepclust.metrics.modularity import edges_of

if TYPE_CHECKING:
    import torch

NEIGHBORS = 3
VIEWS = 4  # distorted copies of each sample, by which cuts are judged
VECTORS = 2  # eigenvectors for each cluster that are tried
STARTS = 5  # of k-means for each number of eigenvectors, each of which is judged


def sample_groups(x: torch.Tensor, n_clusters: int, seed: int) -> NDArray[np.int64]:
    """The normalised cut (n,) of the graph of samples x (n, ...) with the highest modularity in the graph of their views."""
    if n_clusters == 1 or len(x) <= n_clusters:
        return np.arange(len(x)) % n_clusters
    graph = SampleGraph(x, NEIGHBORS, n_clusters)
    vectors, _ = cut_vectors(graph.plain(), VECTORS * n_clusters)
    judge = edges_of(graph.through_views(VIEWS, seed))
    return best_partition(vectors, n_clusters, judge, seed, STARTS, unit=True, each=True)[0]
