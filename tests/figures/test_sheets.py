"""Sheets of thumbnails: every sample in its place, and bounded in size."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image

from deepclust.data.dataset import Dataset
from deepclust.figures.sheets import COLUMNS, PER_SHEET, picture_sheet, sheet_plan


def shades(n: int, side: int = 8) -> Dataset:
    """n even pictures, picture i of the grey i / n."""
    X = np.broadcast_to((np.arange(n, dtype=np.float32) / n)[:, None, None], (n, side, side))
    return Dataset("shades", np.ascontiguousarray(X), None, kind="image")


def test_each_sample_is_in_its_place_and_the_last_sheet_is_short() -> None:
    n = PER_SHEET + 40
    data = shades(n)
    ids = np.arange(n)[::-1]
    plan = sheet_plan(data, n)
    assert (plan.n_sheets, plan.width, plan.height) == (2, 8, 8)
    last = np.asarray(Image.open(io.BytesIO(picture_sheet(data, ids, plan, 1))))
    assert last.shape == (2 * 8, COLUMNS * 8)
    for row in (0, 31, 32, 39):
        line, column = divmod(row, COLUMNS)
        sample = n - 1 - (PER_SHEET + row)
        assert last[line * 8 + 4, column * 8 + 4] == pytest.approx(255 * sample / n, abs=3)


def test_pictures_keep_their_shape_and_are_smaller_where_there_are_many() -> None:
    wide = Dataset("wide", np.zeros((3, 40, 80, 3), np.float32), None, kind="image")
    plan = sheet_plan(wide, 3)
    assert (plan.width, plan.height) == (64, 32)
    sheet = np.asarray(Image.open(io.BytesIO(picture_sheet(wide, np.arange(3), plan, 0))))
    assert sheet.shape[:2] == (32, COLUMNS * 64)
    crowd = sheet_plan(wide, 200_000)
    assert max(crowd.width, crowd.height) == 24


def test_vectors_are_charts_on_one_scale() -> None:
    X = np.array([[0.0, 1, 2], [0, 1, 2], [0, 1, 20]], np.float32)
    data = Dataset("vectors", X, None)
    plan = sheet_plan(data, 2)
    sheet = np.asarray(Image.open(io.BytesIO(picture_sheet(data, np.array([0, 2]), plan, 0))).convert("L"))
    small, large = (sheet[:, i * plan.width : (i + 1) * plan.width] for i in (0, 1))
    assert (large < 150).sum() > 3 * (small < 150).sum(), "the bar of 20 is tall, that of 2 is not"


def test_a_sheet_that_is_not_there_is_refused() -> None:
    data = shades(5)
    with pytest.raises(ValueError, match="no sheet 1"):
        picture_sheet(data, np.arange(5), sheet_plan(data, 5), 1)
