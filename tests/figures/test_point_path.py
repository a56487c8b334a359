"""The way of a sample: a cell for each snapshot, and a line through its places."""

from __future__ import annotations

from xml.etree import ElementTree

import numpy as np
import pytest

from deepclust.figures.curve_svg import curves_svg
from deepclust.figures.point_path import SIDE, cluster_strip, path_svg
from deepclust.figures.theme import colour

SVG = "{http://www.w3.org/2000/svg}"


def test_the_strip_has_a_cell_for_every_snapshot():
    strip = cluster_strip([0, 3, -1], ["DEC · epoch 1", "DEC · epoch 2", "<b>3"])
    assert strip.count("<span title=") == 3
    assert f"background:{colour(3)}" in strip
    assert "DEC · epoch 2: cluster D" in strip
    assert "&lt;b&gt;3: noise" in strip
    assert "Clusters from the first snapshot to the last: A, D, noise" in strip


def test_the_line_goes_through_all_places_and_stays_in_the_picture():
    path = np.array([[-1.0, -1.0], [0.0, 0.0], [1.0, 1.0]])
    root = ElementTree.fromstring(path_svg(path, np.zeros((2_000, 2)), np.zeros(2_000, int)))
    line = next(root.iter(f"{SVG}polyline")).get("points").split()
    places = np.array([[float(v) for v in p.split(",")] for p in line])
    assert places.shape == (3, 2)
    assert ((places > 0) & (places < SIDE)).all()
    assert places[1] == pytest.approx([SIDE / 2, SIDE / 2])
    assert places[2][1] < places[0][1], "up is up"


def test_curves_have_a_panel_for_each_term_and_nothing_without_any():
    curves = [
        {"stage": "one", "term": "loss", "x": [1, 2, 3], "y": [3.0, float("nan"), 1.0]},
        {"stage": "two", "term": "loss", "x": [4], "y": [0.5]},
        {"stage": "two", "term": "a < b", "x": [4, 5], "y": [1.0, 1.0]},
    ]
    root = ElementTree.fromstring(curves_svg(curves))
    assert len(list(root.iter(f"{SVG}g"))) == 2
    assert len(list(root.iter(f"{SVG}polyline"))) == 2
    assert len(list(root.iter(f"{SVG}circle"))) == 1
    assert "a < b" in [t.text for t in root.iter(f"{SVG}text")]
    assert curves_svg([]) == ""
