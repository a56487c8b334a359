"""RCC: graph, edges and equations against plain loops, groups that are found, and no more clusters than are allowed."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.datasets import load_digits, make_blobs
from sklearn.metrics import adjusted_rand_score

from deepclust.events import Note, Progress
from deepclust.methods.base.mutual_graph import edge_laplacian, largest_singular_value, mutual_edges
from deepclust.methods.classical.rcc import RCC, representatives
from deepclust.neighbors import nearest_neighbors


@pytest.fixture
def graph() -> tuple[np.ndarray, np.ndarray]:
    X = np.random.default_rng(0).normal(size=(40, 3))
    return X, mutual_edges(*nearest_neighbors(X, 4))


def test_representatives_solve_the_equations_of_plain_loops(graph):
    X, edges = graph
    weights = np.random.default_rng(1).random(len(edges))
    A = np.zeros((40, 40))
    for (p, q), w in zip(edges, weights, strict=True):
        e = np.zeros(40)
        e[p], e[q] = 1, -1
        A += w * np.outer(e, e)
    found = edge_laplacian(edges, weights, 40)
    np.testing.assert_allclose(found.toarray(), A, atol=1e-12)
    assert largest_singular_value(found) == pytest.approx(np.linalg.eigvalsh(A)[-1])
    U = representatives(X, found, 2.0, X)
    np.testing.assert_allclose(U, np.linalg.solve(np.eye(40) + 2 * A, X), atol=2e-3)


def test_groups_in_many_dimensions_are_found_and_counted():
    X, y = make_blobs(300, n_features=40, centers=5, random_state=0)
    events = list((method := RCC(20)).fit_events(X[:250]))
    assert method.n_clusters_found_ == 5
    assert any(e.text == "5 clusters were found." for e in events if isinstance(e, Note))
    assert not any(e.level == "warning" for e in events if isinstance(e, Note))
    assert adjusted_rand_score(y[:250], method.labels_) == 1
    assert adjusted_rand_score(y[250:], method.predict(X[250:])) == 1


def test_more_than_are_allowed_are_told():
    digits = load_digits().data[:400]
    events = list((method := RCC(5)).fit_events(digits))
    assert method.n_clusters_found_ > 5
    assert set(method.labels_) == set(range(5))
    (note,) = [e.text for e in events if isinstance(e, Note) and e.level == "info"]
    assert "The largest 5 held" in note
    edges = [e.losses["edges"] for e in events if isinstance(e, Progress)]
    assert edges[0] < edges[-1]
