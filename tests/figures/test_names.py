"""Plotly takes tags in names for links: whatever somebody's class, cluster or run is called, a chart shows it as words."""

from __future__ import annotations

import html

import numpy as np
import plotly.graph_objects as go
import pytest

from deepclust.figures.confusion import confusion_map
from deepclust.figures.flow import flow_chart
from deepclust.figures.gar_graphs import graph_figure
from deepclust.figures.maps import scatter_map

LINK = '<a href="http://evil.example">cats</a>'
POINTS, GROUPS = np.zeros((3, 2), np.float32), np.zeros(3, int)
CHARTS = {
    "classes": lambda: confusion_map(np.ones((1, 1)), [0], [LINK]),
    "clusters": lambda: confusion_map(np.ones((1, 1)), [0], ["a"], [LINK]),
    "runs": lambda: flow_chart({1: GROUPS, 2: GROUPS}, {1: LINK, 2: "b"}),
    "graph": lambda: graph_figure(POINTS, np.zeros((0, 2), int), GROUPS, [LINK], ""),
    "map": lambda: scatter_map(POINTS, np.arange(3), GROUPS, names=[LINK]),
}


@pytest.mark.parametrize("chart", CHARTS.values(), ids=CHARTS)
def test_no_name_is_a_tag(chart):
    figure: go.Figure = chart()
    source = str(figure.to_plotly_json())
    assert html.escape(LINK) in source
    assert "<a " not in source
