"""Scores without labels."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn import metrics as sk

from deepclust.metrics.internal import silhouette, sizes


def blobs(n_clusters: int = 4, size: int = 40, d: int = 3, spread: float = 0.1) -> tuple[np.ndarray, np.ndarray]:
    generator = np.random.default_rng(0)
    centers = generator.normal(size=(n_clusters, d)) * 5
    labels = np.repeat(np.arange(n_clusters), size)
    return (centers[labels] + generator.normal(size=(len(labels), d)) * spread).astype(np.float32), labels


def test_silhouette_is_scikit_learns():
    X, labels = blobs(spread=2.0)
    assert silhouette(X, labels) == pytest.approx(sk.silhouette_score(X, labels), abs=1e-5)


def test_silhouette_is_sampled_the_same_way_each_time():
    X, labels = blobs(size=200, spread=2.0)
    first = silhouette(X, labels, sample=100)
    assert first == silhouette(X, labels, sample=100)
    assert first != silhouette(X, labels, sample=100, random_state=1)
    assert first == pytest.approx(silhouette(X, labels), abs=0.15)


def test_silhouette_leaves_noise_out_and_is_none_without_two_clusters():
    X, labels = blobs()
    noisy = np.where(np.arange(len(labels)) % 5 == 0, -1, labels)
    assert silhouette(X, noisy) == pytest.approx(sk.silhouette_score(X[noisy >= 0], noisy[noisy >= 0]), abs=1e-5)
    assert silhouette(X, np.zeros_like(labels)) is None
    assert silhouette(X, np.full_like(labels, -1)) is None
    assert silhouette(X, np.arange(len(X))) is None  # every cluster a single sample


def test_sizes_count_gaps_but_not_noise():
    labels = np.array([2, 2, 0, -1])
    assert sizes(labels, 4).tolist() == [1, 0, 2, 0]
    with pytest.raises(ValueError, match="at least 3"):
        sizes(labels, 2)
