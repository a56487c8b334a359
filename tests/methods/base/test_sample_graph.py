"""The graph of the nearest samples, and of the nearest to their views, against code_graph of the same places."""

from __future__ import annotations

import numpy as np
import torch
from scipy.spatial.distance import pdist

from deepclust.methods.base.code_graph import code_graph
from deepclust.methods.base.distort import distorted
from deepclust.methods.base.sample_graph import SampleGraph


def dots(n: int, at: int) -> torch.Tensor:
    """Pictures (n, 1, 12, 12) of a bright spot three pixels wide, all in one column, a pixel further down in each."""
    x = torch.zeros(n, 1, 12, 12)
    for i in range(n):
        x[i, 0, 1 + i : 4 + i, at : at + 3] = 1
    return x


def test_places_keep_the_distances_and_neighbours_are_those_of_the_places():
    x = torch.rand(50, 1, 4, 4, generator=torch.Generator().manual_seed(0))
    graph = SampleGraph(x, 3, 2)
    np.testing.assert_allclose(pdist(graph.places.numpy()), pdist(x.flatten(1).numpy()), rtol=1e-4)
    np.testing.assert_allclose(graph.plain().toarray(), code_graph([x.flatten(1)], 3, 2).toarray())


def test_each_view_is_joined_to_its_nearest_sample():
    x = torch.rand(50, 1, 8, 8, generator=torch.Generator().manual_seed(0))
    graph, generator = SampleGraph(x, 1, 2), torch.Generator().manual_seed(7)
    looks = [x.flatten(1), *(distorted(x, generator).flatten(1) for _ in range(2))]
    np.testing.assert_allclose(graph.through_views(2, seed=7).toarray(), code_graph(looks, 1, 2).toarray())
    assert (graph.through_views(0, seed=7) != graph.plain()).nnz == 0


def test_views_join_what_is_a_pixel_apart_and_not_what_is_elsewhere():
    x = torch.cat([dots(8, 0), dots(8, 9)])
    plain = SampleGraph(x, 1, 2).plain().toarray() > 0
    views = SampleGraph(x, 1, 2).through_views(20, seed=0).toarray() > 0
    assert (views >= plain).all()
    assert views.sum() > plain.sum()
    assert not views[:8, 8:].any()
