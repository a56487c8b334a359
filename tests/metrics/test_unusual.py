"""Strangeness, conformal percentiles, AUROC and chimeras, against plain loops and what the theory promises."""

from __future__ import annotations

import numpy as np
import pytest

from deepclust.metrics.unusual import NEIGHBORS, Density, auroc, chimeras, conformal_percentiles


def loop_strangeness(sample: np.ndarray, reference: np.ndarray) -> float:
    """Mean distance to the nearest, over the mean of what that is for these: one sample at a time."""

    def nearest(point: np.ndarray, others: list[int]) -> list[tuple[float, int]]:
        return sorted((float(np.linalg.norm(reference[j] - point)), j) for j in others)[:NEIGHBORS]

    everyone = list(range(len(reference)))
    found = nearest(sample, everyone)
    own = [np.mean([d for d, _ in nearest(reference[j], [i for i in everyone if i != j])]) for _, j in found]
    return float(np.mean([d for d, _ in found]) / np.mean(own))


def test_strangeness_of_new_samples_and_of_its_own():
    dice = np.random.default_rng(0)
    reference = dice.normal(size=(40, 3)).astype(np.float32)
    new = dice.normal(size=(6, 3)).astype(np.float32) * 2
    density = Density.of(reference)
    np.testing.assert_allclose(
        density.strangeness(new), [loop_strangeness(sample, reference) for sample in new], rtol=1e-4
    )
    rows = np.array([0, 7, 39])
    itself_left_out = density.strangeness_of_its_own(rows)
    for row, found in zip(rows, itself_left_out, strict=True):
        others = np.delete(reference, row, axis=0)
        nearest = np.argsort(np.linalg.norm(others - reference[row], axis=1), kind="stable")[:NEIGHBORS]
        own = density.own[np.delete(np.arange(40), row)[nearest]].mean()
        assert found == pytest.approx(np.linalg.norm(others - reference[row], axis=1)[nearest].mean() / own, rel=1e-4)


def test_the_same_distance_is_much_where_samples_are_alike_and_little_where_they_differ():
    dice = np.random.default_rng(1)
    tight, wide = dice.normal(scale=0.1, size=(60, 2)), dice.normal(scale=3.0, size=(60, 2)) + 30
    density = Density.of(np.concatenate([tight, wide]).astype(np.float32))
    beside_tight, beside_wide = density.strangeness(np.array([[1.0, 0.0], [31.0, 30.0]], np.float32))
    assert beside_tight > 10 > 2 > beside_wide


def test_copies_of_samples_are_usual_and_few_samples_are_enough():
    copies = Density.of(np.zeros((30, 4), np.float32))
    assert copies.strangeness(np.zeros((1, 4), np.float32)).tolist() == [1.0]
    assert copies.strangeness(np.ones((1, 4), np.float32))[0] > 1e6
    two = Density.of(np.array([[0.0], [1.0]], np.float32))
    assert two.strangeness(np.array([[0.5]], np.float32)).tolist() == [0.5]
    assert two.strangeness_of_its_own(np.array([0])).tolist() == [1.0]


def test_percentiles_count_those_that_are_as_large():
    calibration = np.array([1.0, 2.0, 2.0, 5.0])
    found = conformal_percentiles(np.array([0.0, 1.0, 2.0, 3.0, 9.0]), calibration)
    expected = [1 - (1 + sum(c >= s for c in calibration)) / 5 for s in (0, 1, 2, 3, 9)]
    np.testing.assert_allclose(found, expected)
    assert found.tolist() == pytest.approx([0.0, 0.0, 0.2, 0.6, 0.8])


def test_a_new_sample_is_called_unusual_no_more_often_than_was_promised():
    dice = np.random.default_rng(2)
    false_alarms = []
    for _ in range(300):  # of any distribution: this one has no mean
        drawn = dice.standard_cauchy(40)
        false_alarms.append(conformal_percentiles(drawn[:1], drawn[1:])[0] >= 0.9)
    assert np.mean(false_alarms) <= 0.1 + 3 * np.sqrt(0.1 * 0.9 / 300)


def test_auroc_counts_pairs():
    usual, unusual = np.array([1.0, 2.0, 3.0]), np.array([2.0, 4.0])
    pairs = [(u > v) + 0.5 * (u == v) for u in unusual for v in usual]
    assert auroc(usual, unusual) == pytest.approx(np.mean(pairs))
    assert auroc(usual, usual) == 0.5


def test_chimeras_are_half_one_sample_and_half_another_of_another_cluster():
    labels = np.repeat([0, 1, 2], 10)
    pictures = np.broadcast_to((labels + 1.0)[:, None, None], (30, 6, 4)).astype(np.float32)
    for i, made in enumerate(chimeras(pictures, labels, 20)):
        one, other = (made[:, :2], made[:, 2:]) if i < 10 else (made[:3], made[3:])
        assert len(np.unique(one)) == len(np.unique(other)) == 1
        assert one.flat[0] != other.flat[0]
    vectors = np.broadcast_to((labels + 1.0)[:, None], (30, 5)).astype(np.float32)
    for made in chimeras(vectors, labels, 20):
        values, counts = np.unique(made, return_counts=True)
        assert sorted(counts) == [2, 3]
        assert len(values) == 2
    alone = chimeras(vectors, np.zeros(30, np.int64), 4)
    assert alone.shape == (4, 5)
    assert np.array_equal(chimeras(vectors, labels, 7, seed=3), chimeras(vectors, labels, 7, seed=3))
