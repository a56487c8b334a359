"""Heat maps over two hyper-parameters: numbers in their cells, words where there is none yet, an honest range of colours."""

from __future__ import annotations

import json

import pytest

from deepclust.figures.grids import Cells, heat_map, span


def test_every_run_has_its_cell_with_its_number():
    cells = Cells({(0, 0): 0.5, (2, 1): 0.9123456}, {(1, 0): "40%"})
    options = heat_map(cells, [0.1, 1, 10], [0.0, 1.0], "beta", "gamma")
    json.dumps(options)
    scores, waiting = options["series"]
    assert [(d["value"], d["name"]) for d in scores["data"]] == [([0, 0, 0.5], "0.500"), ([2, 1, 0.91235], "0.912")]
    assert [(d["value"], d["name"]) for d in waiting["data"]] == [([1, 0], "40%")]
    assert options["xAxis"]["data"] == ["0.1", "1", "10"]
    assert (options["xAxis"]["name"], options["yAxis"]["name"]) == ("beta", "gamma")


def test_numbers_can_be_read_on_their_ground():
    scores = heat_map(Cells({(0, 0): 0.1, (1, 0): 0.9}), [1, 2], [""], "beta")["series"][0]["data"]
    assert [d["label"]["color"] for d in scores] == ["#14171c", "#ffffff"]


def test_small_differences_are_not_made_to_look_large():
    assert span([0.80, 0.82]) == (pytest.approx(0.76), pytest.approx(0.86))
    assert span([0.2, 0.9]) == (0.2, 0.9)
    assert span([]) == (0.0, 1.0)
    assert span([0.5]) == (pytest.approx(0.45), pytest.approx(0.55))
