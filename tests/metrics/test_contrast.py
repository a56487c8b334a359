"""What tells two groups apart: effect sizes worked by hand, the samples between them, and groups that share samples."""

from __future__ import annotations

import numpy as np
import pytest

from deepclust.metrics.contrast import between, contrast, effect_sizes


def test_an_effect_is_a_difference_in_standard_deviations_within_the_groups() -> None:
    a = np.array([[1.0, 5.0, 2.0, 0.0], [3.0, 5.0, 2.0, 0.0]])  # variance 1 in the first feature
    b = np.array([[5.0, 5.0, 4.0, 0.0], [7.0, 5.0, 4.0, 0.0]])  # 1 as well
    effect = effect_sizes(a, b)
    assert effect[:2].tolist() == [-4.0, 0.0]
    assert effect[2] == pytest.approx(-2.0)  # constant in each group: halves at +-1 have a deviation of 1
    assert effect[3] == 0.0


def test_samples_halfway_come_first() -> None:
    a, b = np.array([[0.0, 9.0], [4.5, -3.0], [1.5, -6.0]]), np.array([[10.0, 0.0], [7.0, 0.0], [7.0, 0.0]])
    of_a, of_b = between(a, b)
    assert of_a.tolist() == [1, 2, 0]
    assert of_b.tolist() == [1, 2, 0]


def test_pictures_keep_their_shape_and_shared_samples_are_left_out() -> None:
    X = np.zeros((6, 2, 3), np.float32)
    X[:3, 0, 1] = 1
    Z = np.arange(6, dtype=np.float32)[:, None]
    found = contrast(X, Z, np.array([0, 1, 2, 5]), np.array([3, 4, 5]))
    assert found.mean_a.shape == found.mean_b.shape == found.effect.shape == (2, 3)
    assert found.mean_a[0, 1] == 1
    assert found.mean_b.max() == 0
    assert found.telling(3) == [(1, pytest.approx((3 * 2 / 5**2) ** -0.5))]  # shares 3/5 and 2/5
    assert found.border_a.tolist() == [2, 1, 0]
    assert found.border_b.tolist() == [3, 4]


def test_groups_without_samples_of_their_own_are_refused() -> None:
    X = np.zeros((4, 2), np.float32)
    with pytest.raises(ValueError, match="Choose groups that differ"):
        contrast(X, X, np.array([0, 1]), np.array([0, 1, 2]))
