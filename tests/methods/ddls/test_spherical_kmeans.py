"""Spherical k-means: its two steps against plain loops, and the whole on directions that are easy to tell."""

from __future__ import annotations

import numpy as np
import pytest

from deepclust.methods.ddls.spherical_kmeans import assign, mean_directions, spherical_kmeans


def unit_rows(n: int, d: int, seed: int = 0) -> np.ndarray:
    rows = np.random.default_rng(seed).normal(size=(n, d)).astype(np.float32)
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def test_assign_takes_the_largest_cosine():
    z, centers = unit_rows(12, 3), unit_rows(4, 3, seed=1)
    expected = [max(range(4), key=lambda k: float(z[i] @ centers[k])) for i in range(12)]
    assert assign(z, centers).tolist() == expected


def test_mean_directions_by_loops():
    z, centers = unit_rows(12, 3), unit_rows(4, 3, seed=1)
    labels = np.arange(12) % 3  # the last cluster has no member and stays where it is
    found = mean_directions(z, labels, centers)
    for k in range(3):
        total = sum(z[i] for i in range(12) if labels[i] == k)
        np.testing.assert_allclose(found[k], total / np.linalg.norm(total), rtol=1e-5)
    np.testing.assert_array_equal(found[3], centers[3])


def test_opposite_members_do_not_make_a_centre_of_length_zero():
    z = np.array([[1, 0], [-1, 0]], np.float32)
    found = mean_directions(z, np.zeros(2, np.int64), np.array([[0, 1]], np.float32))
    np.testing.assert_array_equal(found, [[0, 1]])


def test_bundles_of_directions_are_found():
    random = np.random.default_rng(0)
    truth = np.repeat(np.arange(5), 20)
    z = (np.eye(5)[truth] + 0.1 * random.normal(size=(100, 5))).astype(np.float32)
    z /= np.linalg.norm(z, axis=1, keepdims=True)
    centers, labels = spherical_kmeans(z, 5, seed=0)
    assert len({(a, b) for a, b in zip(truth, labels, strict=True)}) == 5
    np.testing.assert_allclose(np.linalg.norm(centers, axis=1), 1, rtol=1e-5)


def test_more_starts_are_never_worse_and_a_seed_repeats():
    z = unit_rows(80, 6)

    def agreement(n_init: int) -> float:
        centers, labels = spherical_kmeans(z, 8, seed=0, n_init=n_init)
        return float((z * centers[labels]).sum())

    assert agreement(10) >= agreement(1)
    assert agreement(3) == pytest.approx(agreement(3), abs=0)
