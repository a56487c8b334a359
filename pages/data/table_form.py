"""What is asked of a table before it is read: where it begins, which column is the answer, and what becomes of the others."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

from deepclust.data.reading.tables.columns import Column, TableChoice, TableLook
from pages.visit.say import plain

FILL, DROP = "Fill with the median of the column", "Leave the row out"
NUMBERS, TEXT = "Its numbers", "One column of texts"
NAMES, VALUES = "Names of columns", "Values"
MOST_CHIPS = 40  # columns that are listed one by one; of more, those that are left out are
SHOWN_COLUMNS = 500


def settled(upload: str) -> dict[str, Any]:
    """What was chosen of an upload that changes what there is to choose: its file, its sheet, and whether it has a header."""
    state = st.session_state
    choices = {what: state.get(f"{what}-{upload}") for what in ("file", "sheet", "header")}
    headers = {NAMES: True, VALUES: False}
    return {name: headers.get(value, value) for name, value in choices.items() if value is not None}


def table_form(look: TableLook, upload: str) -> dict[str, Any] | None:
    """Ask which columns play which part; None while nothing is chosen that could be clustered. upload: names the file."""
    names = [c.name for c in look.columns]
    _where_it_begins(look, upload)
    st.dataframe(pd.DataFrame(look.head, columns=names), hide_index=True)
    for note in look.notes:
        st.caption(f":material/info: {plain(note)}")
    suggested = look.suggested
    texts = [c.name for c in look.columns if c.kind in ("text", "other", "category")]
    usable = [c.name for c in look.columns if c.kind in ("number", "category", "vector", "picture")]
    label, row_id = _answer_and_names(look)
    settled_parts = {"label": label, "id": row_id, **settled(upload)}
    settled_parts.pop("file", None)
    what = TEXT if suggested.text else NUMBERS
    if texts and usable:
        what = st.segmented_control("What is clustered", [NUMBERS, TEXT], default=what) or what
    elif texts and not usable:
        what = TEXT
    if what == TEXT:
        start = texts.index(suggested.text) if suggested.text in texts else 0
        text = st.selectbox("Column of texts", texts, index=start)
        st.caption("It becomes tf-idf of 2,000 words.")
        return {**TableChoice(text=text).to_json(), **settled_parts}
    features = _features(look, [c for c in usable if c not in (label, row_id)])
    missing = _gaps(look, features)
    _what_becomes(look, features, label, row_id)
    if not features:
        st.warning("Choose at least one column.")
        return None
    choice = TableChoice(tuple(features), missing=missing, pictures=_as_pictures(suggested, features))
    return {**choice.to_json(), **settled_parts}


def _where_it_begins(look: TableLook, upload: str) -> None:
    """The sheet of a workbook, and whether the first row names the columns."""
    with st.container(horizontal=True):
        if len(look.sheets) > 1:
            st.selectbox("Sheet", look.sheets, key=f"sheet-{upload}")
        if look.may_choose_header:
            default = NAMES if look.header else VALUES
            st.segmented_control("The first row holds", [NAMES, VALUES], default=default, key=f"header-{upload}")


def _answer_and_names(look: TableLook) -> tuple[str | None, str | None]:
    """The column of the true classes, with three values of every candidate, and the one that names the rows."""
    names = [c.name for c in look.columns]
    likely = [look.suggested.label] if look.suggested.label else []
    likely += [c for c in look.candidates if c not in likely]
    others = [name for name in names if name not in likely]
    described = {c.name: f"{c.name}: {_values(c)}" for c in look.columns}

    def with_values(name: str | None) -> str:
        return "none" if name is None else described[name][:90]

    left, right = st.columns(2)
    label = left.selectbox(
        "Which column is the answer?",
        [None, *likely, *others],
        index=1 if look.suggested.label else 0,
        format_func=with_values,
        help="The true classes, if there are any. They stay hidden and never train anything.",
    )
    row_id = right.selectbox(
        "Names of the rows",
        [None, *names],
        index=names.index(look.suggested.id) + 1 if look.suggested.id in names else 0,
        format_func=with_values,
    )
    if not look.is_sure and len(likely) > 1:
        left.caption("It could be one of these: " + "; ".join(plain(described[c][:60]) for c in likely[:5]) + ".")
    return label, row_id


def _values(column: Column) -> str:
    """Three values of a column, and how many there are."""
    few = f" ({column.n_values:,} different)" if column.kind in ("number", "category") else ""
    return ", ".join(column.examples) + few


def _features(look: TableLook, usable: list[str]) -> list[str]:
    """The columns that are clustered, as chips; of very many, the ones that are not."""
    suggested = [f for f in look.suggested.features if f in usable]
    if len(usable) <= MOST_CHIPS:
        return st.multiselect(
            "Columns that are clustered",
            usable,
            default=suggested,
            help="Columns of few different words become one column per word, 0 or 1.",
        )
    left_out = st.multiselect(
        f"{len(usable):,} columns are clustered, but for these",
        usable,
        default=[c for c in usable if c not in suggested],
        placeholder="None is left out",
    )
    return [c for c in usable if c not in left_out]


def _what_becomes(look: TableLook, features: list[str], label: str | None, row_id: str | None) -> None:
    """What becomes of every column, and why it plays no part."""
    parts = {label: "the answer: hidden, only for the scores", row_id: "the name of the row"}

    def part(column: Column) -> str:
        if column.name in parts:
            return parts[column.name]
        if column.name not in features:
            return f"left out: {look.left_out.get(column.name, 'not chosen')}"
        if column.kind == "category":
            return f"{column.n_values} columns of 0 and 1, one per word"
        if column.kind == "vector":
            return f"{column.width:,} numbers"
        return "pictures" if column.kind == "picture" else "numbers, as they are"

    some = look.columns[:SHOWN_COLUMNS]
    n_out = sum(c.name not in (*features, label, row_id) for c in look.columns)
    with st.expander(f"What becomes of each column ({n_out:,} left out)", expanded=0 < n_out <= MOST_CHIPS):
        rows = {"column": [c.name for c in some], "values": [", ".join(c.examples) for c in some]}
        st.dataframe({**rows, "becomes": [part(c) for c in some]}, hide_index=True)


def _gaps(look: TableLook, features: list[str]) -> str:
    """What is done with missing values, if the chosen columns have any."""
    gaps = {c.name: c.n_missing for c in look.columns if c.n_missing and c.name in features}
    if not gaps:
        return "median"
    columns = ", ".join(f"{plain(name)} ({n:,})" for name, n in list(gaps.items())[:5])
    how = st.segmented_control(f"Missing values, in the first rows: {columns}", [FILL, DROP], default=FILL)
    return "drop" if how == DROP else "median"


def _as_pictures(suggested: TableChoice, features: list[str]) -> tuple[int, ...] | None:
    """The shape of the pictures that the rows are, if they look like that and nobody says otherwise."""
    if suggested.pictures is None or tuple(features) != suggested.features:
        return None
    shape = " × ".join(f"{side:d}" for side in suggested.pictures)
    return suggested.pictures if st.toggle(f"Each row is a picture of {shape}", value=True) else None
