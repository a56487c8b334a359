"""The bytes of a time machine: places that come back nearly as they were, groups, curves, and counts in order."""

from __future__ import annotations

import json

import numpy as np
import pytest

from deepclust.figures import webreel
from tests.figures.test_webmap import unpacked


def test_places_take_four_bytes_and_come_back_to_a_step() -> None:
    frames = np.random.default_rng(0).normal(size=(3, 50, 2)).astype(np.float32) * [10, 0.1]
    packed = webreel.reel("m", frames, ["a", "b", "c"], [1, 2, 5])
    header, arrays = unpacked(packed)
    assert header["facts"]["steps"] == [{"text": t, "x": x} for t, x in (("a", 1), ("b", 2), ("c", 5))]
    assert len(packed) < 3 * 50 * 4 + 600
    x0, y0, x1, y1 = header["facts"]["box"]
    back = arrays["xy"].reshape(3, 50, 2) / 65535 * [x1 - x0, y1 - y0] + [x0, y0]
    assert (np.abs(back - frames) <= np.array([x1 - x0, y1 - y0]) / 65535).all()


def test_points_on_one_spot_have_a_place() -> None:
    header, arrays = unpacked(webreel.reel("m", np.ones((2, 3, 2)), ["a", "b"], [1, 2]))
    assert header["facts"]["box"] == [1, 1, 1, 1]
    assert not arrays["xy"].any()


def test_groups_of_all_moments_are_codes_in_as_few_bytes_as_will_do() -> None:
    header, arrays = unpacked(webreel.groups("m", np.array([[0, 1, -1], [2, 2, 0]])))
    assert header["facts"]["n_codes"] == 4
    assert arrays["codes"].tolist() == [1, 2, 0, 3, 3, 1]
    assert unpacked(webreel.groups("m", np.array([[0, 299]])))[1]["codes"].dtype == np.uint16


def test_the_table_stands_as_clusters_and_classes_match_at_the_end() -> None:
    classes = np.array([0, 0, 1, 1, 2, 2])
    labels = np.array([[7, 7, 7, 7, 7, 7], [4, 4, 3, 3, 5, 5]])
    curves = [{"term": "loss", "stage": "s", "help": "", "x": [1, 2, 3], "y": [3.0, float("nan"), 1.23456789]}]
    packed = webreel.story("m", curves, [1, 3], {"ACC": [0.33333, 1]}, labels, classes, "classes", ["a", "b", "c"])
    header, arrays = unpacked(packed)
    facts = header["facts"]
    assert facts["rows"] == [5, 4, 6, 8], "a code is a number and one; 7 is gone at the end"
    assert facts["columns"] == [1, 2, 3]
    assert arrays["against"].tolist() == [1, 1, 2, 2, 3, 3]
    assert facts["curves"] == [{"term": "loss", "stage": "s", "x": [1, 3], "y": [3, 1.2346]}]
    assert facts["scores"] == {"ACC": [0.3333, 1]}
    assert (facts["end"], facts["moments"], facts["names"]) == (3, [1, 3], ["a", "b", "c"])


def test_losses_that_are_no_numbers_are_left_out() -> None:
    burst = [{"term": "loss", "stage": "s", "help": "", "x": [1, 2], "y": [float("nan"), float("inf")]}]
    labels = np.zeros((2, 3), np.int64)
    packed = webreel.story("m", burst, [1, 2], {}, labels, labels[0], "clusters at the end", None)
    header, _ = unpacked(packed)
    assert header["facts"]["curves"] == []
    assert "NaN" not in json.dumps(header)


def progress(stage: str, *epochs: int) -> list[dict]:
    return [{"kind": "progress", "stage": stage, "epoch": epoch, "losses": {}} for epoch in epochs]


@pytest.mark.parametrize(
    ("stages", "epochs", "expected"),
    [
        ("aabb", (1, 3, 1, 2), [1, 3, 4, 5]),
        ("aba", (2, 1, 2), [2, 4, 7]),  # a stage comes again
        ("ax", (1, 9), [1, 1]),  # told by a moment that no event knows
    ],
)
def test_moments_stand_on_the_axis_of_the_curves(stages, epochs, expected) -> None:
    records = [
        {"kind": "stage", "name": "a"},
        *progress("a", 1, 2, 3),
        *progress("b", 1, 2),
        {"kind": "note"},
        *progress("a", 1, 2),
    ]
    assert webreel.epochs_on_axis(records, list(stages), epochs) == expected


def test_without_events_moments_are_counted() -> None:
    assert webreel.epochs_on_axis([], ["a", "a"], [5, 9]) == [0, 1]


def test_the_browser_is_told_what_a_step_is() -> None:
    assert unpacked(webreel.play("m", True))[0]["facts"] == {"then": True, "moment": "Epoch", "known": "At the end"}
    assert unpacked(webreel.play("m", True, "Run", "DDLS"))[0]["facts"]["known"] == "DDLS"
