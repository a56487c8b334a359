"""Scores without labels, sample picking, and the labels of every k."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn import metrics as sk

from deepclust.metrics.internal import recluster, silhouette, sizes


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


def test_recluster_finds_the_blobs_and_keeps_names_across_k():
    X, labels = blobs(n_clusters=6)
    seen = []
    by_k = recluster(X, range(2, 9), progress=lambda fraction, text: seen.append((fraction, text)))
    assert list(by_k) == list(range(2, 9))
    assert sk.adjusted_rand_score(labels, by_k[6]) == 1.0
    for k, found in by_k.items():
        assert len(set(found.tolist())) == k
        if k > 2:  # at least the samples of one cluster less keep their name
            assert (found == by_k[k - 1]).mean() > 0.5
    assert (by_k[6] == by_k[5]).mean() >= 5 / 6
    assert seen[-1] == (1.0, "k = 8")
    again = recluster(X, range(2, 9))
    assert all((again[k] == by_k[k]).all() for k in by_k)


def test_recluster_starts_from_the_labels_of_a_run():
    X, labels = blobs(n_clusters=6)
    base = (labels + 3) % 6
    by_k = recluster(X, range(2, 9), base=base)
    assert by_k[6].tolist() == base.tolist()
    assert (by_k[5] == base).mean() >= 4 / 6
    assert (by_k[7] == base).mean() >= 5 / 6
    assert set(by_k[5].tolist()) < set(range(6))
    half_used = np.where(base == 5, 4, base)
    assert recluster(X, [5, 6], base=half_used, base_k=6)[6].tolist() == half_used.tolist()


def test_recluster_of_copies_and_bad_input():
    copies = np.repeat(np.eye(3, dtype=np.float32), 5, axis=0)
    by_k = recluster(copies, [2, 3, 5])
    assert len(np.unique(by_k[3])) == len(np.unique(by_k[5])) == 3
    with pytest.raises(ValueError, match=r"number of samples \(15\)"):
        recluster(copies, [2, 16])
    with pytest.raises(ValueError, match="finite"):
        recluster(np.full((4, 2), np.nan), [2])
    with pytest.raises(ValueError, match="one integer for each of 15"):
        recluster(copies, [2], base=np.zeros(4, int))
