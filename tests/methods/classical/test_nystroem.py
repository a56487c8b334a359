"""Spectral clustering by Nystroem: exact where all samples are landmarks, and near to it where some are."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.datasets import make_blobs
from sklearn.metrics import adjusted_rand_score
from sklearn.metrics.pairwise import rbf_kernel

from deepclust.events import Progress
from deepclust.methods.classical.nystroem import (
    NystroemSpectral,
    affinities,
    degrees,
    normalised_map,
    nth_smallest,
    whitening,
)


def test_features_of_all_affinities_give_the_dense_solution():
    X = np.random.default_rng(0).normal(size=(30, 3))
    W = rbf_kernel(X, gamma=0.5)
    values, vectors = np.linalg.eigh(W)
    F = vectors * np.sqrt(np.maximum(values, 0))
    found, s, least, M = normalised_map(F, 4)
    d = W.sum(axis=1)
    np.testing.assert_allclose(degrees(F, s, least), d)
    expected, V = np.linalg.eigh(W / np.sqrt(np.outer(d, d)))
    np.testing.assert_allclose(found[:4], expected[::-1][:4], atol=1e-9)
    rows = F @ M / np.sqrt(d)[:, None]
    for j in range(4):
        assert abs(rows[:, j] @ V[:, -1 - j]) == pytest.approx(np.sqrt(30), rel=1e-6)


def test_a_sum_that_comes_out_negative_is_held_above_zero():
    F = np.array([[1.0, 0.0], [1.0, 0.1], [-0.5, 0.0]])
    _, s, least, _ = normalised_map(F, 1)
    assert (degrees(F, s, least) > 0).all()


def test_affinities_are_those_of_plain_loops():
    random = np.random.default_rng(0)
    distances, own, others = random.random((4, 5)), random.random(4) + 0.5, random.random(5) + 0.5
    found = affinities(distances, own, others, 0.7)
    for i in range(4):
        for j in range(5):
            assert found[i, j] == pytest.approx(np.exp(-(distances[i, j] ** 2) / (0.49 * own[i] * others[j])))
    np.testing.assert_array_equal(nth_smallest(distances, 2), np.sort(distances, axis=1)[:, 2])
    np.testing.assert_array_equal(nth_smallest(distances, 9), distances.max(axis=1))


def test_whitened_affinities_of_the_landmarks_are_the_landmarks_affinities():
    A = rbf_kernel(np.random.default_rng(0).normal(size=(12, 2)), gamma=2.0)
    F = A @ whitening(A)
    np.testing.assert_allclose(F @ F.T, A, atol=1e-4)


@pytest.mark.parametrize("affinity", ["self-tuning", "gaussian"])
@pytest.mark.parametrize("landmarks", ["k-means", "random"])
def test_groups_and_those_that_come_later(landmarks, affinity):
    X, y = make_blobs(400, centers=5, cluster_std=0.6, random_state=3)
    method = NystroemSpectral(
        5, n_landmarks=100, landmarks=landmarks, affinity=affinity, width=0.5 if affinity == "self-tuning" else 1.0
    )
    (told,) = [e.losses for e in method.fit_events(X[:300]) if isinstance(e, Progress)]
    assert adjusted_rand_score(y[:300], method.labels_) > 0.9
    assert adjusted_rand_score(y[300:], method.predict(X[300:])) > 0.9
    assert 0 < told["similarity"] <= 1 + 1e-6
