"""Tables: dialects of csv, the kinds of columns, what suggests itself, and what is made of gaps, words and embeddings."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from deepclust.data.reading.tables import columnar, files, roles, workbook
from deepclust.data.reading.tables import dataset as module
from deepclust.data.reading.tables.columns import TableChoice
from deepclust.data.reading.tables.dataset import read_table
from deepclust.data.reading.tables.delimited import Delimited
from deepclust.data.reading.tables.open import open_table
from deepclust.data.reading.tables.roles import look_at_table

N = 60
DICE = np.random.default_rng(0)


def flowers() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "Id": [f"flower {i}" for i in range(N)],
            "length": DICE.normal(5, 1, N).round(2),
            "width": np.arange(N),
            "colour": np.array(["red", "blue", "red"])[np.arange(N) % 3],
            "species": np.array(["b", "a", "c"])[np.arange(N) % 3],
        }
    )


def written(frame: pd.DataFrame, path: Path) -> Path:
    if path.suffix == ".csv":
        frame.to_csv(path, index=False)
    elif path.suffix == ".tsv":
        frame.to_csv(path, index=False, sep="\t")
    elif path.suffix == ".parquet":
        frame.to_parquet(path, row_group_size=25)
    elif path.suffix == ".feather":
        frame.to_feather(path)
    else:
        frame.to_excel(path, index=False)
    return path


@pytest.mark.parametrize("ending", [".csv", ".tsv", ".parquet", ".feather", ".xlsx"])
def test_the_same_table_in_every_format(tmp_path, ending, monkeypatch):
    monkeypatch.setattr(files, "BLOCK_ROWS", 17)
    monkeypatch.setattr(columnar, "_PIECE", 2 * 25 * 8)  # two columns of a group of rows
    frame = flowers()
    path = written(frame, tmp_path / f"flowers{ending}")
    look = look_at_table(path)
    assert look.n_rows == N
    assert [(c.name, c.kind) for c in look.columns] == [
        ("Id", "other"),
        ("length", "number"),
        ("width", "number"),
        ("colour", "category"),
        ("species", "category"),
    ]
    assert look.suggested == TableChoice(("length", "width", "colour"), "species", "Id")
    assert look.head[1][3] == "blue"
    ds = read_table(path)
    assert ds.X.shape == (N, 4)
    np.testing.assert_allclose(ds.X[:, 0], frame["length"], rtol=1e-6)
    assert ds.X[:3, 2:].tolist() == [[1, 0], [0, 1], [1, 0]]
    assert ds.class_names == ("a", "b", "c")
    assert ds.y[:3].tolist() == [1, 0, 2]
    assert ds.name_of(59) == "flower 59"
    assert ds.notes == ("Columns of words became one column per value, 0 or 1: colour (2).",)
    assert (ds.name, ds.kind) == ("flowers", "vector")


@pytest.mark.parametrize(
    ("content", "columns", "first"),
    [
        (b"a;b\n1,5;2\n3,25;4\n", ("a", "b"), [1.5, 2]),
        (b"a|b\n1|2\n3|4\n", ("a", "b"), [1, 2]),
        (b"\xef\xbb\xbfa,b\r\n1,2\r\n3,4\r\n", ("a", "b"), [1, 2]),
        ("größe,b\n1,2\n3,4\n".encode("cp1252"), ("größe", "b"), [1, 2]),
        ("größe\tb\n1\t2\n3\t4\n".encode("utf-16"), ("größe", "b"), [1, 2]),
        (b"1,2\n3,4\n", ("column 1", "column 2"), [1, 2]),
        (b'"a","b, c"\n1,2\n3,4', ("a", "b, c"), [1, 2]),
        (b"a\n1\n3\n", ("a",), [1]),
        (b'a,b\n"r1",1,2\n"r2",3,4\n', ("a", "b"), [1, 2]),
        (b"a,b,\n1,2,\n3,4,\n", ("a", "b"), [1, 2]),
        (b'a,b\n"1\n",2\n3,4\n', ("a", "b"), [1, 2]),
    ],
)
def test_dialects_of_csv(tmp_path, content, columns, first):
    (tmp_path / "t.csv").write_bytes(content)
    look = look_at_table(tmp_path / "t.csv")
    assert set(columns) <= {c.name for c in look.columns}
    ds = read_table(tmp_path / "t.csv", TableChoice(columns))
    assert ds.X[0].tolist() == first
    assert ds.n_samples == 2


def test_names_of_columns_that_are_doubled_or_missing_get_a_number(tmp_path):
    (tmp_path / "t.csv").write_text("a,a,,a (2)\n1,2,3,4\n5,6,7,8\n")
    look = look_at_table(tmp_path / "t.csv")
    assert [c.name for c in look.columns] == ["a", "a (2)", "column 3", "a (2) (2)"]
    assert look.notes == ("Columns of the same name got a number: a (2), a (2) (2).",)
    assert read_table(tmp_path / "t.csv", TableChoice(("a (2)", "column 3"))).X[1].tolist() == [6, 7]
    import pyarrow as pa
    import pyarrow.parquet as pq

    table = pa.Table.from_arrays([pa.array([1.0, 2.0]), pa.array([3.0, 4.0])], names=["a", "a"])
    pq.write_table(table, tmp_path / "t.parquet")
    assert read_table(tmp_path / "t.parquet", TableChoice(("a (2)",))).X.ravel().tolist() == [3, 4]


def test_gaps_are_filled_with_the_median_or_their_rows_left_out(tmp_path):
    (tmp_path / "t.csv").write_text("a,b,c,word\n1,,inf,x\n2,5,1,\n9,,1,x\n4,6,3,y\n")
    columns = ("a", "b", "c", "word")
    filled = read_table(tmp_path / "t.csv", TableChoice(columns))
    assert filled.X[:, :3].tolist() == [[1, 5.5, 1], [2, 5, 1], [9, 5.5, 1], [4, 6, 3]]
    assert filled.X[:, 3:].tolist() == [[1, 0], [0, 0], [1, 0], [0, 1]]
    assert filled.notes[0] == (
        "Missing values were filled with the median of their column: b (2, filled with 5.5), c (1, filled with 1)."
    )
    dropped = read_table(tmp_path / "t.csv", TableChoice(columns, missing="drop", label="a", id="word"))
    assert dropped.X[:, :3].tolist() == [[4, 6, 3]]
    assert (dropped.class_names, dropped.ids.tolist()) == (("4",), [b"y"])
    assert "3 of 4 rows with missing values were left out." in dropped.notes
    (tmp_path / "t.csv").write_text("a,b\n1,\n2,\n")
    with pytest.raises(ValueError, match=r"every row has a missing value\. Fill the gaps .*: b\."):
        read_table(tmp_path / "t.csv", TableChoice(("a", "b"), missing="drop"))
    assert read_table(tmp_path / "t.csv", TableChoice(("a",))).notes == ("Columns that were not used: b (empty).",)


def test_words_far_down_in_a_column_of_numbers_count_as_missing(tmp_path, monkeypatch):
    monkeypatch.setattr(roles, "HEAD", 20)
    monkeypatch.setattr(files, "BLOCK_ROWS", 10)
    rows = [str(i) for i in range(40)]
    rows[25], rows[33] = "n/a?", "=1+2"
    (tmp_path / "t.csv").write_text("a\n" + "\n".join(rows))
    ds = read_table(tmp_path / "t.csv")
    assert ds.notes[0] == "Column a: 2 values are no numbers ('n/a?' in row 26) and count as missing."
    assert ds.X[33, 0] == ds.X[25, 0] == 18.5


def test_labels_of_all_kinds(tmp_path):
    frame = pd.DataFrame({"x": np.arange(12.0), "y": [10, 2, 2, 10] * 3})
    ds = read_table(written(frame, tmp_path / "t.parquet"))
    assert (ds.class_names, ds.y[:3].tolist()) == (("2", "10"), [1, 0, 0])
    frame["y"] = [1.0, np.nan, 2.0] * 4
    ds = read_table(written(frame, tmp_path / "t.parquet"), TableChoice(("x",), label="y"))
    assert (ds.class_names, ds.y[:3].tolist()) == (("(no label)", "1", "2"), [1, 0, 2])
    assert "4 rows have no label: they do not count in the scores." in ds.notes
    frame["y"] = [True, False] * 6
    ds = read_table(written(frame, tmp_path / "t.parquet"), TableChoice(("x",), label="y"))
    assert ds.class_names == ("False", "True")


@pytest.mark.parametrize("ending", [".csv", ".parquet", ".feather", ".xlsx"])
def test_the_head_is_as_long_as_asked_however_the_file_is_parted(tmp_path, ending):
    frame = pd.DataFrame({"a": range(90), "b": range(90)})
    path = tmp_path / f"t{ending}"
    frame.to_feather(path, chunksize=20) if ending == ".feather" else written(frame, path)
    table = open_table(path, "t")
    assert table.head(50)["b"].tolist() == list(range(50))
    assert len(table.head(500)) == 90


def test_ten_thousand_classes_are_possible(tmp_path):
    frame = pd.DataFrame({"x": np.arange(20_000.0), "label": np.arange(20_000) % 10_000})
    ds = read_table(written(frame, tmp_path / "t.parquet"), TableChoice(("x",), label="label"))
    assert ds.n_classes == 10_000
    assert ds.class_names[9_999] == "9999"


def test_embeddings_in_one_column(tmp_path):
    frame = pd.DataFrame({"id": ["a", "b", "c"], "embedding": [[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]})
    path = written(frame, tmp_path / "e.parquet")
    look = look_at_table(path)
    assert (look.column("embedding").kind, look.column("embedding").width) == ("vector", 2)
    assert look.suggested == TableChoice(("embedding",), None, "id")
    ds = read_table(path)
    assert ds.X.tolist() == [[1, 2], [3, 4], [5, 6]]
    frame["embedding"] = [[1.0, 2.0], [3.0], [5.0, 6.0]]
    with pytest.raises(ValueError, match=r"holds 2 numbers in the first row, but 1 in row 2"):
        read_table(written(frame, path))


def test_a_column_of_texts_becomes_tf_idf(tmp_path):
    texts = ["red apples and green pears", "rockets fly to the moon"] * 15
    frame = pd.DataFrame(
        {"id": range(30), "message": [f"{t} {i}" for i, t in enumerate(texts)], "label": ["f", "m"] * 15}
    )
    ds = read_table(written(frame, tmp_path / "t.csv"), TableChoice(text="message", label="label", id="id"))
    assert (ds.kind, ds.n_samples, ds.class_names) == ("text", 30, ("f", "m"))
    assert np.allclose((ds.X**2).sum(axis=1), 1, atol=1e-5)
    assert ds.name_of(29) == "29"
    only = frame[["message"]]
    assert look_at_table(written(only, tmp_path / "o.csv")).suggested == TableChoice(text="message")


def test_dates_and_long_words_are_not_features(tmp_path):
    frame = pd.DataFrame(
        {"when": pd.date_range("2026-01-01", periods=60), "code": [f"k{i}" for i in range(60)], "x": 1.5}
    )
    look = look_at_table(written(frame, tmp_path / "t.parquet"))
    assert [c.kind for c in look.columns] == ["other", "other", "number"]
    assert look.suggested.features == ("x",)
    with pytest.raises(ValueError, match="the columns when are neither numbers nor a few words"):
        read_table(tmp_path / "t.parquet", TableChoice(("when",)))


def test_an_excel_file_with_empty_lines_formulas_and_a_second_sheet(tmp_path):
    from openpyxl import Workbook

    book = Workbook()
    book.active.title = "empty"
    sheet = book.create_sheet("data")
    for row in ([], ["a", "b", None, None], [1, 2], [], [3, "=1+2", "over the edge"], [5, 6]):
        sheet.append(row)
    book.save(tmp_path / "t.xlsx")
    ds = read_table(tmp_path / "t.xlsx", TableChoice(("a", "b")))
    assert ds.X.tolist() == [[1, 2], [3, 4], [5, 6]], "a formula without a stored value is a gap"


# -- bad tables -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("t.csv", b"", "is empty"),
        ("t.csv", b"\n\n\n", "only empty lines"),
        ("t.csv", b"a,b\n", "no rows below its header"),
        ("t.csv", b"\0\1\2\0" * 100, "no text has"),
        ("t.csv", b"a" * 300_000, "no line end"),
        ("t.csv", b"a,b\n1,2\n" + b"1,2\n" * 30_000 + b"1,2,3,4\n", r"line 30,003 has 4 fields where 2 are expected"),
        ("t.parquet", b"PAR1 and nothing more PAR1", "cannot be read as a table"),
        ("t.feather", b"ARROW1 and nothing more", "cannot be read as a table"),
        ("t.xlsx", b"PK\x03\x04 and nothing more", "cannot be read as a table"),
        ("t.csv", b"name,when\nlong one,x y z a\nanother,b c d e\n", "t.csv"),
    ],
)
def test_what_is_no_table_is_refused(tmp_path, name, content, words):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(ValueError, match=words):
        read_table(tmp_path / name)


def test_cutting_a_parquet_short_or_flipping_bytes_never_ends_in_another_error(tmp_path):
    whole = written(flowers(), tmp_path / "t.parquet").read_bytes()
    rng = np.random.default_rng(1)
    refused = 0
    for _ in range(60):
        broken = bytearray(whole[: rng.integers(len(whole))] if rng.random() < 0.3 else whole)
        for _ in range(3):
            broken[rng.integers(len(broken))] = rng.integers(256)
        (tmp_path / "t.parquet").write_bytes(bytes(broken))
        try:
            read_table(tmp_path / "t.parquet")
        except ValueError:
            refused += 1
    assert refused > 20


def test_a_choice_that_does_not_fit_is_refused(tmp_path):
    path = written(flowers(), tmp_path / "t.csv")
    with pytest.raises(ValueError, match=r"has no column 'weight'\. It has: Id, length"):
        read_table(path, TableChoice(("weight",)))
    with pytest.raises(ValueError, match=r"no column of numbers is chosen.*Id \(other\)"):
        read_table(path, TableChoice())
    with pytest.raises(ValueError, match="Use one of median, drop"):
        read_table(path, TableChoice(("width",), missing="zero"))
    with pytest.raises(ValueError, match=r"has no 'rows' to choose\. There are: features"):
        TableChoice.from_json({"rows": 3})
    choice = TableChoice(("width",), "species")
    assert TableChoice.from_json(choice.to_json()) == choice


def test_too_much_for_memory_is_refused_before_it_is_taken(tmp_path):
    frame = pd.DataFrame(DICE.random((500, 4)), columns=list("abcd"))
    for ending in (".parquet", ".csv"):
        path = written(frame, tmp_path / f"t{ending}")
        with pytest.raises(ValueError, match=r"500 rows of 4 numbers need .* at most 0\.0 GiB"):
            read_table(path, max_bytes=7_999)
        assert read_table(path, max_bytes=8_000).n_samples == 500
    wide = pd.DataFrame({"a": list("xyz") * 100, "b": range(300)})
    with pytest.raises(ValueError, match="300 rows of 4 numbers need"):
        read_table(written(wide, tmp_path / "w.csv"), TableChoice(("a", "b")), max_bytes=300 * 4 * 3)


def test_too_many_columns_and_too_many_words_are_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(files, "MAX_COLUMNS", 3)
    (tmp_path / "t.csv").write_text("a,b,c,d\n1,2,3,4\n")
    with pytest.raises(ValueError, match=r"has 4 columns; at most 3"):
        look_at_table(tmp_path / "t.csv")
    monkeypatch.setattr(roles, "HEAD", 20)
    monkeypatch.setattr(module, "MOST_CATEGORIES", 5)
    (tmp_path / "t.csv").write_text("a,b\n" + "x,1\ny,2\n" * 10 + "".join(f"w{i},1\n" for i in range(9)))
    with pytest.raises(ValueError, match="more than 5 different values"):
        read_table(tmp_path / "t.csv", TableChoice(("a", "b")))


def test_a_file_that_grows_while_it_is_read_is_refused(tmp_path, monkeypatch):
    path = written(pd.DataFrame({"a": range(100)}), tmp_path / "t.csv")
    monkeypatch.setattr(Delimited, "most_rows", lambda self: 50)
    with pytest.raises(ValueError, match="changed while it was read"):
        read_table(path)


def test_an_excel_bomb_is_refused(tmp_path, monkeypatch):
    path = written(pd.DataFrame({"a": range(5000)}), tmp_path / "t.xlsx")
    monkeypatch.setattr(workbook, "MAX_BYTES", 1000)
    with pytest.raises(ValueError, match="would unpack to"):
        look_at_table(path)


def test_a_word_that_never_changes_is_no_feature_and_long_tables_have_unknown_length(tmp_path, monkeypatch):
    monkeypatch.setattr(roles, "HEAD", 20)
    frame = pd.DataFrame({"a": range(40), "b": ["same"] * 40})
    look = look_at_table(written(frame, tmp_path / "t.csv"))
    assert look.suggested.features == ("a",)
    assert look.n_rows is None
    assert look_at_table(written(frame, tmp_path / "t.parquet")).n_rows == 40


def test_hostile_names_stay_texts(tmp_path):
    frame = pd.DataFrame({'=cmd|"/c calc"!A1': [1.0, 2.0], "<b>🎈</b>": [3.0, 4.0], "label": ["'; DROP", "@x"]})
    ds = read_table(written(frame, tmp_path / "t.csv"))
    assert ds.X.tolist() == [[1, 3], [2, 4]]
    assert ds.class_names == ("'; DROP", "@x")


def test_rows_without_any_value_are_remarks_and_left_out(tmp_path):
    rows = [f"{i / 7:.3f},{i},{'xy'[i % 2]}" for i in range(30)]
    rows[20:20] = ["# second run,,"]
    (tmp_path / "t.csv").write_text("\n".join(["a,b,kind", *rows, "Total", ""]))
    ds = read_table(tmp_path / "t.csv")
    assert (ds.n_samples, ds.class_names) == (30, ("x", "y"))
    assert "Left out, without any value: 2 rows are empty but for a remark." in ds.notes


def test_one_word_for_gaps_leaves_a_column_one_of_numbers(tmp_path):
    rows = [f"{'missing' if i % 6 == 0 else i / 7},{i},{'xy'[i % 2]}" for i in range(30)]
    (tmp_path / "t.csv").write_text("\n".join(["a,b,kind", *rows]))
    ds = read_table(tmp_path / "t.csv")
    assert ds.feature_shape == (2,)
    assert any("5 values are no numbers ('missing' in row 1)" in note for note in ds.notes)


@pytest.mark.parametrize("missing", ["median", "drop"])
def test_what_goes_with_the_rows_stays_with_them_where_some_are_left_out(tmp_path, missing):
    rows = [f"r{i},{i / 7:.3f},{'' if i == 5 else i},{'xy'[i % 2]}" for i in range(30)]
    rows[20:20] = ["remark,,,"]
    (tmp_path / "t.csv").write_text("\n".join(["id,a,b,kind", *rows]))
    choice = TableChoice(("a", "b"), label="kind", id="id", missing=missing)
    ds = read_table(tmp_path / "t.csv", choice)
    expected = [i for i in range(30) if missing == "median" or i != 5]
    assert [ds.name_of(row) for row in range(ds.n_samples)] == [f"r{i}" for i in expected]
    np.testing.assert_allclose(ds.X[:, 0], np.array(expected) / 7, atol=1e-3)
    assert ds.y is not None
    assert ds.y.tolist() == [i % 2 for i in expected]
    (column,) = [c for c in ds.columns if c.name == "a"]
    np.testing.assert_allclose(column.values, ds.X[:, 0], atol=1e-6)
