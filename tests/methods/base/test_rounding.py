"""From eigenvectors to clusters: turned outputs, and a graph on which more eigenvectors are needed."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import sparse
from sklearn.metrics import adjusted_rand_score

from deepclust.methods.base.code_graph import cut_vectors
from deepclust.methods.base.rounding import best_partition, ritz_weights, unit_rows
from deepclust.metrics.modularity import edges_of, modularity


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


def test_unit_rows_leave_zeros_alone():
    got = unit_rows(np.array([[3.0, 4.0], [0.0, 0.0]], np.float32))
    np.testing.assert_allclose(got, [[0.6, 0.8], [0, 0]])


def test_every_start_is_judged_where_that_is_asked_for():
    W, _ = loose_halves(30, 0.02)
    edges = edges_of(W)
    vectors, _ = cut_vectors(W, 12)
    qualities = {}
    for each in (False, True):
        labels, width = best_partition(vectors[:, :8], 6, edges, 3, 8, unit=True, each=each)
        assert 6 <= width <= 8
        qualities[each] = modularity(labels, edges)
    starts = [best_partition(vectors[:, :8], 6, edges, 3 + i, 1, unit=True)[0] for i in range(8)]
    assert qualities[True] == pytest.approx(max(modularity(labels, edges) for labels in starts))
    assert qualities[True] >= qualities[False] - 1e-9
