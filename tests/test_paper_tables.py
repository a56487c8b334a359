"""The table of the papers' figures in RESULTS.md: rows are added, replaced, and nothing around them is touched."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks.paper_tables import BEGIN, END, Fit, cut, fit, row, with_row
from deepclust.data.dataset import Dataset
from deepclust.methods import METHODS


@pytest.fixture
def blobs() -> Dataset:
    dice = np.random.default_rng(0)
    y = np.repeat([0, 1], 40)
    return Dataset("blobs", dice.normal(size=(80, 3)).astype(np.float32) + 20 * y[:, None], y, n_train=60)


def test_a_row_gives_mean_and_spread_over_all_seeds(blobs):
    fits = [Fit(0.8, 0.6, 10.0, 100.0, 0.0), Fit(0.6, 0.4, 20.0, 300.0, 0.0)]
    line = row("KMeans", blobs, "usps", "quick", [0, 1], fits, ", cut down")
    assert "| 0.700 ± 0.100 | 0.500 ± 0.100 | 0.668 / 0.601 | 15 ± 5 | 200 |" in line
    assert line.endswith("cut down |")


def test_a_new_row_takes_the_place_of_the_old_one_alone():
    text = f"before\n{BEGIN}\n{END}\nafter"
    one = "| KMeans | usps | quick | 90 | 0 | 0.5 | CPU |"
    other = "| DDLS | usps | quick | 90 | 0 | 0.5 | CPU |"
    text = with_row(with_row(text, one), other)
    again = with_row(text, one.replace("0.5", "0.7"))
    assert again.count("| KMeans |") == again.count("| DDLS |") == 1
    assert "0.7" in again
    assert again.startswith("before\n")
    assert again.endswith("\nafter")
    with pytest.raises(ValueError, match="no place for the table"):
        with_row("nothing", one)


def test_fits_are_judged_on_all_samples_or_on_the_test_part(blobs):
    method = METHODS["KMeans"](n_clusters=2)
    assert fit(blobs, method, train_test=False).acc == 1.0
    assert fit(blobs, method, train_test=True).seconds > 0
    with pytest.raises(ValueError, match="no official test part"):
        fit(cut(blobs, 30), method, train_test=True)


def test_a_cut_keeps_pictures_and_labels_together(blobs):
    small = cut(blobs, 30)
    assert small.n_samples == 30
    np.testing.assert_array_equal(small.X[:, 0] > 10, small.y == 1)
    assert cut(blobs, None) is blobs
