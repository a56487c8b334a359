"""AC-GDL: the affinities and the merges of plain loops, rings that k-means cuts in half, a limit that is told."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import sparse
from sklearn.datasets import make_blobs
from sklearn.metrics import adjusted_rand_score

from deepclust.data.catalog.table import load_dataset
from deepclust.events import Note, Progress
from deepclust.methods.classical import gdl
from deepclust.methods.classical.gdl import ACGDL, Linkage, directed_graph, first_clusters, replay
from deepclust.neighbors import nearest_neighbors


def affinity_by_loops(W: np.ndarray, a: list[int], b: list[int]) -> float:
    total = 0.0
    for ours, others in ((a, b), (b, a)):
        for i in ours:
            leaving = sum(W[i, j] for j in others) / len(others)
            arriving = sum(W[j, i] for j in others) / len(others)
            total += leaving * arriving
    return total


def merges_by_loops(W: np.ndarray, clusters: list[list[int]], n_clusters: int) -> list[list[int]]:
    clusters = [list(c) for c in clusters]
    while len(clusters) > n_clusters:
        pairs = [(affinity_by_loops(W, a, b), s, t) for s, a in enumerate(clusters) for t, b in enumerate(clusters[:s])]
        _, s, t = max(pairs)
        clusters[t] += clusters.pop(s)
    return clusters


@pytest.fixture
def graph() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    X = np.random.default_rng(1).normal(size=(60, 2)).astype(np.float32)
    indices, distances = nearest_neighbors(X, 8)
    return X, directed_graph(indices, distances, 1.0).toarray(), first_clusters(indices[:, 0], 2)


def test_the_graph_is_that_of_plain_loops():
    X = np.random.default_rng(0).normal(size=(20, 3)).astype(np.float32)
    indices, distances = nearest_neighbors(X, 4)
    W = directed_graph(indices, distances, 2.0).toarray()
    squares = np.square(X[:, None] - X[None]).sum(axis=2).astype(float)
    np.fill_diagonal(squares, np.inf)
    nearest = np.argsort(squares, axis=1)[:, :4]
    width = 2.0 * np.mean([squares[i, j] for i in range(20) for j in nearest[i]])
    expected = np.zeros((20, 20))
    for i in range(20):
        for j in nearest[i]:
            expected[i, j] = np.exp(-squares[i, j] / width)
    np.testing.assert_allclose(W, expected, rtol=1e-4)


def test_an_outlier_is_not_cut_off():
    X = np.append(np.random.default_rng(0).normal(size=(30, 2)), [[1e3, 1e3]], axis=0).astype(np.float32)
    W = directed_graph(*nearest_neighbors(X, 3), 0.1).toarray()
    assert W[30].max() >= 1e-5


def test_affinities_are_those_of_plain_loops_at_every_step(graph):
    X, W, begun = graph
    linkage = Linkage(sparse.csr_array(W), begun, X)
    while linkage.n_clusters > 2:
        for a in np.flatnonzero(linkage.alive):
            row = linkage.affinities(int(a))
            for b in np.flatnonzero(linkage.alive):
                expected = -1 if a == b else affinity_by_loops(W, list(linkage.members[a]), list(linkage.members[b]))
                assert row[b] == pytest.approx(expected)
            assert linkage.best[a] == pytest.approx(row.max())
        linkage.merge()


def test_clusters_are_those_of_plain_loops(graph):
    X, W, begun = graph
    linkage = Linkage(sparse.csr_array(W), begun, X)
    while linkage.n_clusters > 3:
        linkage.merge()
    expected = merges_by_loops(W, [np.flatnonzero(begun == c).tolist() for c in np.unique(begun)], 3)
    truth = np.empty(60, int)
    for number, members in enumerate(expected):
        truth[members] = number
    found = replay(begun, np.array(linkage.merges), 3)
    assert adjusted_rand_score(truth, found) == 1
    assert set(found) == {0, 1, 2}


def test_rings_and_those_that_come_later():
    data = load_dataset("rings")
    k = len(np.unique(data.y))
    method = ACGDL(k).fit(data.X[::2])
    assert adjusted_rand_score(data.y[::2], method.labels_) == 1
    assert adjusted_rand_score(data.y[1::2], method.predict(data.X[1::2])) == 1


def test_every_k_is_read_from_the_merges():
    X, _ = make_blobs(200, centers=4, random_state=0)
    method = ACGDL(4).fit(X)
    by_k = method.regrouping(method.embedding_)
    np.testing.assert_array_equal(by_k(4), method.labels_)
    assert [len(np.unique(by_k(k))) for k in (2, 3, 6)] == [2, 3, 6]


def test_groups_without_edges_are_joined_by_their_means_and_that_is_told():
    X = np.concatenate([100 * i + np.random.default_rng(i).normal(size=(20, 2)) for i in range(4)])
    events = list((method := ACGDL(2, n_neighbors=3)).fit_events(X))
    assert len(set(method.labels_)) == 2
    assert any("no two groups left" in e.text for e in events if isinstance(e, Note))
    left = [e.losses["clusters"] for e in events if isinstance(e, Progress)]
    assert left == sorted(left, reverse=True)
    assert left[-1] == 2


def test_more_samples_than_it_can_join_are_refused(monkeypatch):
    monkeypatch.setattr(gdl, "MOST", 50)
    with pytest.raises(ValueError, match=r"n_samples=60 is more than .* up to 50 samples.*LandmarkSpectral"):
        ACGDL(3).fit(np.random.default_rng(0).normal(size=(60, 2)))
