"""Figures of the eigenspace, by their data and their names."""

from __future__ import annotations

import numpy as np
import pytest

from deepclust.figures.eigen import CLEAR, angle_bars, batch_lines, cost_lines, eigenvalue_bars, gram_map

VALUES = np.array([0.0, 0.01, 0.02, 0.2, 0.215, 0.25, 0.26])


def test_bars_show_every_value_and_part_at_k():
    first, later, *_ = eigenvalue_bars(VALUES, 2).data
    assert list(first.x) == [1, 2]
    assert list(later.x) == [3, 4, 5, 6, 7]
    np.testing.assert_allclose(np.concatenate([first.y, later.y]), VALUES)
    assert "k = 2" in first.name


def test_the_widest_gaps_are_marked_and_the_clear_one_stands_out():
    figure = eigenvalue_bars(VALUES, 2)
    marks = {trace.name: trace for trace in figure.data[2:]}
    assert set(marks) == {"gap after the 3rd", "gap after the 5th", "gap after the 4th"}
    clear = marks["gap after the 3rd"]
    assert clear.line.color == CLEAR
    assert clear.line.dash is None
    assert (min(clear.y), max(clear.y)) == (0.02, 0.2)
    assert marks["gap after the 5th"].line.dash == "dot"
    assert [a.text for a in figure.layout.annotations] == ["<b>k = 3</b>", "5?", "4?"]


def test_pieces_of_the_graph_are_marked_instead_of_gaps_that_say_nothing():
    figure = eigenvalue_bars(np.array([0.0, 0.0, 0.1, 0.12, 0.15]), 2)
    assert [a.text for a in figure.layout.annotations] == ["<b>2 pieces</b>"]
    assert len(eigenvalue_bars(np.zeros(5), 2).layout.annotations) == 0


def test_a_k_beyond_all_values_leaves_one_kind_of_bar():
    figure = eigenvalue_bars(VALUES, 7)
    assert len(figure.data[0].x) == 7
    assert not any(trace.type == "bar" for trace in figure.data[1:])


def test_gram_is_a_mean_of_products_written_out_where_there_is_room():
    Y = np.random.default_rng(0).normal(size=(7, 3)).astype(np.float32)
    expected = np.zeros((3, 3))
    for row in Y.astype(float):
        for i in range(3):
            for j in range(3):
                expected[i, j] += row[i] * row[j] / 7
    small = gram_map(Y).data[0]
    np.testing.assert_allclose(small.z, expected, rtol=1e-6)
    assert small.texttemplate == "%{text}"
    assert gram_map(np.eye(40)).data[0].texttemplate is None
    assert (small.zmin, small.zmid, small.zmax) == (-1, 0, 1)


def test_angles_are_written_on_their_bars():
    bars = angle_bars(np.array([0.25, 12.4, 90.0])).data[0]
    assert list(bars.text) == ["0.2°", "12°", "90°"]


def test_lines_follow_the_columns_and_the_own_size_is_marked():
    table = np.array([[64, 0.2, 0.3, np.nan], [128, 0.1, 0.15, np.nan]])
    figure = batch_lines(table, own=100)
    other, kept = figure.data
    np.testing.assert_allclose(other.y, [0.3, 0.15])
    np.testing.assert_allclose(kept.y, [0.2, 0.1])
    assert "another batch" in other.name
    assert [a.text for a in figure.layout.annotations] == ["this run's batches"]
    assert not batch_lines(table, own=1024).layout.annotations
    table[:, 3] = 0.5
    assert len(batch_lines(table).data) == 3


def test_too_few_values_are_refused():
    with pytest.raises(ValueError, match="at least 3"):
        eigenvalue_bars(VALUES[:2], 2)


def test_cost_is_shown_by_powers_of_ten():
    figure = cost_lines({"SpectralNet": ([10, 1000], [1.0, 2.0]), "ARPACK": ([10], [0.1])})
    assert [trace.name for trace in figure.data] == ["SpectralNet", "ARPACK"]
    assert list(figure.data[0].y) == [1.0, 2.0]
    assert figure.layout.xaxis.type == figure.layout.yaxis.type == "log"
