"""Scores against labels: hand-worked values, scikit-learn as oracle, more clusters than classes and fewer."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from sklearn import metrics as sk

from deepclust.metrics.external import acc, ari, contingency, majorities, nmi, purity, scores

TRUE = [0, 0, 0, 1, 1, 1]


def accuracy_by_trying_all(y_true, y_pred):
    """ACC by every one-to-one map, for a handful of clusters."""
    clusters, classes = sorted(set(y_pred)), sorted(set(y_true))
    classes += [f"nothing {i}" for i in range(len(clusters))]
    hits = (
        sum(dict(zip(clusters, choice, strict=True))[p] == t for p, t in zip(y_pred, y_true, strict=True))
        for choice in itertools.permutations(classes, len(clusters))
    )
    return max(hits) / len(y_true)


def test_acc_ignores_the_names_of_clusters():
    assert acc(TRUE, [7, 7, 7, 3, 3, 3]) == 1.0


def test_acc_by_hand_with_more_clusters_than_classes():
    assert acc(TRUE, [0, 0, 1, 2, 2, 2]) == pytest.approx(5 / 6)
    assert purity(TRUE, [0, 0, 1, 2, 2, 2]) == 1.0


def test_acc_by_hand_with_fewer_clusters_than_classes():
    assert acc([0, 0, 1, 1, 2, 2], [0, 0, 0, 0, 1, 1]) == pytest.approx(4 / 6)


def test_acc_is_the_best_assignment_not_the_greedy_one():
    # greedy takes the 4 and is left with 0 (4 of 10); the best map takes 3 + 3
    y_true = [0] * 4 + [1] * 3 + [0] * 3
    y_pred = [0] * 4 + [0] * 3 + [1] * 3
    assert acc(y_true, y_pred) == pytest.approx(6 / 10)


def test_noise_is_a_class_of_its_own():
    assert acc([0, 0, 1, 1], [0, 0, -1, -1]) == 1.0
    assert contingency([0, 0, 1], [-1, 2, 2])[1].tolist() == [-1, 2]


def test_samples_whose_class_nobody_knows_do_not_count():
    known = scores([0, 0, 1, 1], [0, 0, 1, 0])
    assert scores([0, 0, 1, 1, -1, -1], [0, 0, 1, 0, 1, 2]) == known
    with pytest.raises(ValueError, match="no labels to compare"):
        acc([-1, -1], [0, 1])


@pytest.mark.parametrize(("n_classes", "n_clusters"), [(3, 3), (3, 5), (5, 2), (1, 4), (4, 1), (1, 1)])
def test_against_scikit_learn_and_all_permutations(n_classes, n_clusters):
    generator = np.random.default_rng(n_classes * 10 + n_clusters)
    y_true, y_pred = generator.integers(0, n_classes, 60), generator.integers(0, n_clusters, 60)
    y_pred[: 60 // n_clusters] = 0
    found = scores(y_true, y_pred)
    assert found["acc"] == pytest.approx(accuracy_by_trying_all(y_true.tolist(), y_pred.tolist()))
    assert found["nmi"] == pytest.approx(sk.normalized_mutual_info_score(y_true, y_pred, average_method="max"))
    assert found["nmi_arithmetic"] == pytest.approx(sk.normalized_mutual_info_score(y_true, y_pred))
    assert found["ari"] == pytest.approx(sk.adjusted_rand_score(y_true, y_pred))
    assert found["purity"] == pytest.approx(sk.cluster.contingency_matrix(y_true, y_pred).max(axis=0).sum() / 60)
    assert found["purity"] >= found["acc"] - 1e-12
    assert all(type(value) is float for value in found.values())


def test_ari_does_not_overflow_at_seventy_thousand():
    y_true = np.repeat(np.arange(2), 35_000)
    y_pred = np.roll(y_true, 100)
    assert ari(y_true, y_pred) == pytest.approx(sk.adjusted_rand_score(y_true, y_pred))


@pytest.mark.parametrize("labels", [[0], [0, 0, 0], [0, 1, 2]])
def test_equal_partitions_score_one_even_when_trivial(labels):
    assert scores(labels, labels) == dict.fromkeys(("acc", "nmi", "nmi_arithmetic", "ari", "purity"), 1.0)


def test_contingency_counts_and_names():
    counts, clusters, classes = contingency(["cat", "dog", "cat"], [5, 5, 2])
    assert counts.tolist() == [[1, 0], [1, 1]]
    assert clusters.tolist() == [2, 5]
    assert classes.tolist() == ["cat", "dog"]


@pytest.mark.parametrize("score", [acc, nmi, ari, purity, scores, contingency])
def test_bad_labels_are_refused_in_words(score):
    with pytest.raises(ValueError, match="3 labels and y_pred has 2"):
        score([0, 1, 2], [0, 1])
    with pytest.raises(ValueError, match="no labels"):
        score([], [])
    with pytest.raises(ValueError, match="one-dimensional"):
        score([[0, 1]], [0, 1])


def test_unknown_normaliser_is_refused():
    with pytest.raises(ValueError, match="'max' or 'arithmetic'"):
        nmi(TRUE, TRUE, average="geometric")


def test_majorities_are_the_most_frequent_classes_and_their_shares():
    y = [0, 0, 1, 2, 2, 2, 1, 1]
    labels = [3, 3, 3, 5, 5, 5, -1, 5]
    assert majorities(y, labels) == {-1: (1, 1.0), 3: (0, 2 / 3), 5: (2, 3 / 4)}
    assert majorities([1, 0], [0, 0]) == {0: (0, 0.5)}, "of equally frequent classes the first"
