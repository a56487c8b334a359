"""Ranks with ties, and Spearman's correlation against numbers worked by hand and scipy."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import rankdata, spearmanr

from deepclust.selection.settings.rank_correlation import ranks, spearman


def test_equal_values_share_their_ranks() -> None:
    assert ranks([10, 30, 20, 30]).tolist() == [1, 3.5, 2, 3.5]
    dice = np.random.default_rng(0).integers(0, 5, 40)
    assert ranks(dice).tolist() == rankdata(dice).tolist()


def test_spearman_is_that_of_scipy_and_sees_order_only() -> None:
    dice = np.random.default_rng(1)
    a, b = dice.normal(size=30), dice.integers(0, 6, 30)
    assert spearman(a, b) == pytest.approx(spearmanr(a, b).statistic)
    assert spearman(np.exp(a), a) == pytest.approx(1)
    assert spearman([1, 2, 3], [3, 2, 1]) == pytest.approx(-1)


def test_what_is_unknown_is_left_out_and_too_little_says_nothing() -> None:
    assert spearman([1, 2, np.nan, 3], [5, 6, 0, 9]) == pytest.approx(1)
    assert spearman([1, 2], [1, 2]) is None
    assert spearman([1, 1, 1], [1, 2, 3]) is None
