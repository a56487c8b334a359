"""The flow between neighbouring k and the tree over all k hold the counts as they are."""

from __future__ import annotations

import numpy as np
import pytest

from deepclust.figures.flow import flow_chart, tree_chart
from deepclust.figures.theme import colour

BY_K = {
    2: np.array([0] * 10 + [1] * 10),
    3: np.array([0] * 10 + [1] * 6 + [2] * 4),
    4: np.array([0] * 7 + [3] * 3 + [1] * 6 + [2] * 4),
}


def test_every_flow_is_a_link_of_its_size() -> None:
    (sankey,) = flow_chart(BY_K).data
    names = list(sankey.node.label)
    assert names == ["0", "1", "0", "1", "2", "0", "3", "1", "2"]
    links = zip(sankey.link.source, sankey.link.target, sankey.link.value, strict=True)
    assert sorted(links) == [(0, 2, 10), (1, 3, 6), (1, 4, 4), (2, 5, 7), (2, 6, 3), (3, 7, 6), (4, 8, 4)]
    assert sankey.node.color[1] == colour(1)
    assert "60% of cluster 1 at k = 2" in sankey.link.customdata[1]


def test_the_columns_of_the_flow_are_named() -> None:
    assert [a.text for a in flow_chart(BY_K).layout.annotations] == ["<b>k = 2</b>", "<b>k = 3</b>", "<b>k = 4</b>"]


def test_the_tree_has_a_dot_for_every_cluster_and_a_line_for_every_branch() -> None:
    figure = tree_chart(BY_K, marked=(2, 3), chosen=4)
    dots = figure.data[-1]
    assert sorted(zip(dots.y, [c[0] for c in dots.customdata], [c[1] for c in dots.customdata], strict=True)) == [
        (2, 0, 10),
        (2, 1, 10),
        (3, 0, 10),
        (3, 1, 6),
        (3, 2, 4),
        (4, 0, 7),
        (4, 1, 6),
        (4, 2, 4),
        (4, 3, 3),
    ]
    assert dots.marker.size[0] > dots.marker.size[-1]
    assert sum(list(t.x).count(None) for t in figure.data[:-1]) == 7
    band, line = figure.layout.shapes
    assert (band.y0, band.y1) == (1.5, 3.5)
    assert line.y0 == 4


def test_a_number_stands_where_a_cluster_is_new_and_in_the_last_row() -> None:
    dots = tree_chart(BY_K).data[-1]
    assert [t for t, k in zip(dots.text, dots.y, strict=True) if k == 3] == ["", "", "2"]
    assert all(t for t, k in zip(dots.text, dots.y, strict=True) if k == 4)


def test_the_share_of_a_dot_is_that_of_all_samples() -> None:
    assert tree_chart(BY_K).data[-1].customdata[0][2] == pytest.approx(0.5)
