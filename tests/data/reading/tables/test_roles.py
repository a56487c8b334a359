"""Which part each column plays: labels, names of rows, features and what is left out, by names and by values."""

from __future__ import annotations

import io
import json

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from PIL import Image

from deepclust.data.dataset import NO_LABEL
from deepclust.data.prepare import prepare
from deepclust.data.reading.labels import words_of
from deepclust.data.reading.read import read_file
from deepclust.data.reading.tables.columns import TableChoice
from deepclust.data.reading.tables.dataset import read_table
from deepclust.data.reading.tables.roles import look_at_table

N = 40
DICE = np.random.default_rng(0)
A, B = DICE.normal(size=(2, N)).round(3)
WORDS = np.array(["ash", "birch"])[np.arange(N) % 2]
CODES = np.arange(N) % 3


def suggested(tmp_path, **columns) -> TableChoice:
    pd.DataFrame(columns).to_csv(tmp_path / "t.csv", index=False)
    return look_at_table(tmp_path / "t.csv").suggested


@pytest.mark.parametrize("name", ["CustomerID", "track_id", "tweet id", "Row ID", "uuid"])
def test_an_id_is_no_feature(tmp_path, name):
    ids = 10**18 + DICE.permutation(N).astype(np.int64) * 7
    choice = suggested(tmp_path, **{name: ids, "a": A, "b": B})
    assert (choice.id, choice.features) == (name, ("a", "b"))
    choice = suggested(tmp_path, **{"a": A, name: ids // 10**17, "b": B})
    assert (choice.id, choice.features) == (None, ("a", "b")), "also where it repeats"


def test_the_index_column_of_pandas_names_the_rows(tmp_path):
    frame = pd.DataFrame({"a": A, "b": B, "label": WORDS})
    for one in (frame, frame.sample(frac=1, random_state=0)):
        one.to_csv(tmp_path / "t.csv")
        choice = look_at_table(tmp_path / "t.csv").suggested
        assert (choice.id, choice.features, choice.label) == ("column 1", ("a", "b"), "label")


def test_numbers_of_rows_in_the_first_column_are_no_feature_whatever_they_are_called(tmp_path):
    assert suggested(tmp_path, specimen=np.arange(1, N + 1), a=A, b=B).features == ("a", "b")
    assert suggested(tmp_path, a=A, width=np.arange(1, N + 1)).features == ("a", "width"), "elsewhere they may measure"
    assert suggested(tmp_path, a=np.arange(N)).features == ("a",), "rather that than nothing"


@pytest.mark.parametrize("name", ["variety", "Species", "true_label", "cluster_id", "class", "ClassName", "Diagnosis"])
def test_labels_are_known_by_the_last_word_of_their_name(tmp_path, name):
    for values in (WORDS, CODES):
        choice = suggested(tmp_path, **{"a": A, name: values, "b": B})
        assert (choice.label, choice.features) == (name, ("a", "b"))


def test_labels_are_the_last_column_of_words_else_the_first(tmp_path):
    assert suggested(tmp_path, a=A, b=B, Sorte=WORDS).label == "Sorte"
    assert suggested(tmp_path, Sorte=WORDS, a=A, b=B).label == "Sorte"
    assert suggested(tmp_path, a=A, b=B, number=CODES).label is None
    choice = suggested(tmp_path, a=A, variety=WORDS, source_file=[f"batch{i % 4}.csv" for i in range(N)])
    assert (choice.label, choice.features) == ("variety", ("a",))


def test_labels_of_a_table_without_a_header_stand_at_an_end(tmp_path):
    for columns in ([A, B, CODES], [CODES, A, B]):
        np.savetxt(tmp_path / "t.csv", np.column_stack(columns), delimiter=",", fmt="%g")
        choice = look_at_table(tmp_path / "t.csv").suggested
        assert choice.label == ("column 3" if columns[0] is A else "column 1")
        assert len(choice.features) == 2


def test_y_beside_x_is_a_place_unless_it_has_few_values(tmp_path):
    x, y = DICE.integers(0, 30, (2, 200))
    assert suggested(tmp_path, x=x, y=y).features == ("x", "y")
    choice = suggested(tmp_path, x=np.arange(200) / 7, y=np.arange(200) % 3)
    assert (choice.label, choice.features) == ("y", ("x",))


def test_the_labels_once_more_are_no_feature(tmp_path):
    choice = suggested(tmp_path, a=A, b=B, target=CODES, species=np.array(["x", "y", "z"])[CODES])
    assert (choice.label, choice.features) == ("target", ("a", "b"))


def test_what_is_left_out_and_why_is_noted(tmp_path):
    pd.DataFrame({"a": A, "when": [f"2024-01-{i % 28 + 1:02d} {i}" for i in range(N)], "split": WORDS}).to_csv(
        tmp_path / "t.csv", index=False
    )
    (note,) = read_file(tmp_path / "t.csv").notes
    assert "split (says where a row comes from)" in note


def test_features_are_called_what_their_columns_are(tmp_path):
    lists = [f"[{a}, {b}]" for a, b in zip(A, B, strict=True)]
    pd.DataFrame({"width": A, "code": lists, "tree": WORDS, "target": CODES}).to_csv(tmp_path / "t.csv", index=False)
    choice = TableChoice(features=("width", "code", "tree"), label="target")
    table = read_table(tmp_path / "t.csv", choice)
    assert table.feature_names == ("width", "code[0]", "code[1]", "tree = ash", "tree = birch")
    assert np.allclose(table.X[:, 2], B, atol=1e-6)
    assert np.array_equal(table.X[:, 4], WORDS == "birch")
    assert prepare(table, "standardise").feature_names == table.feature_names
    assert prepare(table, "pca", 2).feature_names == ()


def test_a_part_that_is_chosen_moves_the_others(tmp_path):
    pd.DataFrame({"a": A, "kind": WORDS, "other": np.roll(WORDS, 3)}).to_csv(tmp_path / "t.csv", index=False)
    assert look_at_table(tmp_path / "t.csv").suggested.label == "other"
    choice = look_at_table(tmp_path / "t.csv", chosen={"label": "kind"}).suggested
    assert (choice.label, choice.features) == ("kind", ("a", "other"))
    choice = look_at_table(tmp_path / "t.csv", chosen={"label": None, "features": ["a"]}).suggested
    assert (choice.label, choice.features) == (None, ("a",))


@pytest.mark.parametrize(
    ("labels", "names", "n_known"),
    [
        (["ash", " ash", "birch ", "birch"], ("ash", "birch"), 4),
        (["ash", None, "birch", "?"], (NO_LABEL, "ash", "birch"), 2),
        ([0, -1, 1, 1], (NO_LABEL, "0", "1"), 3),
        ([-1, 1, -1, 1], ("-1", "1"), 4),
        ([1.0, None, 2.0, 10.0], (NO_LABEL, "1", "2", "10"), 3),
    ],
)
def test_labels_of_all_writings(tmp_path, labels, names, n_known):
    frame = pd.DataFrame({"a": np.arange(40) / 7, "label": labels * 10})
    frame.to_csv(tmp_path / "t.csv", index=False)
    data = read_table(tmp_path / "t.csv", TableChoice(("a",), "label"))
    assert data.class_names == names
    assert int((data.judged >= 0).sum()) == 10 * n_known


def test_labels_that_differ_only_in_case_are_pointed_at(tmp_path):
    pd.DataFrame({"a": A, "label": np.where(np.arange(N) % 4, WORDS, "ASH")}).to_csv(tmp_path / "t.csv", index=False)
    assert any("upper and lower case" in note and "ASH, ash" in note for note in read_file(tmp_path / "t.csv").notes)


def test_numbers_far_from_0_and_very_large_ones_keep_their_differences(tmp_path):
    frame = pd.DataFrame({"east": 455_000 + A / 100, "ms": 1.7e12 + np.arange(N) % 7, "huge": A * 1e299})
    frame.to_csv(tmp_path / "t.csv", index=False)
    data = read_file(tmp_path / "t.csv")
    assert [len(np.unique(column)) for column in data.X.T] == [len(np.unique(A)), 7, len(np.unique(A))]
    assert np.allclose(np.diff(data.X[:, 0]), np.diff(A) / 100, atol=1e-6)
    assert any("very large numbers" in note for note in data.notes)
    assert sum("is counted from" in note for note in data.notes) == 2


def squares(side: int) -> np.ndarray:
    """Pictures of a bright square at another place each."""
    X = np.zeros((N, side, side), np.uint8)
    for i, picture in enumerate(X):
        at = i % (side - 5)
        picture[at : at + 5, at // 2 : at // 2 + 5] = 200 + i
    return X


@pytest.mark.parametrize("header", [True, False])
def test_rows_of_pixels_are_pictures(tmp_path, header):
    pixels = pd.DataFrame(squares(12).reshape(N, -1)).add_prefix("pixel")
    pixels.insert(0, "label", CODES)
    pixels.to_csv(tmp_path / "t.csv", index=False, header=header)
    data = read_file(tmp_path / "t.csv")
    assert (data.kind, data.feature_shape, data.n_classes) == ("image", (12, 12), 3)
    assert np.allclose(data.X * 255, squares(12))
    flat = read_file(tmp_path / "t.csv", {"pictures": None})
    assert (flat.kind, flat.feature_shape) == ("vector", (144,))


def test_columns_of_numbers_without_neighbours_are_no_pictures(tmp_path):
    pd.DataFrame(DICE.integers(0, 256, (N, 144))).to_csv(tmp_path / "t.csv", index=False)
    assert read_file(tmp_path / "t.csv").kind == "vector"


def test_pixels_in_one_cell_and_lists_of_lists_are_pictures(tmp_path):
    cells = [" ".join(map(str, p.ravel())) for p in squares(10)]
    pd.DataFrame({"emotion": CODES, "pixels": cells, "Usage": WORDS}).to_csv(tmp_path / "t.csv", index=False)
    pq.write_table(pa.table({"image": squares(10).tolist()}), tmp_path / "t.parquet")
    for name in ("t.csv", "t.parquet"):
        assert np.allclose(read_file(tmp_path / name).X * 255, squares(10))


@pytest.mark.parametrize("struct", [True, False])
def test_a_column_of_picture_files(tmp_path, struct):
    def png(pixels: np.ndarray) -> bytes:
        stream = io.BytesIO()
        Image.fromarray(pixels).save(stream, "PNG")
        return stream.getvalue()

    files = [png(p) for p in squares(9)]
    files[3] = b"\x89PNG and nothing more"
    table = pa.table({"image": [{"bytes": f, "path": "x"} for f in files] if struct else files, "label": CODES})
    about = {"info": {"features": {"label": {"_type": "ClassLabel", "names": ["ash", "birch", "cedar"]}}}}
    pq.write_table(table.replace_schema_metadata({"huggingface": json.dumps(about)}), tmp_path / "t.parquet")
    data = read_file(tmp_path / "t.parquet")
    assert (data.kind, data.n_samples, data.class_names) == ("image", N - 1, ("ash", "birch", "cedar"))
    assert data.y.tolist() == [c for i, c in enumerate(CODES) if i != 3]
    assert np.allclose(data.X[3] * 255, squares(9)[4])


def test_words_of_a_name():
    assert words_of("CustomerID") == ["customer", "id"]
    assert words_of("Annual Income (k$)") == ["annual", "income", "k"]
    assert words_of("HTTPStatus_code2") == ["http", "status", "code", "2"]
    assert words_of("长度") == ["长度"]


def test_codes_at_an_end_are_labels_and_said_to_be_guessed(tmp_path):
    for columns in ({"a": A, "b": B, "grown": CODES}, {"cultivar": CODES + 1, "a": A, "b": B}):
        pd.DataFrame(columns).to_csv(tmp_path / "t.csv", index=False)
        data = read_file(tmp_path / "t.csv")
        assert (data.n_classes, data.feature_shape) == (3, (2,))
        assert any("its values look like those of classes" in note for note in data.notes)
    for name in ("number", "bedrooms", "age"):
        assert suggested(tmp_path, **{"a": A, "b": B, name: CODES}).label is None
    assert suggested(tmp_path, a=A, b=CODES, c=CODES[::-1]).label is None, "which of two"
    assert suggested(tmp_path, a=A, b=B, c=np.arange(N) % 20).label is None, "too few rows for each"


@pytest.mark.parametrize("name", ["Survived", "ground_truth", "churn", "isFraud", "subtype"])
def test_labels_of_other_names(tmp_path, name):
    choice = suggested(tmp_path, **{"number": np.arange(N) % 4, name: CODES % 2, "a": A, "b": B})
    assert choice.label == name


@pytest.mark.parametrize("name", ["PassengerId", "user_uuid", "Nr.", "Lfd-Nr", "OrderNo", "SampleID"])
def test_other_names_of_rows(tmp_path, name):
    choice = suggested(tmp_path, **{name: DICE.permutation(N) + 5, "a": A, "b": B, "kind": WORDS})
    assert (choice.id, choice.features) == (name, ("a", "b"))


def test_every_candidate_for_the_labels_is_named(tmp_path):
    pd.DataFrame({"land": WORDS, "a": A, "grown": CODES, "illness": np.roll(WORDS, 3), "id": range(N)}).to_csv(
        tmp_path / "t.csv", index=False
    )
    look = look_at_table(tmp_path / "t.csv")
    assert (set(look.candidates), look.is_sure) == ({"land", "grown", "illness"}, False)
    assert look_at_table(tmp_path / "t.csv", "", {"label": "land"}).suggested.label == "land"
    pd.DataFrame({"a": A, "species": WORDS}).to_csv(tmp_path / "t.csv", index=False)
    assert look_at_table(tmp_path / "t.csv").is_sure


def test_a_table_of_uci_with_an_id_and_words_for_labels_and_one_with_codes_left_out(tmp_path):
    rows = [f"{842302 + 37 * i},{'MB'[i % 2]},{a},{b}" for i, (a, b) in enumerate(zip(A, B, strict=True))]
    (tmp_path / "wdbc.data").write_text("\n".join(rows))
    choice = look_at_table(tmp_path / "wdbc.data").suggested
    assert (choice.id, choice.label, len(choice.features)) == ("column 1", "column 2", 2)
    codes = np.array([1, 2, 3, 5, 6, 7])[np.arange(N) % 6]
    np.savetxt(tmp_path / "glass.data", np.column_stack([np.arange(N) + 1, A, B, codes]), delimiter=",", fmt="%g")
    choice = look_at_table(tmp_path / "glass.data").suggested
    assert (choice.id, choice.label, len(choice.features)) == ("column 1", "column 4", 2)
