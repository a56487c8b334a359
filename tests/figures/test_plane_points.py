"""Points of the plane: a square, and numbers that stand on their clusters."""

from __future__ import annotations

import numpy as np

from deepclust.figures.plane_points import plane_points


def test_letters_stand_on_the_highest_points_in_a_square() -> None:
    points = np.array([[0, 2], [2, 0], [0, -2], [0, 1], [1, 0], [0, -1]], np.float32)
    options = plane_points(points, np.array([0, 0, 0, 2, 2, 2]), 3, 300)
    *groups, numbers = options["series"]
    assert [len(group["data"]) for group in groups] == [3, 0, 3]
    assert {entry["name"] for entry in numbers["data"]} == {"A", "C"}
    for entry in numbers["data"]:
        group = groups["ABC".index(entry["name"])]
        assert entry["value"] in group["data"]
        assert entry["value"][1] == max(y for _, y in group["data"])
    assert options["grid"]["width"] == options["grid"]["height"] == 300
