"""Workbooks: the sheet that holds the table, a choice of sheets, and JSON records."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest

from deepclust.data.reading.read import read_file
from deepclust.data.reading.tables.roles import look_at_table

FRAME = pd.DataFrame({"a": np.arange(12) / 7, "b": np.arange(12) % 5, "label": ["ash", "birch"] * 6})


def test_the_first_sheet_with_a_table_is_read_and_another_can_be_chosen(tmp_path):
    with pd.ExcelWriter(tmp_path / "t.xlsx") as writer:
        pd.DataFrame({"Read me": ["Some words.", "More words."]}).to_excel(writer, sheet_name="About", index=False)
        FRAME.to_excel(writer, sheet_name="Data", index=False, startrow=2)
        FRAME.head(4).to_excel(writer, sheet_name="More", index=False)
    data = read_file(tmp_path / "t.xlsx")
    assert (data.n_samples, data.class_names) == (12, ("ash", "birch"))
    assert "The sheet Data was read; there are also About, More." in data.notes
    assert look_at_table(tmp_path / "t.xlsx").sheets == ("Data", "About", "More")
    assert read_file(tmp_path / "t.xlsx", {"sheet": "More"}).n_samples == 4
    with pytest.raises(ValueError, match=r"has no sheet 'None'\. It has: About, Data, More"):
        read_file(tmp_path / "t.xlsx", {"sheet": "None"})


def test_a_file_of_one_table_has_no_sheets(tmp_path):
    FRAME.to_csv(tmp_path / "t.csv", index=False)
    with pytest.raises(ValueError, match="no sheets to choose from"):
        read_file(tmp_path / "t.csv", {"sheet": "More"})


@pytest.mark.parametrize("ending", [".jsonl", ".ndjson", ".json", ".jsonl.gz"])
def test_records_of_json(tmp_path, ending):
    path = tmp_path / f"t{ending}"
    if ending == ".json":
        path.write_text(FRAME.to_json(orient="records"))
    else:
        FRAME.to_json(path, orient="records", lines=True)
    data = read_file(path)
    assert (data.feature_shape, data.class_names) == ((2,), ("ash", "birch"))


def test_embeddings_and_records_in_records(tmp_path):
    records = [{"id": f"r{i}", "embedding": [i, 2.5, 3], "meta": {"label": "xy"[i % 2]}} for i in range(10)]
    (tmp_path / "t.jsonl").write_text("\n".join(map(json.dumps, records)))
    data = read_file(tmp_path / "t.jsonl")
    assert (data.feature_shape, data.class_names, data.ids[0]) == ((3,), ("x", "y"), b"r0")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('{"a": 1}\n{"a": \n', "line 2 is no JSON"),
        ("[1, 2]", "record 1 is no record"),
        ("[" * 100_000, "nested too deeply|is no JSON"),
        ("[]", "holds no records"),
    ],
)
def test_what_is_no_record(tmp_path, text, words):
    (tmp_path / "t.json").write_text(text)
    with pytest.raises(ValueError, match=words):
        read_file(tmp_path / "t.json")


@pytest.mark.parametrize("orient", ["columns", "index", "split", "records", "list", "under a key", "over many lines"])
def test_tables_of_one_json_in_every_form(tmp_path, orient):
    frame = FRAME.set_axis([f"row {i}" for i in range(len(FRAME))])
    if orient == "list":
        text = json.dumps(FRAME.to_dict("list"))
    elif orient == "under a key":
        text = json.dumps({"version": 1, "rows": FRAME.to_dict("records")})
    elif orient == "over many lines":
        text = json.dumps(FRAME.to_dict("records"), indent=1)
    else:
        text = frame.to_json(orient=orient)
    (tmp_path / "t.json").write_text(text)
    data = read_file(tmp_path / "t.json")
    assert (data.n_samples, data.feature_shape, data.class_names) == (len(FRAME), (2,), ("ash", "birch"))
