"""From eigenvectors to clusters: modularity by loops, turned outputs, and a graph on which more eigenvectors are needed."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import sparse
from sklearn.metrics import adjusted_rand_score

from deepclust.methods.base.code_graph import cut_vectors, edges_of
from deepclust.methods.base.rounding import Edges, best_partition, kmeans_from, mean_rows, modularity, ritz_weights


@pytest.fixture
def graph() -> sparse.csr_array:
    random = np.random.default_rng(0)
    W = np.triu(random.random((30, 30)) * (random.random((30, 30)) < 0.3), 1)
    return sparse.csr_array(W + W.T)


def loose_halves(n_each: int, loose: float) -> tuple[sparse.csr_array, np.ndarray]:
    """A graph of six equally large blocks, and its blocks: two fall into loosely joined halves, four are near in pairs."""
    random = np.random.default_rng(0)
    part_of = np.repeat([0, 1, 2, 3, 4, 4, 5, 5, 6, 6, 7, 7], n_each)
    blocks = np.array([0, 0, 1, 1, 2, 3, 4, 5])[part_of]
    pairs = np.array([0, 0, 1, 1, 2, 2, 3, 3])[part_of]
    same, kin, near = (a[:, None] == a for a in (part_of, blocks, pairs))
    p = np.where(same, 0.5, np.where(kin, loose, np.where(near, 1.4 * loose, 0.001)))
    W = np.triu(random.random(p.shape) < p, 1).astype(float)
    return sparse.csr_array(W + W.T), blocks


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


def test_turned_outputs_are_the_eigenvectors_that_they_span(graph):
    exact, _ = cut_vectors(graph, 4)
    turn, _ = np.linalg.qr(np.random.default_rng(0).normal(size=(4, 4)))
    mixed = exact @ turn * [0.5, 1.0, 1.5, 2.0]
    turned = mixed @ ritz_weights(mixed, edges_of(graph))
    for column in range(4):
        cosine = exact[:, column] @ turned[:, column]
        cosine /= np.linalg.norm(exact[:, column]) * np.linalg.norm(turned[:, column])
        assert abs(cosine) == pytest.approx(1, abs=1e-2)
    degree = graph.sum(axis=1)
    np.testing.assert_allclose(turned.T @ (degree[:, None] * turned) / degree.sum(), np.eye(4), atol=0.02)


def test_outputs_that_are_all_alike_give_finite_weights(graph):
    weights = ritz_weights(np.ones((30, 4)), edges_of(graph))
    assert np.isfinite(weights).all()
    assert np.isfinite(ritz_weights(np.zeros((30, 4)), edges_of(graph))).all()


def test_more_eigenvectors_than_clusters_where_blocks_have_loose_halves():
    W, blocks = loose_halves(30, 0.02)
    edges = edges_of(W)
    vectors, _ = cut_vectors(W, 12)
    few, width = best_partition(vectors[:, :6], 6, edges, 0, 10, unit=True)
    more, wider = best_partition(vectors, 6, edges, 0, 10, unit=True)
    assert (width, wider > 6) == (6, True)
    assert modularity(more, edges) > modularity(few, edges)
    assert adjusted_rand_score(blocks, more) > adjusted_rand_score(blocks, few)


def test_centres_begin_at_given_clusters():
    y = np.array([[0.0], [1.0], [10.0], [12.0]])
    begun = mean_rows(y, np.array([0, 0, 1, 1]), 2)
    np.testing.assert_allclose(begun, [[0.5], [11]])
    np.testing.assert_allclose(kmeans_from(y, begun), [[0.5], [11]])
    assert mean_rows(y, np.array([0, 0, 2, 2]), 3) is None
