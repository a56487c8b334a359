"""Sprites of transformations, names of combinations, and small maps to be compared."""

from __future__ import annotations

import json

import numpy as np
import pytest

from deepclust.figures.live import MAP_POINTS
from deepclust.figures.multiples import (
    combination,
    headings,
    how_to_read,
    matched,
    multiple,
    transformation_sprite,
    words_of,
)
from deepclust.transforms import PICTURE, VECTOR


@pytest.mark.parametrize(
    ("names", "kind", "expected"),
    [
        (["T3"], PICTURE, "half-turn"),
        (["T4", "T2", "T3"], PICTURE, "rotations"),
        (["invert", "T3"], PICTURE, "T1+T3+invert"),
        (["signs-2", "T1"], VECTOR, "T1+signs-2"),
        ([f"permute-{i}" for i in range(7, 0, -1)], VECTOR, "permute-8"),
    ],
)
def test_a_combination_has_one_name_in_whatever_order_it_is_picked(names, kind, expected):
    assert combination(names, kind) == expected


@pytest.mark.parametrize(("names", "words"), [([], "nothing to tell apart"), (["T2"], "not for vectors")])
def test_a_combination_that_teaches_nothing_is_refused(names, words):
    with pytest.raises(ValueError, match=words):
        combination(names, VECTOR)


def test_a_sprite_has_a_row_for_each_picture_and_a_column_for_each_transformation():
    X = np.zeros((2, 48, 48), np.float32)
    X[0, 0, 0], X[1, 47, 0] = 1.0, 0.4
    got = np.asarray(transformation_sprite(X, "T1+T3+invert"))
    assert got.shape == (2 * 48 + 2, 3 * 48 + 4, 4)
    cells = [[got[50 * r : 50 * r + 48, 50 * c : 50 * c + 48, 0] for c in range(3)] for r in range(2)]
    assert np.argwhere(cells[0][0]).tolist() == [[0, 0]]
    assert np.argwhere(cells[0][1]).tolist() == [[47, 47]]
    assert np.array_equal(cells[0][2], 255 - cells[0][0])
    assert np.argwhere(cells[1][1]).tolist() == [[0, 47]]
    assert cells[1][1].max() == 102


@pytest.mark.parametrize("shape", [(8, 8), (28, 28, 3), (20, 30), (128, 100, 3)])
def test_thumbnails_keep_the_width_of_the_columns(shape):
    X = np.random.default_rng(0).random((6, *shape), np.float32)
    width, height = transformation_sprite(X, "D4").size
    assert 8 * 40 < width <= 8 * 64
    assert height == pytest.approx(width * 6 / 8, abs=4)


def test_bars_of_vectors_change_their_sides_with_the_sign():
    X = np.array([[13.0, 7.0], [7.0, 7.0]]).repeat(2, axis=1)  # four features
    spread = (np.full(4, 10.0), np.full(4, 2.0))
    got = np.asarray(transformation_sprite(X, "signs-8", spread))[:48]
    ink = [(got[:, 50 * c : 50 * c + 48, :3] == (32, 96, 160)).all(axis=2).sum(axis=0) for c in (0, 1)]
    bars = [i.reshape(4, 12)[:, 0] for i in ink]
    assert bars[0].tolist() == [36, 36, 12, 12]  # 1.5 of 3 standard deviations above and below the middle
    flipped = bars[0] != bars[1]
    assert flipped.sum() == 2
    assert (bars[1][flipped] == 48 - bars[0][flipped]).all()


def test_a_feature_without_spread_is_drawn_in_the_middle():
    X = np.ones((3, 5), np.float32)
    got = np.asarray(transformation_sprite(X, "permute-8"))[:48, :48, :3]
    assert (got == (32, 96, 160)).all(axis=2).sum(axis=0).max() == 24


def test_headings_say_what_every_column_is():
    assert headings("half-turn", (8, 8)) == [("T1", "as it is", "as it is"), ("T3", "180°", "turned by 180°")]
    assert [h[0] for h in headings("shear-8", (8, 8, 3))][:2] == ["T1", "shear-left-0.6"]
    assert len(headings("signs-8", (5,))) == 8


def test_words_for_sets_and_for_combinations():
    assert words_of("D4") == "all turns and mirrorings of a square"
    assert words_of("T1+T3+invert") == "turned by 180°, dark and bright exchanged"


def test_how_vectors_are_drawn_depends_on_their_length():
    assert "plane" in how_to_read(2)
    assert "bar" in how_to_read(24)
    assert "grey" in how_to_read(25)


def test_a_map_fills_its_panel_whatever_the_scale_of_its_points():
    points = np.random.default_rng(0).normal(size=(3_000, 2)).astype(np.float32) * 70 + 500
    groups = np.arange(3_000) % 3
    options = multiple(points, groups, 4)
    json.dumps(options)
    *clusters, names = options["series"]
    drawn = np.concatenate([s["data"] for s in clusters if s["data"]])
    assert len(drawn) <= MAP_POINTS
    assert 0.8 < np.abs(drawn).max() <= 1.0
    assert [s["name"] for s in clusters] == ["A", "B", "C", "D"]
    assert [d["name"] for d in names["data"]] == ["A", "B", "C"]


def test_names_of_classes_stand_at_the_middle_of_their_points():
    points = np.array([[0.0, 0.0], [0.0, 2.0], [4.0, 4.0]], np.float32)
    names = multiple(points, np.array([1, 1, 0]), 2, ("cat", "dog"))["series"][-1]["data"]
    assert [d["name"] for d in names] == ["cat", "dog"]
    assert names[0]["value"] == [1.0, 1.0]
    assert names[1]["value"] == [-1.0, -0.5]


def test_noise_and_single_points_can_be_drawn():
    options = multiple(np.zeros((2, 2), np.float32), np.array([-1, 0]), 1)
    assert options["series"][0]["data"] == [[0.0, 0.0]]
    assert [d["name"] for d in options["series"][-1]["data"]] == ["A"]


def test_clusters_take_the_names_of_those_they_share_most_samples_with():
    like = np.array([2, 2, 2, 0, 0, 1])
    labels = np.array([0, 0, 0, 1, 1, 1])
    assert matched(labels, like).tolist() == [2, 2, 2, 0, 0, 0]
    assert matched(labels, None) is labels
    assert matched(labels, like[:3]) is labels  # a run on other samples
