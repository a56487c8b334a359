"""Memberships of one sample, and its nearest neighbours, against plain loops."""

from __future__ import annotations

import numpy as np
import pytest

from deepclust.metrics.memberships import centres_of, memberships
from deepclust.neighbors import nearest_to


def test_centres_are_the_means_of_the_clusters_without_noise():
    X = np.random.default_rng(0).normal(size=(30, 4)).astype(np.float32)
    labels = np.repeat([-1, 7, 2], 10)
    clusters, centres = centres_of(X, labels)
    assert clusters.tolist() == [2, 7]
    np.testing.assert_allclose(centres, [X[20:].mean(axis=0), X[10:20].mean(axis=0)], rtol=1e-5)


def test_memberships_by_hand_and_on_any_scale():
    centres = np.array([[0.0, 0.0], [3.0, 0.0], [1.0, 2.0]])
    sample = np.array([1.0, 0.0])  # squared distances 1, 4, 4
    expected = np.array([1, 1 / 4, 1 / 4]) / 1.5
    np.testing.assert_allclose(memberships(sample, centres), expected)
    np.testing.assert_allclose(memberships(sample * 1e-9, centres * 1e-9), expected)
    np.testing.assert_allclose(memberships(sample * 1e9, centres * 1e9), expected)


def test_a_sample_on_a_centre_belongs_to_it_alone():
    centres = np.array([[0.0, 0.0], [3.0, 0.0]])
    assert memberships(centres[1], centres).tolist() == [0, 1]
    assert memberships(np.zeros(2), np.zeros((2, 2))).tolist() == [0.5, 0.5]


@pytest.mark.parametrize("shape", [(300, 5), (40, 3, 3), (2, 4)])
def test_nearest_to_is_exact(shape: tuple[int, ...], monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("deepclust.neighbors.FITS_CACHE", 64)
    X = np.random.default_rng(1).normal(size=shape).astype(np.float32)
    for row in (0, len(X) - 1):
        distances = [float(np.sqrt(((X[j] - X[row]) ** 2).sum())) for j in range(len(X))]
        order = sorted((j for j in range(len(X)) if j != row), key=distances.__getitem__)[:12]
        indices, found = nearest_to(X, row, 12)
        assert indices.tolist() == order
        np.testing.assert_allclose(found, [distances[j] for j in order], rtol=1e-5)
