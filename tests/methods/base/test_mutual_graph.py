"""The graph of mutual neighbours against plain loops, and the groups that hang together in it."""

from __future__ import annotations

import numpy as np
import pytest

from deepclust.methods.base.mutual_graph import (
    at_most,
    edge_lengths,
    edge_weights,
    hanging_together,
    held,
    mutual_edges,
    one_place,
)
from deepclust.neighbors import nearest_neighbors


@pytest.fixture
def graph() -> tuple[np.ndarray, np.ndarray]:
    X = np.random.default_rng(0).normal(size=(40, 3))
    return X, mutual_edges(*nearest_neighbors(X, 4))


def test_edges_are_mutual_or_of_a_spanning_tree(graph):
    X, edges = graph
    indices, _distances = nearest_neighbors(X, 4)
    pairs = {(int(i), int(j)) for i in range(40) for j in indices[i]}
    mutual = {(i, j) for i, j in pairs if i < j and (j, i) in pairs}
    found = {(int(i), int(j)) for i, j in edges}
    assert mutual <= found
    assert all(i < j for i, j in found)
    assert len(found - mutual) < 40
    assert all((i, j) in pairs or (j, i) in pairs for i, j in found)
    reached, grown = {0}, True
    while grown:
        grown = False
        for i, j in found:
            if (i in reached) != (j in reached):
                reached |= {i, j}
                grown = True
    joined = {0}
    for _ in range(40):
        joined |= {b for a, b in pairs if a in joined} | {a for a, b in pairs if b in joined}
    assert reached == joined


def test_weights_by_hand():
    edges = np.array([[0, 1], [1, 2], [1, 3]])
    mean = 6 / 4
    np.testing.assert_allclose(edge_weights(edges, 4), mean / np.sqrt(3))


def test_what_is_held_is_the_best_for_the_lengths():
    lengths, mu = np.array([0.0, 0.5, 2.0]), 1.5
    grid = np.linspace(0, 1, 100_001)
    for length, expected in zip(lengths, held(lengths, mu), strict=True):
        cost = grid * length**2 + mu * (np.sqrt(grid) - 1) ** 2  # eqs. (3) and (4)
        assert grid[cost.argmin()] == pytest.approx(expected, abs=1e-4)


def test_small_groups_join_the_nearest_large_one():
    places = np.array([[0.0], [0.0], [0.0], [5.0], [5.0], [4.0], [1.0]])
    groups = np.array([2, 2, 2, 0, 0, 1, 3])
    labels, n_found = at_most(groups, places, 2)
    assert n_found == 4
    np.testing.assert_array_equal(labels, [0, 0, 0, 1, 1, 1, 0])
    np.testing.assert_array_equal(at_most(groups, places, 9)[0], [0, 0, 0, 1, 1, 2, 3])


def test_groups_by_hand():
    places = np.array([[0.0], [0.1], [0.3], [2.0]])
    edges = np.array([[0, 1], [1, 2], [2, 3]])
    lengths = edge_lengths(edges, places)
    np.testing.assert_allclose(lengths, [0.1, 0.2, 1.7])
    np.testing.assert_array_equal(hanging_together(edges, lengths, 0.15, 4), [0, 0, 1, 2])
    np.testing.assert_array_equal(hanging_together(edges, lengths, 0.5, 4), [0, 0, 0, 1])
    assert one_place(lengths) == pytest.approx(0.1)
    assert one_place(np.zeros(3)) == 1
