"""Accuracy over time, means of units in their order, and who uses which."""

from __future__ import annotations

import numpy as np
import pytest

from deepclust.figures.lalnet_views import accuracy_curve, by_user, n_carrying, parents_first, unit_means, usage_map


def test_accuracy_marks_the_epochs_that_have_a_map():
    curve, marks = accuracy_curve([1, 10, 50], [0.2, 0.5, 0.9], [0, 2]).data
    assert (list(curve.x), list(curve.y)) == ([1, 10, 50], [0.2, 0.5, 0.9])
    assert (list(marks.x), list(marks.y)) == ([1, 50], [0.2, 0.9])


def test_outputs_stand_together_by_transformation():
    assert parents_first(6, 2).tolist() == [0, 2, 4, 1, 3, 5]


@pytest.mark.parametrize(("mean", "n"), [([8, 1, 1], 2), ([1, 1, 1, 1], 4), ([0, 5, 0], 1), ([0, 0], 0), ([], 0)])
def test_how_few_units_carry_nine_tenths(mean, n):
    assert n_carrying(np.array(mean, float)) == n


def test_means_and_weights_of_units_are_in_one_order():
    means = {"F": np.array([0.1, 0.7, 0.4]), "Z": np.arange(6.0) - 2, "softmax(Z)": np.arange(6) / 15}
    weights = {"F": np.array([1.0, 2.0, 3.0]), "Z": np.arange(6.0)}
    figure = unit_means(means, weights, ("T1", "T3"))
    shown = {}
    for trace in figure.data:
        shown.setdefault(trace.xaxis, []).append(np.asarray(trace.y).tolist())
    assert shown["x"] == [pytest.approx([0.7, 0.4, 0.1])]
    assert shown["x4"] == [[2, 3, 1]]
    assert shown["x2"] == [[-2, 0, 2], [-1, 1, 3]]
    assert shown["x5"] == [[0, 2, 4], [1, 3, 5]]
    assert np.concatenate(shown["x3"]) == pytest.approx(np.array([0, 2, 4, 1, 3, 5]) / 15)
    assert "x6" not in shown
    colours = {t.name: t.marker.color for t in figure.data if t.name in ("T1", "T3")}
    assert colours["T1"] != colours["T3"]


def test_columns_go_to_the_row_that_uses_them_most():
    rows = np.array([[0.1, 0.9, 0.0, 0.5], [0.8, 0.2, 0.3, 0.4]])
    order = by_user(rows)
    assert order.tolist() == [1, 3, 0, 2]
    heat = usage_map(rows, ["a", "b"], order, "title", "units").data[0]
    np.testing.assert_allclose(heat.z, [[1, 5 / 9, 1 / 9, 0], [0.25, 0.5, 1, 0.375]], rtol=1e-6)
    assert list(heat.y) == ["a", "b"]


def test_a_row_of_zeros_stays_one():
    heat = usage_map(np.zeros((1, 2)), ["a"], np.arange(2), "", "").data[0]
    assert np.asarray(heat.z).tolist() == [[0, 0]]
