"""The last step on a graph: narrow directions count, clusters need not be round, and new samples follow their nearest."""

from __future__ import annotations

import numpy as np
import pytest

from deepclust.methods.base.graph_cut import GraphCut, cut_graph
from deepclust.metrics.external import acc
from deepclust.metrics.modularity import edges_of, modularity


def wide_and_narrow(n: int = 400) -> tuple[np.ndarray, np.ndarray]:
    """Three groups apart in a direction that is several times narrower than one that says nothing."""
    dice = np.random.default_rng(0)
    y = np.arange(n) % 3
    return np.column_stack([6 * dice.random(size=n), y + 0.05 * dice.normal(size=n)]).astype(np.float32), y


def test_what_is_apart_in_a_narrow_direction_is_found() -> None:
    from sklearn.cluster import KMeans

    X, y = wide_and_narrow()
    assert acc(y, KMeans(3, n_init=10, random_state=0).fit(X).labels_) < 0.5
    cut = cut_graph(X, 3, seed=0, n_init=10)
    assert acc(y, cut.assign(X)) > 0.99
    np.testing.assert_allclose(cut.places.std(axis=0), np.sqrt(X.std(axis=0)), rtol=1e-4)


def test_clusters_need_not_be_round() -> None:
    from sklearn.datasets import make_moons

    X, y = make_moons(400, noise=0.04, random_state=0)
    cut = cut_graph(X.astype(np.float32), 2, seed=0, n_init=10)
    assert acc(y, cut.assign(X.astype(np.float32))) == 1


def test_a_few_samples_far_from_all_are_no_cluster() -> None:
    dice = np.random.default_rng(1)
    y = np.repeat([0, 1], 200)
    X = (dice.normal(size=(400, 2)) + 8 * y[:, None]).astype(np.float32)
    far = np.full((4, 2), 300, np.float32) + dice.normal(size=(4, 2)).astype(np.float32)
    cut = cut_graph(np.vstack([X, far]), 2, seed=0, n_init=10)
    found = cut.assign(np.vstack([X, far]))
    assert acc(y, found[:400]) > 0.99
    assert len(set(found[400:])) == 1


def test_new_samples_go_with_most_of_the_nearest_and_the_nearer_decide_a_tie() -> None:
    places = np.array([[0.0], [1.0], [2.0], [10.0]], np.float32)
    cut = GraphCut(np.array([2.0], np.float32), places, np.array([0, 1, 1, 0]))
    np.testing.assert_array_equal(cut.assign(np.array([[2.0], [-1.0], [19.0]])), [1, 0, 0])


def test_a_graph_that_is_given_decides_and_each_start_is_judged_by_it() -> None:
    from scipy import sparse

    X = np.random.default_rng(0).normal(size=(60, 2)).astype(np.float32)
    y = np.arange(60) % 3
    joined = sparse.csr_array((y[:, None] == y) + 0.02)
    cut = cut_graph(X, 3, 0, 3, lambda places: joined)
    assert acc(y, cut.clusters) == 1
    assert cut.graph is joined
    some = sparse.csr_array(joined.toarray() * (np.random.default_rng(1).random((60, 60)) < 0.05))
    some = sparse.csr_array(some + some.T)
    cut = GraphCut(np.ones(2, np.float32), X, y, some)
    found = [c.cut(3, 0, 2, edges_of(some)) for c in (cut, GraphCut(cut.spread, X, y))]
    assert modularity(cut.cut(3, 0, 2), edges_of(some)) == max(modularity(labels, edges_of(some)) for labels in found)
    alone = sparse.csr_array(joined.toarray() * (np.arange(60) > 1) * (np.arange(60) > 1)[:, None])
    cut = cut_graph(X, 3, 0, 3, lambda places: alone)  # two that are joined to nobody
    assert len(cut.places) == cut.graph.shape[0] == 58


@pytest.mark.parametrize(("n", "k"), [(30, 1), (3, 3), (12, 4), (5, 4)])
def test_few_samples_and_one_cluster(n: int, k: int) -> None:
    X = np.random.default_rng(0).normal(size=(n, 3)).astype(np.float32)
    found = cut_graph(X, k, seed=0, n_init=3).assign(X)
    assert found.shape == (n,)
    assert set(found) <= set(range(k))


def test_a_direction_without_spread_and_copies_do_no_harm() -> None:
    X = np.zeros((40, 3), np.float32)
    X[20:, 0] = 1
    found = cut_graph(X, 2, seed=0, n_init=3).assign(X)
    assert acc(np.repeat([0, 1], 20), found) == 1


def test_clusters_at_any_k_come_from_the_same_graph(monkeypatch: pytest.MonkeyPatch) -> None:
    from deepclust import graphs

    X, y = wide_and_narrow()
    solve, solved = graphs.laplacian_eigenvectors, []
    monkeypatch.setattr(graphs, "laplacian_eigenvectors", lambda *args: solved.append(args[1]) or solve(*args))
    cut = cut_graph(X, 2, seed=0, n_init=10)
    regroup = cut.regrouping(X)
    by_k = {k: regroup(k) for k in range(2, 21)}
    assert acc(y, by_k[3]) > 0.99
    assert all(len(np.unique(labels)) == k for k, labels in by_k.items())
    assert solved == [4, 8, 16, 32, 64]
