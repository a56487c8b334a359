"""The flow between neighbouring k and the tree over all k hold the counts as they are."""

from __future__ import annotations

import numpy as np

from deepclust.figures.flow import flow_chart
from deepclust.figures.theme import colour

BY_K = {
    2: np.array([0] * 10 + [1] * 10),
    3: np.array([0] * 10 + [1] * 6 + [2] * 4),
    4: np.array([0] * 7 + [3] * 3 + [1] * 6 + [2] * 4),
}


def test_every_flow_is_a_link_of_its_size() -> None:
    (sankey,) = flow_chart(BY_K).data
    names = list(sankey.node.label)
    assert names == ["A", "B", "A", "B", "C", "A", "D", "B", "C"]
    links = zip(sankey.link.source, sankey.link.target, sankey.link.value, strict=True)
    assert sorted(links) == [(0, 2, 10), (1, 3, 6), (1, 4, 4), (2, 5, 7), (2, 6, 3), (3, 7, 6), (4, 8, 4)]
    assert sankey.node.color[1] == colour(1)
    assert "60% of cluster B at k = 2" in sankey.link.customdata[1]


def test_the_columns_of_the_flow_are_named() -> None:
    assert [a.text for a in flow_chart(BY_K).layout.annotations] == ["<b>k = 2</b>", "<b>k = 3</b>", "<b>k = 4</b>"]
