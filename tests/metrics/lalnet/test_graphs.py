"""The graphs of LALNet against plain loops, their subgraphs and story, and the layout of two cliques."""

from __future__ import annotations

import math

import numpy as np
import pytest

from deepclust.metrics.lalnet.graphs import adjacencies, connections, force_layout, graph_story, share_across, subgraphs


def cosine(a: list[float], b: list[float]) -> float:
    lengths = math.sqrt(sum(x * x for x in a)) * math.sqrt(sum(x * x for x in b))
    return sum(x * y for x, y in zip(a, b, strict=True)) / lengths if lengths else 0.0


def test_both_graphs_against_loops():
    z = np.random.default_rng(0).normal(size=(7, 6)) * 2
    z[3] = -1  # no output answers to it
    g_y, g_m = adjacencies(z, 2)
    pooled, positive = [], []
    for row in z:
        total = sum(math.exp(v) for v in row)
        pooled.append([sum(math.exp(row[u]) / total for u in range(6) if u % 2 == p) for p in range(2)])
        positive.append([max(0.0, v) for v in row])
    for i in range(7):
        for j in range(7):
            if i == j:
                assert g_y[i, j] == g_m[i, j] == 0
            else:
                assert g_y[i, j] == pytest.approx(cosine(pooled[i], pooled[j]), abs=1e-5)
                assert g_m[i, j] == pytest.approx(cosine(positive[i], positive[j]), abs=1e-5)
    assert (g_m[3] == 0).all()


def test_large_outputs_do_not_overflow():
    g_y, _ = adjacencies(np.array([[6e4, 0.0], [6e4, 0.0], [0.0, 6e4]], np.float16), 2)
    np.testing.assert_allclose(g_y, [[0, 1, 0], [1, 0, 0], [0, 0, 0]])


def test_connections_and_subgraphs_by_hand():
    adjacency = np.zeros((5, 5))
    for i, j, weight in ((0, 1, 0.9), (1, 2, 0.8), (3, 4, 0.6)):
        adjacency[i, j] = adjacency[j, i] = weight
    assert connections(adjacency, 0.7).tolist() == [[0, 1], [1, 2]]
    names = subgraphs(adjacency, 0.7)
    assert names[0] == names[1] == names[2]
    assert len({names[0], names[3], names[4]}) == 3
    assert len(np.unique(subgraphs(adjacency, 0.5))) == 2
    assert share_across(connections(adjacency, 0.5), np.array([0, 0, 1, 1, 1])) == pytest.approx(1 / 3)
    assert share_across(np.zeros((0, 2), int), np.zeros(5)) == 0


def test_the_story_of_a_network_that_learns():
    parents, groups = np.repeat([0, 1], 20), np.arange(40) % 2
    untrained = np.ones((40, 8))
    sorted_out = np.full((40, 8), -5.0)
    sorted_out[np.arange(40), parents + 2 * groups] = 5  # an output of its own for each group of each parent
    story = graph_story([untrained, sorted_out], parents, groups, 2, 0.7)
    assert story.y_across == [pytest.approx(400 / 780), 0]
    assert story.m_across == [pytest.approx(400 / 780), 0]
    assert story.n_subgraphs == [1, 4]


def test_joined_samples_are_laid_out_near_each_other_and_sides_stay_sides():
    side, half = np.repeat([0, 1], 40), np.arange(80) % 2
    groups = 2 * side + half
    adjacency = (groups[:, None] == groups).astype(np.float32)
    np.fill_diagonal(adjacency, 0)
    points = force_layout(adjacency, side)
    assert points.shape == (80, 2)
    assert points[side == 0, 0].max() < points[side == 1, 0].min()
    middles = np.stack([points[groups == g].mean(axis=0) for g in range(4)])
    nearest = np.linalg.norm(points[:, None] - middles, axis=2).argmin(axis=1)
    assert (nearest == groups).all()
    np.testing.assert_array_equal(points, force_layout(adjacency, side))


def test_a_layout_without_connections_is_finite():
    assert np.isfinite(force_layout(np.zeros((3, 3), np.float32), np.zeros(3, int))).all()
