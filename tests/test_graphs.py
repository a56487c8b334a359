"""Neighbours, graphs, Laplacian and its eigenvectors, against plain numpy and dense solutions."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.sparse as sp

import deepclust.graphs as graphs
import deepclust.neighbors as neighbors
from deepclust.graphs import (
    gaussian_affinity,
    knn_graph,
    laplacian_eigenvectors,
    median_scale,
    normalized_laplacian,
    self_tuning_affinity,
    spectral_embedding,
)
from deepclust.neighbors import nearest_neighbors


def points(n: int = 200, d: int = 3, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=(n, d)).astype(np.float32)


@pytest.mark.parametrize("d", [3, 30])
def test_neighbors_against_all_distances(d, monkeypatch):
    monkeypatch.setattr(neighbors, "CHUNK", 64)
    X = points(200, d)
    shares = []
    indices, distances = nearest_neighbors(X, 7, shares.append)
    full = np.linalg.norm(X[:, None].astype(np.float64) - X, axis=2)
    np.fill_diagonal(full, np.inf)
    np.testing.assert_array_equal(indices, np.argsort(full, axis=1)[:, :7])
    np.testing.assert_allclose(distances, np.sort(full, axis=1)[:, :7], rtol=1e-4)
    assert shares == [64 / 200, 128 / 200, 192 / 200, 1.0]


def test_neighbors_of_copies_are_never_oneself():
    indices, distances = nearest_neighbors(np.ones((9, 2)), 3)
    assert (indices != np.arange(9)[:, None]).all()
    assert all(len(set(row)) == 3 for row in indices.tolist())
    assert (distances == 0).all()
    with pytest.raises(ValueError, match="from 1 to 8"):
        nearest_neighbors(np.ones((9, 2)), 9)


def test_knn_graph_is_the_symmetric_union():
    X = np.array([[0.0], [1.0], [3.0], [7.0]])  # nearest: 0-1, 1-0, 2-1, 3-2
    expected = [[0, 1, 0, 0], [1, 0, 1, 0], [0, 1, 0, 1], [0, 0, 1, 0]]
    np.testing.assert_array_equal(knn_graph(X, 1).toarray(), expected)
    distance = knn_graph(X, 1, mode="distance").toarray()
    np.testing.assert_allclose(distance, np.array(expected) * np.abs(X - X.T), atol=1e-6)


def test_knn_graph_of_few_samples_and_bad_input():
    assert knn_graph(points(4), 10).nnz == 12
    with pytest.raises(ValueError, match="at least 2 samples"):
        knn_graph(points(1), 10)
    with pytest.raises(ValueError, match="1 or more"):
        knn_graph(points(9), 0)


def test_self_tuning_affinity_by_loops():
    X = points(30)
    W = self_tuning_affinity(X, n_neighbors=8).toarray()
    distance = np.linalg.norm(X[:, None] - X, axis=2)
    scale = np.sort(distance, axis=1)[:, 7]
    order = np.argsort(distance, axis=1)[:, 1:9]
    for i in range(30):
        for j in range(30):
            joined = i != j and (j in order[i] or i in order[j])
            expected = np.exp(-(distance[i, j] ** 2) / (scale[i] * scale[j])) if joined else 0.0
            assert W[i, j] == pytest.approx(expected, rel=1e-4)


def test_self_tuning_affinity_of_copies_and_of_outliers_keeps_every_edge():
    X = np.concatenate([np.ones((12, 2)), [[1e6, 0.0]]])
    W = self_tuning_affinity(X, n_neighbors=8)
    assert np.isfinite(W.data).all()
    assert (W.data > 0).all()
    assert W.data.max() == 1.0


def test_gaussian_affinity_by_loops():
    X = points(30)
    distance = np.linalg.norm(X[:, None] - X, axis=2)
    order = np.argsort(distance, axis=1)[:, 1:7]
    scale = np.median(np.sort(distance, axis=1)[:, 4])
    W = np.zeros((30, 30))
    for i in range(30):
        for j in order[i]:
            W[i, j] = np.exp(-(distance[i, j] ** 2) / (2 * scale**2))
    found = gaussian_affinity(X, n_neighbors=6, scale_neighbor=4).toarray()
    np.testing.assert_allclose(found, (W + W.T) / 2, rtol=1e-4)
    np.testing.assert_allclose(gaussian_affinity(X, 6, scale=scale).toarray(), found, rtol=1e-4)


def test_the_global_scale_of_copies_is_never_zero():
    assert median_scale(np.array([[1.0, 2.0], [3.0, 6.0], [5.0, 9.0]]), 2) == 6.0
    assert median_scale(np.array([[0.0, 0.0], [0.0, 0.0], [0.0, 6.0]]), 2) == 1.0
    assert median_scale(np.zeros((4, 2)), 2) == 1.0
    assert gaussian_affinity(np.ones((9, 2)), 3).max() == 1.0


@pytest.mark.parametrize("n", [60, 700])  # dense, and ARPACK
def test_eigenvectors_of_the_laplacian_that_is_not_normalised(n):
    X = np.concatenate([points(n), points(n, seed=1) * 0.3 + 50])  # two parts of different density
    W = gaussian_affinity(X, 8)
    L = np.diag(np.asarray(W.sum(axis=1)).ravel()) - W.toarray()
    values, vectors = laplacian_eigenvectors(W, 5, normalized=False)
    np.testing.assert_allclose(values, np.linalg.eigvalsh(L)[:5], atol=1e-5)
    np.testing.assert_allclose(L @ vectors, vectors * values, atol=1e-3)
    np.testing.assert_allclose(vectors.T @ vectors, np.eye(5), atol=1e-6)
    assert (values[:2] == 0).all()


def test_laplacian_by_its_definition():
    W = knn_graph(points(20), 3)
    degree = np.diag(W.toarray().sum(axis=1) ** -0.5)
    np.testing.assert_allclose(
        normalized_laplacian(W).toarray(), np.eye(20) - degree @ W.toarray() @ degree, atol=1e-12
    )


@pytest.mark.parametrize("n", [60, 700])  # dense, and ARPACK
def test_eigenvectors_solve_the_laplacian(n):
    W = knn_graph(points(n), 8)
    values, vectors = laplacian_eigenvectors(W, 6)
    L = normalized_laplacian(W).toarray()
    np.testing.assert_allclose(values, np.linalg.eigvalsh(L)[:6], atol=1e-6)
    np.testing.assert_allclose(L @ vectors, vectors * values, atol=1e-4)
    np.testing.assert_allclose(vectors.T @ vectors, np.eye(6), atol=1e-6)
    assert values[0] == 0.0
    assert (vectors[np.abs(vectors).argmax(axis=0), np.arange(6)] > 0).all()
    again = laplacian_eigenvectors(W, 6)[1]
    np.testing.assert_array_equal(vectors, again)


def test_eigenvectors_by_hand_on_a_path_of_three():
    W = sp.csr_array(np.array([[0, 1, 0], [1, 0, 1], [0, 1, 0]], float))
    values, vectors = laplacian_eigenvectors(W, 5)
    np.testing.assert_allclose(values, [0, 1, 2], atol=1e-12)
    np.testing.assert_allclose(np.abs(vectors[:, 0]), [0.5, 0.5**0.5, 0.5], atol=1e-12)


def test_disconnected_graph_has_a_zero_for_each_part_largest_first():
    X = np.concatenate([points(400), points(500) + 100, points(30) - 100])
    values, vectors = spectral_embedding(X, n_components=6, n_neighbors=5)
    assert (values[:3] == 0).all()
    assert values[3] > 1e-4
    carried = [np.flatnonzero(np.abs(vectors[:, j]) > 1e-12) for j in range(3)]
    assert [len(part) for part in carried] == [500, 400, 30]
    # as many parts as vectors: one vector each
    values, vectors = spectral_embedding(X, n_components=2, n_neighbors=5)
    assert (values == 0).all()
    assert vectors.shape == (930, 2)


def test_isolated_samples_do_not_crash():
    W = sp.csr_array(sp.block_diag([knn_graph(points(20), 3), np.zeros((2, 2))]))
    values, vectors = laplacian_eigenvectors(W, 5)
    np.testing.assert_allclose(values, np.linalg.eigvalsh(normalized_laplacian(W).toarray())[:5], atol=1e-9)
    assert np.isfinite(vectors).all()
    with pytest.raises(ValueError, match="at least 1"):
        laplacian_eigenvectors(W, 0)


def test_lobpcg_takes_over_where_arpack_does_not_converge(monkeypatch):
    import scipy.sparse.linalg as linalg

    def stuck(A, k, **_):
        raise linalg.ArpackNoConvergence("stuck", np.zeros(0), np.zeros((A.shape[0], 0)))

    X = points(600)
    expected = spectral_embedding(X, 4)[0]
    monkeypatch.setattr(linalg, "eigsh", stuck)
    np.testing.assert_allclose(spectral_embedding(X, 4)[0], expected, atol=1e-4)


def test_approximate_neighbors_of_many_samples(monkeypatch):
    X = points(3_000, 5)
    exact = nearest_neighbors(X, 10)[0]
    monkeypatch.setattr(neighbors, "EXACT_UP_TO", 100)
    fractions: list[float] = []
    found, distances = nearest_neighbors(X, 10, fractions.append)
    assert fractions == sorted(fractions)
    assert fractions[-1] == 1.0
    recall = np.mean([len(set(a) & set(b)) / 10 for a, b in zip(exact.tolist(), found.tolist(), strict=True)])
    assert recall > 0.9
    assert (np.diff(distances, axis=1) >= 0).all()
    assert graphs.knn_graph(X, 10).shape == (3_000, 3_000)


def test_approximate_neighbors_among_copies_and_strangers(monkeypatch):
    X = np.concatenate([np.zeros((150, 3), np.float32), points(40, 3), np.full((1, 3), 1e6, np.float32)])
    exact = nearest_neighbors(X, 60)[1]
    monkeypatch.setattr(neighbors, "EXACT_UP_TO", 100)
    indices, distances = nearest_neighbors(X, 60)
    assert (indices != np.arange(len(X))[:, None]).all()
    assert all(len(set(row)) == 60 for row in indices.tolist())
    np.testing.assert_allclose(distances, exact, rtol=1e-5, atol=1e-4)


@pytest.mark.parametrize("factor", [1e-36, 1e-30, 1.0, 1e14, 1e20, 1e38])
def test_points_are_brought_to_where_their_squares_fit(factor):
    X = points(50) / 10 * np.float32(factor)
    near = neighbors.squarable(X)
    assert (near is X) == (factor in (1.0, 1e14))
    assert 1e-30 < np.square(near).sum() < 1e38
    np.testing.assert_allclose(near / np.abs(near).max(), X / np.abs(X).max(), rtol=1e-6)


def test_neighbours_on_a_device_are_those_of_the_search(monkeypatch):
    import torch

    from deepclust import neighbors

    X = np.random.default_rng(0).normal(size=(90, 20)).astype(np.float32) + 100
    monkeypatch.setattr(neighbors, "DISTANCES_AT_ONCE", 90 * 7)
    parts = list(neighbors.on_device(X, 5, torch.device("cpu")))
    rows, near, far = (np.concatenate(part) for part in zip(*parts, strict=True))
    np.testing.assert_array_equal(rows, np.arange(90))
    np.testing.assert_array_equal(near[:, 0], rows)
    indices, distances = neighbors.nearest_neighbors(X, 4)
    np.testing.assert_array_equal(near[:, 1:], indices)
    np.testing.assert_allclose(far[:, 1:], distances, rtol=1e-4)
