"""Validation loss against ACC: a point for each run, and their correlation where there is one."""

from __future__ import annotations

import pytest

from deepclust.figures.validation import correlation, validation_plot


def test_the_correlation_is_pearsons():
    assert correlation([0.1, 0.2, 0.4], [0.9, 0.8, 0.6]) == pytest.approx(-1.0)
    assert correlation([0.0, 1.0, 2.0, 3.0], [1.0, 0.0, 1.0, 0.0]) == pytest.approx(-0.4472, abs=1e-4)


@pytest.mark.parametrize(
    ("losses", "accuracies"), [([0.1, 0.2], [0.9, 0.8]), ([0.1] * 3, [0.9, 0.8, 0.7]), ([1, 2, 3], [0.5] * 3)]
)
def test_there_is_none_where_it_means_nothing(losses, accuracies):
    assert correlation(losses, accuracies) is None


def test_every_run_is_a_point_with_its_name():
    (points,) = validation_plot([0.1, 0.2], [0.9, 0.8], ["a", "b"]).data
    assert (list(points.x), list(points.y), list(points.text)) == ([0.1, 0.2], [0.9, 0.8], ["a", "b"])
