"""PCA against scikit-learn, and its fixed signs."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.decomposition import PCA

from deepclust.projections.pca import embed, principal_axes, reduce, start_positions


@pytest.mark.parametrize(("n", "d"), [(300, 6), (20_000, 6), (20, 90), (8, 8)])
def test_against_scikit_learn(n, d):
    generator = np.random.default_rng(0)
    X = (generator.normal(size=(n, d)) * np.linspace(3, 1, d) + 50).astype(np.float32)
    points = embed(X, 3)
    expected = PCA(3, svd_solver="full").fit_transform(X.astype(np.float64))
    expected *= np.sign((points * expected).sum(axis=0))
    np.testing.assert_allclose(points, expected, atol=2e-3)


@pytest.mark.parametrize("scale", [1e-15, 1e15])
def test_neither_tiny_nor_huge_values_are_lost(scale):
    X = np.random.default_rng(0).normal(size=(50, 4)).astype(np.float32)
    np.testing.assert_allclose(embed(X * np.float32(scale), 2) / scale, embed(X, 2), rtol=1e-3, atol=1e-4)


def test_the_largest_entry_of_an_axis_is_positive():
    X = np.outer(np.arange(10.0), [0.1, -3.0]).astype(np.float32)
    assert (np.diff(embed(X, 2)[:, 0]) < 0).all()  # x2 falls along the rows, and its weight is positive
    np.testing.assert_array_equal(embed(-X, 2)[:, 0], -embed(X, 2)[:, 0])


def test_missing_axes_are_zero():
    assert embed(np.arange(5, dtype=np.float32)[:, None], 3)[:, 1:].tolist() == [[0, 0]] * 5
    assert embed(np.ones((1, 4), np.float32), 2).tolist() == [[0, 0]]
    assert embed(np.full((6, 4), 7, np.float32), 2).tolist() == [[0, 0]] * 6


@pytest.mark.parametrize(("n", "d"), [(40, 6), (5, 12)])
def test_axes_place_new_rows_as_the_old(n, d):
    X = np.random.default_rng(0).normal(size=(n + 3, d)).astype(np.float32)
    mean, axes = principal_axes(X[:n], 4)
    assert axes.shape == (d, 4)
    np.testing.assert_allclose(axes.T @ axes, np.eye(4), atol=1e-5)
    np.testing.assert_allclose((X[:n] - mean) @ axes, embed(X[:n], 4), atol=1e-5)
    expected = PCA(4, svd_solver="full").fit(X[:n]).transform(X[n:])
    np.testing.assert_allclose(np.abs((X[n:] - mean) @ axes), np.abs(expected), atol=1e-4)


def test_reduce_keeps_distances_and_small_data():
    X = np.random.default_rng(0).normal(size=(30, 200)).astype(np.float32)
    small = reduce(X)
    assert small.shape == (30, 30)
    np.testing.assert_allclose(np.linalg.norm(small[3] - small[9]), np.linalg.norm(X[3] - X[9]), rtol=1e-4)
    assert reduce(X[:, :50]).shape == (30, 50)
    assert reduce(np.tile(X, (3, 1))).shape == (90, 50)


def test_start_positions_are_scaled_and_never_on_one_spot():
    X = np.random.default_rng(0).normal(size=(100, 5)).astype(np.float32) * 30
    start = start_positions(X, 2, 0)
    assert start[:, 0].std() == pytest.approx(1, abs=0.01)
    np.testing.assert_array_equal(start, start_positions(X, 2, 0))
    assert len(np.unique(start_positions(np.ones((10, 3), np.float32), 2, 0), axis=0)) == 10
