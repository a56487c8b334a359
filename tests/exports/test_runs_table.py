"""The runs as a file for a spreadsheet: a head, a line each, and nothing that a spreadsheet would run."""

from __future__ import annotations

import csv
import io

from deepclust.exports.runs_table import runs_as_csv


def test_a_line_for_each_run_and_no_formulas():
    rows = [
        {
            "id": "a",
            "name": "=1+1",
            "k": 10,
            "acc": None,
            "created": 0.0,
            "tags": ["b", "c"],
            "note": "x,\ny",
            "fingerprint": "f",
        },
        {"id": "b", "name": "", "k": 3, "acc": 0.5, "created": 0.0, "tags": [], "note": "", "fingerprint": "f"},
    ]
    head, *lines = csv.reader(io.StringIO(runs_as_csv(rows).decode()))
    assert head == ["id", "name", "k", "acc", "created", "tags", "note"]
    assert [line[:4] for line in lines] == [["a", "'=1+1", "10", ""], ["b", "", "3", "0.5"]]
    assert lines[0][5:] == ["b; c", "x,\ny"]


def test_no_runs_are_an_empty_table():
    assert runs_as_csv([]).strip() == b""
