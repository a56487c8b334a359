"""The map's traces: one per group with its own ids, selection that dims the rest, confidence as a scale."""

from __future__ import annotations

import numpy as np
import pytest

from deepclust.figures.maps import scatter_map
from deepclust.figures.theme import colour

POINTS = np.array([[0, 0], [1, 1], [2, 0], [3, 3]], dtype=np.float32)
IDS = np.array([10, 11, 12, 13])
GROUPS = np.array([0, 1, 0, 11])


def test_one_trace_for_each_group_with_its_points_ids_colour_and_count() -> None:
    figure = scatter_map(POINTS, IDS, GROUPS)
    assert [t.name for t in figure.data] == ["0 (2)", "1 (1)", "11 (1)"]
    assert figure.data[0].x.tolist() == [0, 2]
    assert figure.data[0].customdata.tolist() == [10, 12]
    assert [t.marker.color for t in figure.data] == [colour(0), colour(1), colour(11)]
    assert figure.data[0].marker.symbol != figure.data[2].marker.symbol
    assert [a.text for a in figure.layout.annotations] == ["<b>0</b>", "<b>1</b>", "<b>11</b>"]
    assert {t.type for t in figure.data} == {"scattergl"}


def test_class_names_are_shown_where_given() -> None:
    figure = scatter_map(POINTS, IDS, np.array([0, 1, 0, 1]), names=["cat", "dog"])
    assert [t.name for t in figure.data] == ["cat (2)", "dog (2)"]


def test_selected_ids_stand_out_in_their_traces() -> None:
    figure = scatter_map(POINTS, IDS, GROUPS, selected=np.array([12, 13]))
    assert [list(t.selectedpoints) for t in figure.data] == [[1], [], [0]]
    assert scatter_map(POINTS, IDS, GROUPS, selected=np.array([], dtype=int)).data[0].selectedpoints is None


def test_confidence_is_one_trace_on_a_scale_from_0_to_1() -> None:
    (trace,) = scatter_map(POINTS, IDS, values=np.array([0.0, 0.5, 1.0, 0.2])).data
    assert trace.marker.color.tolist() == pytest.approx([0.0, 0.5, 1.0, 0.2])
    assert (trace.marker.cmin, trace.marker.cmax) == (0, 1)


def test_three_dimensions() -> None:
    figure = scatter_map(np.zeros((4, 3), np.float32), IDS, GROUPS)
    assert {t.type for t in figure.data} == {"scatter3d"}
    assert figure.data[0].z.tolist() == [0, 0]
