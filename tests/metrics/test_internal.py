"""Scores without labels, sample picking, and the labels of every k."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn import metrics as sk

from deepclust.metrics.internal import borderline, cluster_means, margin, recluster, silhouette, sizes, typical


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


def test_margin_by_hand():
    nearest, confidence = margin([[0.0, 0.0], [3.0, 0.0], [2.0, 0.0]], [[0.0, 0.0], [4.0, 0.0]])
    assert nearest.tolist() == [0, 1, 0] or nearest.tolist() == [0, 1, 1]
    np.testing.assert_allclose(confidence, [1.0, 1 - 1 / 3, 0.0], atol=1e-6)


def test_margin_far_from_the_origin_in_chunks_and_with_missing_centres():
    generator = np.random.default_rng(0)
    X = (generator.normal(size=(70_000, 2)) + 1e4).astype(np.float32)
    centers = np.array([[1e4 - 1, 1e4], [np.nan, np.nan], [1e4 + 1, 1e4]])
    nearest, confidence = margin(X, centers)
    distances = np.linalg.norm(X[:, None].astype(np.float64) - centers[[0, 2]], axis=2)
    assert nearest.tolist() == np.array([0, 2])[distances.argmin(axis=1)].tolist()
    np.testing.assert_allclose(confidence, 1 - distances.min(axis=1) / distances.max(axis=1), atol=1e-3)


def test_margin_with_one_centre_and_with_two_on_one_spot():
    assert margin([[1.0], [2.0]], [[0.0]])[1].tolist() == [1.0, 1.0]
    assert margin([[1.0]], [[1.0], [1.0]])[1].tolist() == [0.0]
    with pytest.raises(ValueError, match="same number of columns"):
        margin([[1.0, 2.0]], [[1.0]])


def test_typical_and_borderline_by_hand():
    embedding = np.array([[0.0], [1.0], [2.0], [10.0], [8.0]])
    labels = np.array([0, 0, 0, 1, 1])
    assert typical(embedding, labels, 0).tolist() == [1, 0, 2]
    assert typical(embedding, labels, 0, n=1).tolist() == [1]
    assert typical(embedding, labels, 0, centers=[[0.0], [9.0]]).tolist() == [0, 1, 2]
    assert borderline(embedding, labels, 0).tolist() == [2, 0, 1]
    assert borderline(embedding, labels, 0, n=1, centers=[[0.0], [9.0]]).tolist() == [2]
    assert typical(embedding, labels, 7).tolist() == borderline(embedding, labels, 7).tolist() == []


def test_borderline_puts_samples_on_the_wrong_side_first_and_works_for_one_cluster():
    embedding = np.array([[0.0], [1.0], [9.5], [10.0]])
    assert borderline(embedding, np.array([0, 0, 0, 1]), 0, centers=[[0.0], [10.0]])[0] == 2
    assert borderline(embedding, np.zeros(4, int), 0, centers=[[0.0]]).tolist() == [3, 2, 1, 0]


def test_sizes_and_means_count_gaps_but_not_noise():
    labels = np.array([2, 2, 0, -1])
    assert sizes(labels, 4).tolist() == [1, 0, 2, 0]
    means = cluster_means(np.array([[1.0], [3.0], [5.0], [99.0]]), labels)
    np.testing.assert_array_equal(means, [[5.0], [np.nan], [2.0]])
    with pytest.raises(ValueError, match="at least 3"):
        sizes(labels, 2)


def test_recluster_finds_the_blobs_and_keeps_names_across_k():
    X, labels = blobs(n_clusters=6)
    seen = []
    by_k = recluster(X, range(2, 9), progress=lambda fraction, text: seen.append((fraction, text)))
    assert list(by_k) == list(range(2, 9))
    assert sk.adjusted_rand_score(labels, by_k[6]) == 1.0
    for k, found in by_k.items():
        assert sorted(set(found.tolist())) == list(range(k))
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
