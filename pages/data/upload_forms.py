"""What is asked of an upload before it is read: one size for pictures, the parts of the columns for a table."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

from deepclust.data.reading.pictures.collection import LARGEST_SIDE, PictureScan
from deepclust.data.reading.tables.columns import TableChoice, TableLook
from pages.visit.say import plain

FILL, DROP = "Fill with the median of the column", "Leave the row out"
NUMBERS, TEXT = "Its numbers", "One column of texts"
NAMES, VALUES = "Names of columns", "Values"


def pictures_form(scan: PictureScan) -> dict[str, Any]:
    """Ask for one size of all pictures."""
    common = ", ".join(f"{h:d} × {w:d} ({n:,})" for (h, w), n in scan.sizes.most_common(3))
    more = f" and {len(scan.sizes) - 3:,} more sizes" if len(scan.sizes) > 3 else ""
    st.write(f"As they are, height × width: {common}{more}. All pictures are brought to one size.")
    if scan.broken:
        with st.expander(f"Pictures that cannot be opened and are left out: {len(scan.broken):,}"):
            st.dataframe({"picture": list(scan.broken), "why": list(scan.broken.values())}, hide_index=True)
    if scan.strangers:
        with st.expander(f"Other files that are left out: {len(scan.strangers):,}"):
            st.dataframe({"file": list(scan.strangers)}, hide_index=True)
    height, width, _ = st.columns([1, 1, 2])
    size = [
        int(height.number_input("Height", 4, LARGEST_SIDE, scan.suggested[0])),
        int(width.number_input("Width", 4, LARGEST_SIDE, scan.suggested[1])),
    ]
    st.caption(
        "They are scaled to fill the size, and what stands out is cut off evenly. Small pictures are learned much faster: "
        "64 × 64 is plenty for most."
    )
    return {"size": size}


def settled(upload: str) -> dict[str, Any]:
    """What was chosen of a table that changes which columns it has: its sheet, and whether it has a header."""
    state = st.session_state
    choices = {"sheet": state.get(f"sheet-{upload}"), "header": state.get(f"header-{upload}")}
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
    examples = {c.name: f"{c.name}: {', '.join(c.examples)}" for c in look.columns}

    def with_examples(name: str | None) -> str:
        return "none" if name is None else examples[name][:80]

    left, right = st.columns(2)
    label = left.selectbox(
        "Labels",
        [None, *names],
        index=_place(names, suggested.label),
        format_func=with_examples,
        help="The true classes, if there are any. They stay hidden and never train anything.",
    )
    row_id = right.selectbox(
        "Names of the rows", [None, *names], index=_place(names, suggested.id), format_func=with_examples
    )
    settled_parts = {"label": label, "id": row_id, **settled(upload)}
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
    features = st.multiselect(
        "Columns that are clustered",
        usable,
        default=[f for f in suggested.features if f not in (label, row_id)],
        help="Columns of few different words become one column per word, 0 or 1.",
    )
    left_out = [f"{plain(n)} ({plain(why)})" for n, why in look.left_out.items() if n not in (*features, label, row_id)]
    if left_out:
        st.caption(f"Left out, unless you choose them: {', '.join(left_out[:10])}.")
    missing = _gaps(look, features)
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


def _place(names: list[str], name: str | None) -> int:
    return names.index(name) + 1 if name in names else 0
