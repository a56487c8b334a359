"""The labels of every k: names follow the clusters, a run's own labels stand, and whoever regroups is asked."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn import metrics as sk

from deepclust.selection.k.every_k import recluster


def blobs(n_clusters: int = 4, size: int = 40, d: int = 3, spread: float = 0.1) -> tuple[np.ndarray, np.ndarray]:
    generator = np.random.default_rng(0)
    centers = generator.normal(size=(n_clusters, d)) * 5
    labels = np.repeat(np.arange(n_clusters), size)
    return (centers[labels] + generator.normal(size=(len(labels), d)) * spread).astype(np.float32), labels


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


def test_recluster_asks_whoever_regroups():
    X, labels = blobs(n_clusters=6)
    by_k = recluster(X, [2, 3, 6], base=labels, base_k=6, regroup=lambda k: labels // (6 // k))
    for k in (2, 3):
        assert sk.adjusted_rand_score(labels // (6 // k), by_k[k]) == 1.0
    assert by_k[6].tolist() == labels.tolist()
