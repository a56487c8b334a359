"""The graph of neighbours among all samples: its pairs against plain loops, who is drawn, and the clusters it falls into."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from deepclust.methods.ddls.anchor_graph import AnchorGraph


@pytest.fixture
def two_groups() -> np.ndarray:
    random = np.random.default_rng(0)
    return np.concatenate([random.normal(size=(60, 3)), random.normal(size=(60, 3)) + 20]).astype(np.float32)


def graph_of(X: np.ndarray, n_neighbors: int, n_clusters: int) -> AnchorGraph:
    return AnchorGraph(torch.from_numpy(X), n_neighbors, n_clusters)


def joined_by_loops(X: np.ndarray, n_neighbors: int) -> set[tuple[int, int]]:
    distance = np.linalg.norm(X[:, None] - X[None], axis=2)
    np.fill_diagonal(distance, np.inf)
    nearest = np.argsort(distance, axis=1)[:, :n_neighbors]
    return {(i, int(j)) for i in range(len(X)) for j in nearest[i]}


def test_pairs_are_those_of_which_one_is_near_the_other_and_two_looks_at_a_sample(two_groups):
    graph = graph_of(two_groups, 3, 2)
    rows = torch.tensor([5, 7, 40, 70, 71, 90, 5])
    joined = joined_by_loops(two_groups, 3)
    expected = [
        [(i, j) in joined or (j, i) in joined or (i == j and a != b) for b, j in enumerate(rows.tolist())]
        for a, i in enumerate(rows.tolist())
    ]
    assert graph.pairs(rows).tolist() == expected
    assert graph.pairs(rows)[0, 6]
    every = graph.pairs(torch.arange(120))
    assert set(map(tuple, every.nonzero().tolist())) == joined | {(j, i) for i, j in joined}


def test_a_companion_is_any_of_those_that_a_sample_is_joined_to(two_groups):
    graph, rows = graph_of(two_groups, 3, 2), torch.arange(120)
    pairs, drawn = graph.pairs(rows), set()
    for seed in range(60):
        companions = graph.companions(rows, torch.Generator().manual_seed(seed))
        assert pairs[rows, companions].all()
        drawn.add(int(companions[0]))
    assert drawn == set(pairs[0].nonzero().flatten().tolist())


def test_clusters_are_the_parts_and_who_is_joined_to_nobody_goes_with_the_nearest(two_groups):
    far = np.array([[200, 200, 200], [201, 201, 201]], np.float32)
    graph = graph_of(np.concatenate([two_groups, far]), 1, 2)
    labels = graph_of(two_groups, 5, 2).clusters(0, views=False)
    assert len(set(labels[:60])) == len(set(labels[60:])) == 1
    assert labels[0] != labels[60]
    alone = torch.tensor([120, 121])
    assert not graph.pairs(alone).any()  # an island is no cluster
    assert graph.companions(alone, torch.Generator()).tolist() == [120, 121]
    graph = graph_of(np.concatenate([two_groups, far]), 1, 1)
    assert set(graph.clusters(0, views=False)) == {0}
    with_far = graph_of(np.concatenate([np.repeat(two_groups, 2, axis=0), far]), 5, 2).clusters(0, views=False)
    assert set(with_far[-2:]) == {with_far[130]}


def test_cuts_are_judged_by_the_graph_of_views_where_there_are_views(monkeypatch):
    from deepclust.methods.base import sample_graph

    pictures = torch.rand(60, 1, 8, 8, generator=torch.Generator().manual_seed(0))
    judged = []
    partition = sample_graph.best_partition
    monkeypatch.setattr(sample_graph, "best_partition", lambda *a, **k: judged.append((a[2], k)) or partition(*a, **k))
    graph = AnchorGraph(pictures, 3, 2)
    plain, views = graph.clusters(0, views=False), graph.clusters(0, views=True)
    assert plain.shape == views.shape == (60,)
    assert all(k["each"] for _, k in judged)
    assert len(judged[0][0].at) == graph._graph.nnz // 2 < len(judged[1][0].at)
    np.testing.assert_array_equal(views, graph.clusters(0, views=True))
