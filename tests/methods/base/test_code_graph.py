"""The neighbour graph of codes, against plain loops; islands; and what disturbed copies add to it."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from deepclust.graphs import normalized_laplacian
from deepclust.methods.base.code_graph import code_graph, cut_vectors, mainland, nearest_codes
from deepclust.metrics.modularity import edges_of


@pytest.fixture
def looks() -> list[torch.Tensor]:
    random = np.random.default_rng(0)
    codes = random.normal(size=(40, 3)).astype(np.float32)
    return [torch.from_numpy(codes), torch.from_numpy(codes + 0.3 * random.normal(size=(40, 3)).astype(np.float32))]


def nearest_by_loops(query: np.ndarray, codes: np.ndarray, own: int, k: int) -> list[int]:
    distance = [np.linalg.norm(query - code) if j != own else np.inf for j, code in enumerate(codes)]
    return list(np.argsort(distance)[:k])


def test_same_edges_as_plain_loops(looks):
    codes = looks[0].numpy()
    expected = np.zeros((40, 40))
    for look in looks:
        for i, query in enumerate(look.numpy()):
            for j in nearest_by_loops(query, codes, i, 3):
                expected[i, j] += 0.25
                expected[j, i] += 0.25
    np.testing.assert_allclose(code_graph(looks, 3, 2).toarray(), expected)


def test_more_rows_than_are_searched_at_once(monkeypatch, looks):
    whole = nearest_codes(looks[1], looks[0], 4)
    monkeypatch.setattr("deepclust.methods.base.code_graph.ROWS_AT_ONCE", 7)
    np.testing.assert_array_equal(nearest_codes(looks[1], looks[0], 4), whole)


def test_a_few_samples_apart_are_no_cluster():
    random = np.random.default_rng(0)
    codes = np.concatenate([random.normal(size=(60, 2)), random.normal(size=(60, 2)) + 50, [[500, 0], [501, 0]]])
    W = code_graph([torch.from_numpy(codes.astype(np.float32))], 1, 2)
    joined = np.asarray(W.sum(axis=1)).ravel() > 0
    assert not joined[-2:].any()
    np.testing.assert_array_equal(mainland(code_graph([torch.from_numpy(codes)], 100, 2), 2), np.ones(122, bool))


def test_the_cut_solves_the_relaxed_problem(looks):
    W = code_graph(looks, 5, 2)
    vectors, values = cut_vectors(W, 3)
    degree = np.asarray(W.sum(axis=1)).ravel()
    laplacian = np.diag(degree) - W.toarray()
    np.testing.assert_allclose(vectors.T @ (degree[:, None] * vectors) / degree.sum(), np.eye(3), atol=1e-5)
    np.testing.assert_allclose(laplacian @ vectors, degree[:, None] * vectors * values[:3], atol=1e-4)
    smallest = np.linalg.eigvalsh(normalized_laplacian(W).toarray())[:4]
    np.testing.assert_allclose(values, smallest, atol=1e-5)


def test_edges_stand_once_each(looks):
    W = code_graph(looks, 2, 2)
    edges = edges_of(W)
    assert (edges.at < edges.to).all()
    assert len(edges.at) == W.nnz // 2
    np.testing.assert_allclose(edges.degrees(40), np.asarray(W.sum(axis=1)).ravel(), rtol=1e-6)


def test_fewer_samples_than_vectors():
    vectors, _ = cut_vectors(code_graph([torch.rand(4, 2)], 3, 4), 8)
    assert vectors.shape == (4, 8)
    assert not vectors[:, 4:].any()


def test_samples_that_are_joined_to_nobody_take_no_vector_from_the_others():
    random = np.random.default_rng(0)
    lone = 100 * np.arange(5, 35)[:, None] * [1.0, 1.0]  # pairs far from all else
    codes = np.concatenate([random.normal(size=(200, 2)), random.normal(size=(200, 2)) + 50, lone, lone + 0.1])
    W = code_graph([torch.from_numpy(codes.astype(np.float32))], 1, 2)
    joined = np.asarray(W.sum(axis=1)).ravel() > 0
    assert (~joined).sum() >= 60
    vectors, _ = cut_vectors(W, 2)
    degree = np.asarray(W.sum(axis=1)).ravel()
    np.testing.assert_allclose(vectors.T @ (degree[:, None] * vectors) / degree.sum(), np.eye(2), atol=1e-5)
    np.testing.assert_array_equal(cut_vectors(W * 0, 2)[0], np.zeros((len(codes), 2)))
