"""Columns that are kept beside the samples: numbers, words, gaps, the rows that were left out, and never the labels."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from deepclust.data.own import keep_dataset, open_own
from deepclust.data.prepare import subset
from deepclust.data.reading.own_columns import MOST_WORDS
from deepclust.data.reading.tables.columns import TableChoice
from deepclust.data.reading.tables.dataset import read_table


@pytest.fixture
def table(tmp_path: Path) -> Path:
    path = tmp_path / "customers.csv"
    rows = [f"{20 + i},{'' if i == 3 else i / 2},{['Ulm', 'Graz'][i % 2]},note {i},{'AB'[i % 2]}" for i in range(100)]
    path.write_text("age,basket,city,remark,segment\n" + "\n".join(rows) + "\n")
    return path


def test_numbers_and_words_are_kept_and_labels_are_not(table: Path, tmp_path: Path) -> None:
    dataset = read_table(table, TableChoice(features=("age", "basket"), label="segment"))
    columns = {column.name: column for column in dataset.columns}
    assert set(columns) == {"age", "basket", "city"}, "not the labels, and no column of too many words"
    assert columns["age"].values[:3].tolist() == [20, 21, 22]
    assert columns["age"].words is None
    assert np.flatnonzero(np.isnan(columns["basket"].values)).tolist() == [3]
    assert columns["city"].words == ("Graz", "Ulm")
    assert columns["city"].values[:3].tolist() == [1, 0, 1]
    assert len(set(range(100))) > MOST_WORDS

    again = open_own(keep_dataset(dataset, tmp_path / "own")["own"], tmp_path / "own")
    for column, kept in zip(dataset.columns, again.columns, strict=True):
        assert (column.name, column.words) == (kept.name, kept.words)
        assert np.array_equal(column.values, kept.values, equal_nan=True)


def test_columns_follow_the_rows(table: Path) -> None:
    dropped = read_table(table, TableChoice(features=("age", "basket"), label="segment", missing="drop"))
    ages = next(column for column in dropped.columns if column.name == "age")
    assert ages.values[:4].tolist() == [20, 21, 22, 24]
    some = subset(dropped, 10)
    rows = next(column for column in some.columns if column.name == "age").values
    assert rows.tolist() == some.X[:, 0].tolist()
