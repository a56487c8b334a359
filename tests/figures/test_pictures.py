"""Thumbnails, pixel by pixel."""

from __future__ import annotations

import base64
import io

import numpy as np
import pytest
from PIL import Image

from deepclust.data.dataset import Dataset
from deepclust.figures import pictures
from deepclust.figures.pictures import contact_sheet, png_data_uri, sprite


def pixels(png: bytes) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(png)))


def test_layout_of_pictures_gaps_and_empty_places():
    X = np.array([0.0, 0.5, 1.0]).reshape(3, 1, 1).repeat(2, axis=1).repeat(3, axis=2)
    got = np.asarray(sprite(X, columns=2, cell=3, gap=1, background=(9, 8, 7, 6)))
    assert got.shape == (5, 7, 4)
    assert (got[0:2, 0:3] == (0, 0, 0, 255)).all()
    assert (got[0:2, 4:7] == (128, 128, 128, 255)).all()
    assert (got[3:5, 0:3] == (255, 255, 255, 255)).all()
    assert (got[2] == (9, 8, 7, 6)).all()
    assert (got[:, 3] == (9, 8, 7, 6)).all()
    assert (got[3:5, 4:7] == (9, 8, 7, 6)).all()


def test_small_pictures_are_enlarged_in_hard_pixels():
    X = np.zeros((1, 8, 8), dtype=np.float32)
    X[0, 1, 2] = 1.0
    got = np.asarray(sprite(X))[..., 0]
    expected = np.zeros((48, 48))
    expected[6:12, 12:18] = 255
    assert np.array_equal(got, expected)


@pytest.mark.parametrize(
    ("shape", "cell", "size"),
    [
        ((8, 8), None, (48, 48)),
        ((16, 16), None, (48, 48)),
        ((28, 28), None, (56, 56)),
        ((32, 16), None, (64, 32)),
        ((50, 40), None, (50, 40)),
        ((128, 64), None, (64, 32)),
        ((8, 8), 20, (20, 20)),
        ((128, 64, 3), 32, (32, 16)),
        ((1, 200), None, (1, 64)),
    ],
)
def test_size_of_a_thumbnail(shape, cell, size):
    assert sprite(np.zeros((1, *shape)), cell=cell).size == (size[1], size[0])


def test_enlarging_by_a_broken_factor_makes_no_new_values():
    X = np.random.default_rng(0).integers(0, 2, (2, 5, 5)).astype(float)
    got = np.asarray(sprite(X, cell=17))
    assert set(np.unique(got[..., 0])) <= {0, 255, 128}
    assert set(np.unique(got[got[..., 3] == 255][:, 0])) == {0, 255}


def test_large_pictures_are_averaged_not_thinned_out():
    X = np.indices((128, 128)).sum(axis=0)[None] % 2
    got = np.asarray(sprite(X.astype(float)))[..., 0].astype(int)
    assert got.shape == (64, 64)
    assert abs(got[4:-4, 4:-4] - 127.5).max() < 3


def test_colour_and_values_out_of_bounds():
    X = np.array([[[[1.5, -1.0, np.nan]]]])
    assert np.asarray(sprite(X, cell=1))[0, 0].tolist() == [255, 0, 0, 255]
    assert np.asarray(sprite(np.full((1, 1, 1, 1), 0.2), cell=1))[0, 0].tolist() == [51, 51, 51, 255]


def test_bars_have_the_height_of_their_value_in_the_given_range():
    X = np.array([[0.0, 5.0, 10.0, 99.0]])
    got = np.asarray(sprite(X, cell=40, value_range=(0.0, 10.0)))[..., :3]
    inked = (got == pictures.INK).all(axis=2).sum(axis=0)
    assert inked.tolist() == [1] * 9 + [0] + [20] * 9 + [0] + [40] * 9 + [0] + [40] * 10
    assert (got[0, 0] == pictures.PANEL).all()
    assert (got[39, 0] == pictures.INK).all()


def test_bars_without_a_range_use_that_of_the_samples():
    got = np.asarray(sprite(np.array([[1.0, 7.0, 3.0], [3.0, 7.0, 2.0]]), cell=12, gap=0))[..., :3]
    inked = (got == pictures.INK).all(axis=2).sum(axis=0)
    assert inked[:12].tolist() == [1, 1, 1, 0, 1, 1, 1, 0, 12, 12, 12, 12]
    assert inked[12] == 12


@pytest.mark.parametrize(
    ("point", "row", "column"), [((0.0, 0.0), 44, 3), ((1.0, 1.0), 3, 44), ((0.0, 1.0), 3, 3), ((5.0, -5.0), 44, 44)]
)
def test_a_point_in_the_plane_is_a_dot_at_its_place(point, row, column):
    got = np.asarray(sprite(np.array([point]), value_range=(np.zeros(2), np.ones(2))))[..., :3]
    inked = np.argwhere((got == pictures.INK).all(axis=2))
    assert np.abs(inked - [row, column]).max() == 3
    assert inked.mean(axis=0).tolist() == [row, column]


def test_long_vectors_become_a_square_of_grey_values():
    X = np.zeros((1, 60))
    X[0, 9] = 2.0
    got = np.asarray(sprite(X, cell=16, value_range=(0.0, 2.0)))[..., 0]
    assert got[2:4, 2:4].tolist() == [[255, 255], [255, 255]]
    assert got.sum() == 4 * 255


def test_contact_sheet_keeps_the_order_and_the_range_of_the_whole_set():
    ds = Dataset("a", np.array([[0.0, 0, 0], [10, 10, 10], [5, 5, 5]]))
    got = pixels(contact_sheet(ds, [2, 1], cell=20, gap=0))[..., :3]
    inked = (got == pictures.INK).all(axis=2).sum(axis=0)
    assert (inked[0], inked[20]) == (10, 20)
    alone = pixels(contact_sheet(ds, np.array([2]), cell=20, gap=0))
    assert np.array_equal(alone[..., :3], got[:, :20])


def test_contact_sheet_of_pictures():
    ds = Dataset("a", np.stack([np.full((8, 8), v) for v in (0.0, 0.2, 1.0)]), kind="image")
    got = pixels(contact_sheet(ds, [1, 2, 0], columns=3, gap=2))
    assert got.shape == (48, 148, 4)
    assert [int(got[0, x, 0]) for x in (0, 50, 100)] == [51, 255, 0]
    assert got[0, 48:50, 3].tolist() == [0, 0]


@pytest.mark.parametrize(
    ("ids", "words"), [([], "No sample was chosen"), ([0, 3], "Sample 3 is not in a"), ([-1], "Sample -1")]
)
def test_ids_that_are_not_there(ids, words):
    with pytest.raises(ValueError, match=words + ".*from 0 to 2"):
        contact_sheet(Dataset("a", np.eye(3)), ids)


@pytest.mark.parametrize(
    ("X", "options", "words"),
    [
        (np.zeros((0, 8, 8)), {}, "0 samples"),
        (np.zeros((2, 8, 8)), {"columns": 0}, "0 columns"),
        (np.zeros((2, 8, 8)), {"cell": 0}, "cell=0"),
        (np.zeros((2, 8, 8)), {"gap": -1}, "gap=-1"),
        (np.zeros((2, 8, 8, 2)), {}, "cannot be drawn"),
        (np.zeros(2), {}, "cannot be drawn"),
    ],
)
def test_what_cannot_be_drawn(X, options, words):
    with pytest.raises(ValueError, match=words):
        sprite(X, **options)


def test_data_uri_carries_the_png():
    png = contact_sheet(Dataset("a", np.eye(3)), [0])
    head, _, body = png_data_uri(png).partition(",")
    assert head == "data:image/png;base64"
    assert base64.b64decode(body) == png
    assert png.startswith(b"\x89PNG")
