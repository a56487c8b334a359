"""Agreement of partitions over seeds and over settings, against plain loops."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import adjusted_rand_score

from deepclust.selection.settings.agreement import across, most_typical, pairwise_ari, within

SETTINGS = ["a", "a", "b", "a", "c"]


@pytest.fixture(scope="module")
def partitions() -> list[np.ndarray]:
    """Five partitions of 60 samples: the first, second and fourth are alike."""
    dice = np.random.default_rng(0)
    truth = np.repeat(np.arange(3), 20)

    def spoiled(share: float) -> np.ndarray:
        return np.where(dice.random(60) < share, dice.integers(0, 3, 60), truth)

    return [spoiled(0.1), spoiled(0.2), spoiled(0.5), spoiled(0.3), spoiled(1.0)]


def test_every_two_are_compared(partitions: list[np.ndarray]) -> None:
    found = pairwise_ari(partitions)
    for i, one in enumerate(partitions):
        for j, other in enumerate(partitions):
            assert found[i, j] == pytest.approx(adjusted_rand_score(one, other))


def test_within_is_the_mean_over_pairs_of_seeds(partitions: list[np.ndarray]) -> None:
    pairs = [(0, 1), (0, 3), (1, 3)]
    expected = np.mean([adjusted_rand_score(partitions[i], partitions[j]) for i, j in pairs])
    found = within(pairwise_ari(partitions), SETTINGS)
    assert found == {"a": pytest.approx(expected), "b": None, "c": None}


def test_across_counts_every_other_setting_alike(partitions: list[np.ndarray]) -> None:
    def ari(i: int, j: int) -> float:
        return float(adjusted_rand_score(partitions[i], partitions[j]))

    with_a = np.mean([ari(2, 0), ari(2, 1), ari(2, 3)])
    assert across(pairwise_ari(partitions), SETTINGS)["b"] == pytest.approx((with_a + ari(2, 4)) / 2)
    assert across(np.ones((2, 2)), ["a", "a"]) == {"a": None}


def test_the_most_typical_run_is_not_the_outlier() -> None:
    agreement = np.array([[1, 0.2, 0.3], [0.2, 1, 0.9], [0.3, 0.9, 1]])
    assert most_typical(agreement, ["a", "a", "a"]) == {"a": 2}
    assert most_typical(agreement, ["a", "b", "b"]) == {"a": 0, "b": 1}
