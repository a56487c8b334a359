"""The bytes between Python and the map: messages that can be read back, and selections in both packings."""

from __future__ import annotations

import base64
import json
import zlib
from typing import Any

import numpy as np
import pytest

from deepclust.figures import webmap


def unpacked(packed: bytes) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
    """Header and arrays of a message, read as ``protocol.ts`` does."""
    length = int.from_bytes(packed[:4], "little")
    header = json.loads(packed[4 : 4 + length])
    body = packed[4 + length :]
    if header["deflated"]:
        body = zlib.decompress(body)
    arrays = {
        name: np.frombuffer(body, dtype=dtype, offset=offset, count=count)
        for name, (dtype, offset, count) in header["arrays"].items()
    }
    return header, arrays


@pytest.mark.parametrize("deflate", [False, True])
def test_a_message_gives_back_its_arrays_each_on_a_multiple_of_eight_bytes(deflate: bool) -> None:
    arrays = {
        "a": np.array([1, 2, 3], np.uint8),
        "b": np.array([[1.5, -2.0]], np.float32),
        "c": np.array([70_000, -1], np.int32),
        "d": np.array([400], np.uint16),
    }
    header, found = unpacked(webmap.message("map", "part", {"x": 1}, arrays, deflate=deflate))
    assert (header["map"], header["part"], header["facts"]) == ("map", "part", {"x": 1})
    assert [offset % 8 for _, offset, _ in header["arrays"].values()] == [0, 0, 0, 0]
    for name, array in arrays.items():
        assert found[name].dtype == array.dtype
        assert found[name].tolist() == array.reshape(-1).tolist()


def test_the_version_follows_the_content() -> None:
    said = [
        webmap.message("m", "p", {"x": x}, {"a": np.array([a], np.uint8)}) for x, a in ((1, 1), (1, 1), (2, 1), (1, 2))
    ]
    versions = [webmap.version_of(packed) for packed in said]
    assert versions[0] == versions[1]
    assert len(set(versions)) == 3


def test_an_array_of_another_type_is_refused() -> None:
    with pytest.raises(ValueError, match="float64"):
        webmap.message("m", "p", {}, {"a": np.zeros(3)})


def test_groups_are_codes_with_noise_first_in_as_few_bytes_as_will_do() -> None:
    few = webmap.group_codes(np.array([0, 3, -1, -7, 254]))
    assert few.dtype == np.uint8
    assert few.tolist() == [1, 4, 0, 0, 255]
    many = webmap.group_codes(np.array([-1, 255, 299]))
    assert many.dtype == np.uint16
    assert many.tolist() == [0, 256, 300]


def test_values_are_levels() -> None:
    assert webmap.levels(np.array([0, 0.5, 1, 2, -1, np.nan])).tolist() == [0, 128, 255, 255, 0, 0]


def test_a_recolouring_of_70000_points_takes_less_than_two_bytes_a_point() -> None:
    dice = np.random.default_rng(0)
    groups, values = dice.integers(0, 10, 70_000), dice.random(70_000)
    assert len(webmap.paint("m", groups)) < 70_000
    assert len(webmap.paint("m", None, values)) < 75_000


def test_paint_tells_groups_or_values() -> None:
    header, arrays = unpacked(webmap.paint("m", np.array([0, -1, 2]), None, ["a", "b", "c"]))
    assert header["facts"]["kind"] == "groups"
    assert header["facts"]["names"] == ["a", "b", "c"]
    assert header["facts"]["n_codes"] == 4
    assert arrays["codes"].tolist() == [1, 0, 3]
    header, arrays = unpacked(webmap.paint("m", np.array([0, -1, 2]), np.array([0, 1, 0.2])))
    assert header["facts"]["kind"] == "values"
    assert arrays["codes"].tolist() == [0, 255, 51]
    with pytest.raises(ValueError, match="groups or by values"):
        webmap.paint("m", None)


def test_a_frame_names_its_samples_only_where_they_are_not_simply_all() -> None:
    points = np.arange(6.0).reshape(3, 2)
    _, arrays = unpacked(webmap.frame("m", points, np.arange(3), "s"))
    assert set(arrays) == {"xy"}
    assert arrays["xy"].tolist() == [0, 1, 2, 3, 4, 5]
    _, arrays = unpacked(webmap.frame("m", points, np.array([4, 0, 9]), "s"))
    assert arrays["ids"].tolist() == [4, 0, 9]


def test_the_selection_goes_over_as_bits_of_the_samples_shown() -> None:
    ids = np.array([10, 11, 12, 13, 14, 15, 16, 17, 18, 19])
    header, arrays = unpacked(webmap.chosen("m", ids, np.array([11, 19, 500]), 7))
    assert header["facts"]["seq"] == 7
    assert arrays["bits"].tolist() == [0b10, 0b10]


def base64_of(array: np.ndarray) -> str:
    return base64.b64encode(array.tobytes()).decode()


def test_a_selection_comes_back_from_either_packing() -> None:
    rows = np.array([0, 3, 8])
    assert webmap.rows_of({"rows": base64_of(rows.astype(np.uint32))}, 9).tolist() == [0, 3, 8]
    mask = np.zeros(9, bool)
    mask[rows] = True
    assert webmap.rows_of({"bits": base64_of(np.packbits(mask, bitorder="little"))}, 9).tolist() == [0, 3, 8]
    assert webmap.rows_of({"rows": ""}, 9).tolist() == []


@pytest.mark.parametrize(
    "selection",
    [
        {},
        {"rows": "%%"},
        {"rows": base64_of(np.array([9], np.uint32))},
        {"rows": base64_of(np.array([1, 2, 3], np.uint8))},
        {"rows": 5},
        {"bits": base64_of(np.zeros(3, np.uint8))},
    ],
)
def test_nonsense_from_the_browser_is_refused(selection: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="Select again"):
        webmap.rows_of(selection, 9)


def test_values_that_are_missing_have_a_level_of_their_own_and_a_scale_has_two_ends() -> None:
    values = np.array([0.0, np.nan, 1.0])
    header, arrays = unpacked(webmap.paint("map", None, values, value_name="age", ends=("18", "90")))
    assert arrays["codes"].tolist() == [1, 0, 255]
    assert header["facts"]["gaps"] is True
    assert header["facts"]["ends"] == ["18", "90"]
    header, arrays = unpacked(webmap.paint("map", None, np.array([0.0, 1.0])))
    assert arrays["codes"].tolist() == [0, 255]
    assert "gaps" not in header["facts"]


def test_what_is_in_no_group_has_the_colour_and_the_word_that_it_is_given() -> None:
    facts = unpacked(webmap.paint("m", np.array([-1, 0]), none="Same", none_colour="#123456"))[0]["facts"]
    assert (facts["none"], facts["noise"]) == ("Same", "#123456")
