"""Agreement of halves and prediction strength: by hand, by loops, and on groups that everyone can see."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from deepclust.selection.k.criteria.stability import prediction_strength, stability


def test_prediction_strength_by_hand() -> None:
    own = np.array([0, 0, 0, 0, 1, 1, 1])
    assert prediction_strength(own, np.array([5, 5, 5, 2, 7, 7, 7])) == pytest.approx(0.5)  # 3 of 6 pairs
    assert prediction_strength(own, own) == 1
    assert prediction_strength(np.array([0, 0, 1]), np.array([0, 0, 1])) == 0  # a cluster without a pair


def test_prediction_strength_is_that_of_all_pairs() -> None:
    dice = np.random.default_rng(0)
    own, taught = dice.integers(0, 4, 60), dice.integers(0, 3, 60)
    shares = []
    for cluster in range(4):
        pairs = list(itertools.combinations(np.flatnonzero(own == cluster), 2))
        shares.append(np.mean([taught[i] == taught[j] for i, j in pairs]))
    assert prediction_strength(own, taught) == pytest.approx(min(shares))


def test_separate_groups_come_out_again_and_more_do_not(groups) -> None:
    agreement, error, strength = stability(groups[0], [2, 4, 7], n_draws=4)
    assert agreement[1] == 1
    assert strength[1] == 1
    assert error[1] == 0
    assert agreement[2] < 0.9
    assert strength[2] < 0.7
    assert error[2] > 0
