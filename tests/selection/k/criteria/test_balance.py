"""Sizes of clusters, worked by hand."""

from __future__ import annotations

import numpy as np
import pytest

from deepclust.selection.k.criteria.balance import evenness, smallest_shares


def test_shares_and_evenness_by_hand() -> None:
    labels = {2: np.array([0, 0, 0, 5]), 3: np.array([0, 0, 1, 1])}
    assert smallest_shares(labels).tolist() == [0.5, 0.0]  # 1 of 4 at k = 2; at k = 3 one of the three is empty
    bits = -(0.75 * np.log(0.75) + 0.25 * np.log(0.25)) / np.log(2)
    assert evenness(labels).tolist() == pytest.approx([bits, np.log(2) / np.log(3)])


def test_noise_is_no_cluster() -> None:
    assert smallest_shares({2: np.array([-1, -1, 0, 0, 1, 1])})[0] == pytest.approx(2 * 2 / 6)
