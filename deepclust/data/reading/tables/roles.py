"""Which part each column of a table plays: label, name of the row, feature, or none, by parts of its name and its values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from deepclust.data.reading.labels import LABEL_WORDS, label_rank, words_of
from deepclust.data.reading.pictures.flat import flat_shape
from deepclust.data.reading.source import shorten
from deepclust.data.reading.tables.cells import list_of, numbers_of
from deepclust.data.reading.tables.columns import MISSING, Column, TableChoice, TableLook, cell_text, judge
from deepclust.data.reading.tables.files import TableFile
from deepclust.data.reading.tables.open import open_table

if TYPE_CHECKING:
    import pandas as pd

HEAD = 10_000  # rows by which columns are judged
ENOUGH_TO_COUNT = 20  # rows from which on 0, 1, 2, ... in the first column are numbers of rows, whatever it is called
FEWEST_PER_CODE = 5  # rows that there are for each code of a class, at least
ID_WORDS = ("id", "ids", "uuid", "guid", "rowid", "rownames")
UNIQUE_WORDS = ("index", "idx", "key", "no", "nr", "number")  # of a row where no two values are equal
NAME_WORDS = ("name", "names", "filename", "file", "path", "sample", "title", "url", "image")
COUNT_WORDS = {  # whole numbers from 1 on that are no classes
    *(
        "number",
        "count",
        "num",
        "no",
        "nr",
        "n",
        "size",
        "quantity",
        "rooms",
        "bedrooms",
        "bathrooms",
        "children",
        "doors",
    ),
    *("age", "year", "month", "day", "hour", "week", "rank", "order", "level", "floor", "rating", "score"),
}
ORIGIN_WORDS = ("file", "filename", "path", "url", "source", "usage", "split", "fold", "subset", "partition", "batch")
_AFTER_A_LABEL = ("id", "name", "names", "code", "no", "nr", "number", "label")
_ABSCISSAE = (
    "x",
    "x1",
    "lon",
    "longitude",
    "easting",
)  # beside one of these, y is an ordinate unless it has few values
_INDEX_NAMES = ("unnamed: 0", "__index_level_0__", "index", "row")


def look_at_table(path: Path, label: str = "", chosen: Mapping[str, Any] | None = None) -> TableLook:
    """Read the first rows of a table and judge its columns. chosen: parts that are settled; the others follow them.

    ValueError if it is no table that can be read.
    """
    chosen = chosen or {}
    table = open_table(path, label or path.name, chosen.get("header"), chosen.get("sheet"))
    frame = table.head(HEAD)
    if frame.empty:
        raise ValueError(f"{table.label} holds no rows below its header. At least one row of values is needed.")
    columns = tuple(judge(name, frame[name], table.decimal, name in table.nameless) for name in frame.columns)
    head = tuple(tuple(cell_text(v) for v in row) for row in frame.head(5).itertuples(index=False, name=None))
    n_rows = len(frame) if len(frame) < HEAD else table.n_rows
    suggested, left_out = suggest(columns, table, frame, chosen)
    few = [
        c
        for c in _few(columns, len(frame))
        if not c.unique and (c.kind == "category" or _are_codes(c) or _label_word(c))
    ]
    candidates = sorted(few, key=lambda c: (label_rank(c.name), c.kind != "category"))
    return TableLook(
        n_rows,
        columns,
        head,
        suggested,
        tuple(table.notes),
        left_out,
        table.sheets,
        table.has_header,
        table.may_choose_header,
        candidates=tuple(c.name for c in candidates),
        is_sure=any(_label_word(c) for c in candidates if c.name == suggested.label) or bool(table.classes),
    )


def suggest(
    columns: tuple[Column, ...], table: TableFile, frame: pd.DataFrame, chosen: Mapping[str, Any]
) -> tuple[TableChoice, dict[str, str]]:
    """The parts that suggest themselves where ``chosen`` names none, and why the columns without a part have none."""
    n_rows = len(frame)
    label = chosen["label"] if "label" in chosen else _label(columns, n_rows, table)
    row_id = chosen["id"] if "id" in chosen else _row_id(columns, n_rows, label, table)
    left_out: dict[str, str] = {}
    vectors = [c for c in columns if c.kind in ("vector", "picture") and c.name not in (label, row_id)]
    for column in columns:
        why = "" if column.name in (label, row_id) else _why_not(column, columns, n_rows, label, vectors)
        if why:
            left_out[column.name] = why
    features = tuple(c.name for c in columns if c.name not in (label, row_id, *left_out))
    text = chosen.get("text")
    if text is None and not features and not chosen.get("features"):
        text = next((c.name for c in columns if c.kind == "text" and c.name not in (label, row_id)), None)
    if "features" in chosen:
        features = tuple(chosen["features"] or ())
    elif text is not None:
        features = ()
    elif not features:  # rather numbers that count the rows than nothing
        row_id = chosen.get("id")
        features = tuple(c.name for c in columns if c.kind == "number" and c.name not in (label, row_id))
    left_out = {name: why for name, why in left_out.items() if name not in (*features, text)}
    choice = TableChoice.from_json({**chosen, "features": features, "label": label, "id": row_id, "text": text})
    if "pictures" not in chosen and text is None:
        choice = replace(choice, pictures=_pictures(columns, features, frame, table.decimal))
    return choice, left_out


def check_choice(choice: TableChoice, look: TableLook, label: str) -> None:
    """ValueError for columns that are not there or cannot play their part."""
    names = [c.name for c in look.columns]
    for column in (*choice.features, choice.label, choice.id, choice.text):
        if column is not None and column not in names:
            raise ValueError(f"{label} has no column {column!r}. It has: {shorten(names, 20)}. Choose among these.")
    if choice.missing not in MISSING:
        raise ValueError(f"missing={choice.missing!r} is not known. Use one of {', '.join(MISSING)}.")
    if choice.text is not None:
        return
    unusable = [c for c in choice.features if look.column(c).kind in ("text", "other")]
    if unusable:
        raise ValueError(
            f"{label}: the columns {shorten(unusable)} are neither numbers nor a few words. Leave them out, or choose one "
            "of them as the text."
        )
    if not choice.features:
        kinds = ", ".join(f"{c.name} ({c.kind})" for c in look.columns[:10])
        raise ValueError(
            f"{label}: no column of numbers is chosen, so there is nothing to cluster. Its columns: {kinds}. Choose at "
            "least one column of numbers or of few different words, or one column of texts."
        )
    pictures = [c for c in choice.features if look.column(c).kind == "picture"]
    if choice.size is not None and not pictures:
        raise ValueError(f"{label}: a size is for a column of picture files, and none is chosen. Leave the size out.")
    if pictures and len(choice.features) > 1:
        raise ValueError(f"{label}: the pictures of {pictures[0]!r} are clustered alone. Leave the other columns out.")


def _label(columns: tuple[Column, ...], n_rows: int, table: TableFile) -> str | None:
    """The column of the true classes: by its name, else one of words at the end or at the beginning."""
    few = _few(columns, n_rows)
    if table.classes:
        return columns[-1].name
    abscissa = next((c for c in columns if c.name.strip().lower() in _ABSCISSAE), None)
    for word in LABEL_WORDS:
        named = [c for c in few if _label_word(c) == word]
        if named and not (word == "y" and abscissa is not None and named[0].n_values > min(10, abscissa.n_values / 2)):
            return named[0].name
    if columns[-1] in few and columns[-1].kind == "category":
        return columns[-1].name
    category = [c for c in columns if c.kind == "category"]
    last = next((c for c in reversed(columns) if not _tells_origin(c)), None)
    if last is not None and last in few and last.kind == "category" and len(columns) > 1:
        return last.name
    if len(category) == 1 and category[0] in few and len(columns) > 2:
        if category[0] is columns[0] or not table.has_header:
            return category[0].name
    # codes of classes at an end, where hardly any other column looks like that; under a header they might be a count as well
    if len(columns) > 2:
        ends = [
            c
            for c in (columns[-1], columns[0])
            if c in few and c.kind == "number" and n_rows >= FEWEST_PER_CODE * c.n_values
            if _are_codes(c, gaps=not table.has_header) and not set(words_of(c.name)) & COUNT_WORDS
        ]
        others = [c for c in few if not c.unique and c not in ends[:1] and (_are_codes(c) or c.kind == "category")]
        if ends and len(others) <= (0 if table.has_header else len(columns) // 5):
            return ends[0].name
    return None


def _few(columns: tuple[Column, ...], n_rows: int) -> list[Column]:
    """The columns of words or whole numbers whose values are few enough to be classes."""
    return [
        c
        for c in columns
        if c.kind in ("number", "category")
        and 2 <= c.n_values <= max(50, n_rows // 5)
        and (c.kind == "category" or c.whole)
        and not _tells_origin(c)
    ]


def _label_word(column: Column) -> str:
    """The word in a column's name that makes it one of labels; "" if there is none."""
    words = words_of(column.name)
    if len(words) > 1 and words[-1] in _AFTER_A_LABEL and words[-2] in LABEL_WORDS:
        return words[-2]
    return words[-1] if words and words[-1] in LABEL_WORDS else ""


def _are_codes(column: Column, gaps: bool = False) -> bool:
    """Whether whole numbers are those of classes: 0, 1, 2, ... or 1, 2, 3, ..., where ``gaps`` says so with some left out."""
    if column.low not in (0.0, 1.0) or column.high is None or column.n_values > 50:
        return False
    span = column.high - column.low + 1
    return span == column.n_values or (gaps and column.n_values > 2 and span < 2 * column.n_values)


def _row_id(columns: tuple[Column, ...], n_rows: int, label: str | None, table: TableFile) -> str | None:
    """The column whose values name the rows: no two are equal, and its name or its values say so."""
    unique = [c for c in columns if c.unique and c.name != label and not c.n_missing and n_rows > 1]
    for column in unique:
        words = words_of(column.name)
        if words and words[-1] in NAME_WORDS and column.kind != "number":
            return column.name
    for column in unique:
        if _is_number_of_row(column) and (column.counting or column.kind != "number" or column.whole):
            return column.name
    if not table.has_header and n_rows >= ENOUGH_TO_COUNT and columns[0] in unique and columns[0].whole:
        measures = [c for c in columns[1:] if c.kind == "number" and c.name != label]
        if len(measures) > 1 and not any(c.whole for c in measures):  # alone in whole numbers, no two of them equal
            return columns[0].name
    counting = [c for c in unique if c is columns[0] and c.counting and n_rows >= ENOUGH_TO_COUNT and len(columns) > 1]
    return next((c.name for c in (*(c for c in unique if c.kind == "other"), *counting)), None)


def _is_number_of_row(column: Column) -> bool:
    words = words_of(column.name)
    named = bool(words) and (words[-1] in ID_WORDS or words[-1] in UNIQUE_WORDS)
    return named or column.nameless or column.name.strip().lower() in _INDEX_NAMES


def _tells_origin(column: Column) -> bool:
    words = words_of(column.name)
    return column.kind in ("category", "other", "text") and bool(words) and words[-1] in ORIGIN_WORDS


def _why_not(column: Column, columns: tuple[Column, ...], n_rows: int, label: str | None, vectors: list[Column]) -> str:
    """Why a column is no feature; "" for one that is."""
    if column.kind in ("text", "other"):
        return "neither numbers nor a few words"
    if _tells_origin(column):
        return "says where a row comes from"
    words = words_of(column.name)
    if column.kind in ("number", "category") and words and words[-1] in ID_WORDS and not _label_word(column):
        return "names something and measures nothing"
    if column.counting and (column.nameless or (column is columns[0] and n_rows >= ENOUGH_TO_COUNT)):
        return "counts the rows"
    if label is not None and _label_word(column) and column.kind in ("number", "category") and _may_repeat(column):
        return "looks like the labels once more"
    if column.kind == "category" and column.n_values < 2:
        return "the same in every row"
    if column.kind == "number" and not column.n_values:
        return "empty"
    if vectors and column not in vectors[:1]:
        return f"beside the {'pictures' if vectors[0].kind == 'picture' else 'vectors'} of {vectors[0].name}"
    return ""


def _may_repeat(column: Column) -> bool:
    """Whether a column may tell the same classes as another one; "y" and "type" name other things as well."""
    return _label_word(column) not in ("y", "group", "type") and column.n_values <= 50


def _pictures(
    columns: tuple[Column, ...], features: tuple[str, ...], frame: pd.DataFrame, decimal: str
) -> tuple[int, ...] | None:
    """The shape of the pictures whose pixels the features are, if they are that."""
    chosen = [c for c in columns if c.name in features]
    if len(chosen) == 1 and chosen[0].kind == "vector":
        column = chosen[0]
        if column.shape:
            return column.shape if len(column.shape) == 2 or column.shape[2:] in ((1,), (3,)) else None
        arrays = [a for v in frame[column.name].head(100) if (a := list_of(v)) is not None and a.size == column.width]
        return flat_shape(np.stack(arrays)) if arrays else None
    if len(chosen) < 64 or any(c.kind != "number" or c.n_missing for c in chosen):
        return None
    head = frame.head(200)
    return flat_shape(np.column_stack([numbers_of(head[c.name], decimal) for c in chosen]))
