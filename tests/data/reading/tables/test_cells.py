"""Numbers as people write them, and lists of numbers in a cell."""

from __future__ import annotations

import decimal

import numpy as np
import pandas as pd
import pytest

from deepclust.data.reading.tables.cells import list_of, number, numbers_of


@pytest.mark.parametrize(
    ("text", "mark", "value"),
    [
        ("1.5", ".", 1.5),
        (" -2e3 ", ".", -2000),
        (".5", ".", 0.5),
        ("12,345.60", ".", 12345.6),
        ("1,234", ".", 1234),
        ("1,5", ".", 1.5),
        ("$30,630.00", ".", 30630),
        ("-€5", ".", -5),
        ("9.9%", ".", 9.9),
        ("1 234 567", ".", 1234567),
        ("12'345", ".", 12345),
        ("\u22120.268", ".", -0.268),
        ("1.234,56", ",", 1234.56),
        ("1.234", ",", 1234),
        ("3.063.000", ",", 3063000),
        ("0,06", ",", 0.06),
        ("1.234.567", ".", 1234567),
        ("1.234,5", ".", 1234.5),
        ("(1,234.50)", ".", -1234.5),
        ("₹12,34,567.5", ".", 1234567.5),
        ("1.5D-03", ".", 0.0015),
        ("(-2)", ".", None),
        ("12.05.2024", ".", None),
        ("1-2", ".", None),
        ("abc", ".", None),
        ("", ".", None),
        ("1,23,4", ".", None),
        ("12 3", ".", None),
    ],
)
def test_a_number_is_known_however_it_is_written(text, mark, value):
    assert number(text, mark) == value


def test_a_column_of_texts_becomes_numbers_and_gaps():
    column = pd.Series(["1", "1,200.5", "x", None, "7%"])
    np.testing.assert_equal(numbers_of(column), [1, 1200.5, np.nan, np.nan, 7])
    np.testing.assert_equal(numbers_of(pd.Series(["1.200", "3,5"]), ","), [1200, 3.5])
    np.testing.assert_equal(numbers_of(pd.Series([decimal.Decimal("1.250"), None])), [1.25, np.nan])


@pytest.mark.parametrize(
    ("cell", "values"),
    [
        ("[0.1, -2]", [0.1, -2]),
        ("[0.1 2.5\n 3]", [0.1, 2.5, 3]),
        ("1 2 3 4 5 6 7 8", [1, 2, 3, 4, 5, 6, 7, 8]),
        ([1, 2.5], [1, 2.5]),
        (np.array([1, 2]), [1, 2]),
        ([[1, 2], [3, 4]], [[1, 2], [3, 4]]),
        ("1 2 3", None),
        ("[a, b]", None),
        ("2024-01-01 10:00", None),
        ([], None),
        (["a"], None),
        ([[1], [2, 3]], None),
        (3, None),
    ],
)
def test_a_list_in_a_cell(cell, values):
    found = list_of(cell)
    assert (None if found is None else found.tolist()) == values
