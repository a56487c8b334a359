"""What colours a map: columns of one's own table, and how far another clustering agrees."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from deepclust.data.dataset import OwnColumn
from deepclust.runs import Run
from pages.map.colouring import painted
from pages.visit.sight import Sight
from tests.pages.conftest import blobs


@pytest.fixture
def sight(finished: Run) -> Sight:
    ages = np.linspace(18, 90, 120, dtype=np.float32)
    ages[5] = np.nan
    cities = np.where(np.arange(120) % 3 == 2, np.nan, np.arange(120) % 3).astype(np.float32)
    columns = (OwnColumn("age", ages), OwnColumn("city", cities, ("Graz", "Ulm")))
    return Sight(finished, replace(blobs(), columns=columns), 3, False)


def test_numbers_are_a_scale_with_its_ends(sight: Sight) -> None:
    paint = painted(sight, "Column: age", np.arange(120))
    assert paint.values is not None
    assert np.isnan(paint.values[5])
    assert paint.value_name == "age"
    assert paint.ends is not None
    low, high = map(float, paint.ends)
    assert 18 < low < 20 < 88 < high < 90, "between the 1st and the 99th of a hundred values"


def test_words_are_groups_and_gaps_are_none_of_them(sight: Sight) -> None:
    paint = painted(sight, "Column: city", np.arange(6))
    assert paint.values is None
    assert paint.groups.tolist() == [0, 1, -1, 0, 1, -1]
    assert (paint.names, paint.none) == (("Graz", "Ulm"), "no value")


def test_agreement_with_another_k(sight: Sight) -> None:
    by_k = sight.outcome.by_k
    paint = painted(sight, "Agreement: 5", np.arange(120))
    assert paint.value_name == "Agreement with k = 5"
    assert paint.values is not None
    one, two = by_k[3], by_k[5]
    both = (one == one[7]) & (two == two[7])
    assert paint.values[7] == pytest.approx(both.sum() / ((one == one[7]) | (two == two[7])).sum())
