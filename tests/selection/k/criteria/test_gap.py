"""The gap statistic: its rule by hand, and what it finds with and without groups."""

from __future__ import annotations

import numpy as np
import pytest

from deepclust.selection.k.criteria.gap import first_within_error, gap_statistic

KS = list(range(1, 7))


def test_the_first_k_after_which_the_curve_does_not_rise_by_more_than_its_error() -> None:
    assert first_within_error([2, 3, 4, 5], np.array([0.1, 0.5, 0.52, 0.9]), np.array([0.0, 0.05, 0.05, 0.05])) == 3
    assert first_within_error([2, 3, 4], np.array([0.1, 0.5, 0.9]), np.full(3, 0.1)) is None


def test_four_groups_are_found(groups) -> None:
    gaps, errors = gap_statistic(groups[0].astype(np.float64), KS)
    assert first_within_error(KS, gaps, errors) == 4
    assert (errors >= 0).all()


def test_points_without_groups_have_one() -> None:
    points = np.random.default_rng(1).random((200, 2))
    gaps, errors = gap_statistic(points, KS)
    assert first_within_error(KS, gaps, errors) == 1
    assert np.abs(gaps).max() < 0.15  # they are themselves like the references


def test_the_gap_is_the_log_of_the_ratio_of_the_inertias() -> None:
    points = np.random.default_rng(0).normal(size=(60, 2))
    gaps, errors = gap_statistic(points, [1], n_references=3)
    low, high = points.min(axis=0), points.max(axis=0)
    drawn = [np.random.default_rng([0, b]).uniform(low, high, points.shape) for b in range(3)]
    logs = [np.log(((x - x.mean(axis=0)) ** 2).sum()) for x in (*drawn, points)]
    assert gaps[0] == pytest.approx(np.mean(logs[:3]) - logs[3])
    assert errors[0] == pytest.approx(np.std(logs[:3]) * np.sqrt(4 / 3))
