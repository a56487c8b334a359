"""Modularity against plain loops, and by hand."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import sparse

from deepclust.metrics.modularity import Edges, edges_of, modularity


@pytest.fixture
def graph() -> sparse.csr_array:
    random = np.random.default_rng(0)
    W = np.triu(random.random((30, 30)) * (random.random((30, 30)) < 0.3), 1)
    return sparse.csr_array(W + W.T)


def test_modularity_by_loops(graph):
    labels = np.random.default_rng(1).integers(0, 3, 30)
    W = graph.toarray()
    total, degree = W.sum(), W.sum(axis=1)
    expected = sum(
        W[i, j] / total - degree[i] * degree[j] / total**2
        for i in range(30)
        for j in range(30)
        if labels[i] == labels[j]
    )
    assert modularity(labels, edges_of(graph)) == pytest.approx(expected, abs=1e-6)


def test_modularity_by_hand():
    # two joined pairs, each its own cluster: all weight inside, a half expected by chance
    edges = Edges(np.array([0, 2]), np.array([1, 3]), np.ones(2, np.float32))
    assert modularity(np.array([0, 0, 1, 1]), edges) == pytest.approx(0.5)
    assert modularity(np.array([0, 1, 0, 1]), edges) == pytest.approx(-0.5)
    assert modularity(np.zeros(4, np.int64), edges) == pytest.approx(0.0)
    nothing = Edges(np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0, np.float32))
    assert modularity(np.zeros(4, np.int64), nothing) == 0.0
