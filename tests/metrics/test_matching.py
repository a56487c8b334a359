"""Names that follow clusters, and the confusion matrix with matched pairs on its diagonal."""

from __future__ import annotations

import numpy as np

from deepclust.metrics.matching import agreement, align_labels, align_series, confusion


def test_a_permutation_is_undone():
    reference = np.repeat(np.arange(5), 4)
    assert align_labels(reference, (reference + 2) % 5).tolist() == reference.tolist()


def test_a_split_cluster_keeps_its_name_in_the_larger_part():
    reference = [0, 0, 0, 0, 1, 1]
    assert align_labels(reference, [2, 2, 2, 0, 1, 1]).tolist() == [0, 0, 0, 2, 1, 1]


def test_fewer_clusters_keep_their_names_with_gaps():
    reference = [0, 0, 0, 1, 2, 2]
    assert align_labels(reference, [1, 1, 1, 0, 0, 0]).tolist() == [0, 0, 0, 2, 2, 2]


def test_surplus_clusters_get_the_smallest_free_names():
    reference = [4, 4, 4, 6, 6, 6]
    assert align_labels(reference, [0, 0, 1, 2, 2, 3]).tolist() == [4, 4, 0, 6, 6, 1]


def test_noise_stays_noise_and_names_nobody():
    assert align_labels([-1, -1, 0, 0], [0, 0, 1, -1]).tolist() == [1, 1, 0, -1]


def test_the_partition_itself_never_changes():
    generator = np.random.default_rng(0)
    for _ in range(20):
        reference, labels = generator.integers(0, 7, 40), generator.integers(-1, 9, 40)
        renamed = align_labels(reference, labels)
        assert len(set(zip(labels.tolist(), renamed.tolist(), strict=True))) == len(np.unique(labels))
        assert len(np.unique(renamed)) == len(np.unique(labels))
        assert ((renamed == -1) == (labels == -1)).all()


def test_confusion_puts_matched_pairs_on_the_diagonal():
    counts, clusters, classes = confusion([0, 0, 1, 1, 2, 2, 2], [5, 5, 9, 9, 1, 1, 5])
    assert counts.tolist() == [[2, 0, 1], [0, 2, 0], [0, 0, 2]]
    assert clusters.tolist() == [5, 9, 1]
    assert classes.tolist() == [0, 1, 2]


def test_confusion_with_surplus_clusters_and_surplus_classes():
    counts, clusters, _ = confusion([0, 0, 0, 1, 1], [0, 0, 1, 2, 2])
    assert counts.tolist() == [[2, 0], [0, 2], [1, 0]]
    assert clusters.tolist() == [0, 2, 1]
    counts, _, classes = confusion([0, 1, 1, 1, 2, 2], [0, 0, 0, 0, 1, 1])
    assert counts.tolist() == [[3, 0, 1], [0, 2, 0]]
    assert classes.tolist() == [1, 2, 0]


def test_a_series_is_named_from_its_end():
    final = [0, 0, 1, 1, 2, 2]
    series = np.array([[2, 2, 2, 2, 0, 0], [1, 1, 1, 2, 0, 0], [2, 2, 0, 0, 1, 1]])
    named = align_series(final, series)
    np.testing.assert_array_equal(named[2], final)
    np.testing.assert_array_equal(named[1], [0, 0, 0, 1, 2, 2])
    np.testing.assert_array_equal(named[0], [0, 0, 0, 0, 2, 2])


def test_agreement_is_the_share_of_those_together_in_both_of_those_together_in_either():
    one, two = np.array([0, 0, 0, 1, 1, -1]), np.array([7, 7, 3, 3, 3, 3])
    loops = [np.mean(((one == one[i]) & (two == two[i]))[(one == one[i]) | (two == two[i])]) for i in range(len(one))]
    assert np.allclose(agreement(one, two), loops)
    assert (agreement(one, one + 4) == 1).all()
