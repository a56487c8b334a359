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


def table_form(look: TableLook) -> dict[str, Any] | None:
    """Ask which columns play which part; None while nothing is chosen that could be clustered."""
    names = [c.name for c in look.columns]
    st.dataframe(pd.DataFrame(look.head, columns=names), hide_index=True)
    for note in look.notes:
        st.caption(f":material/info: {plain(note)}")
    suggested = look.suggested
    texts = [c.name for c in look.columns if c.kind in ("text", "other", "category")]
    usable = [c.name for c in look.columns if c.kind in ("number", "category", "vector")]
    left, right = st.columns(2)
    label = left.selectbox(
        "Labels",
        [None, *names],
        index=_place(names, suggested.label),
        format_func=_or_none,
        help="The true classes, if there are any. They stay hidden and never train anything.",
    )
    row_id = right.selectbox(
        "Names of the rows", [None, *names], index=_place(names, suggested.id), format_func=_or_none
    )
    what = TEXT if suggested.text else NUMBERS
    if texts and usable:
        what = st.segmented_control("What is clustered", [NUMBERS, TEXT], default=what) or what
    elif texts and not usable:
        what = TEXT
    if what == TEXT:
        start = texts.index(suggested.text) if suggested.text in texts else 0
        text = st.selectbox("Column of texts", texts, index=start)
        st.caption("It becomes tf-idf of 2,000 words.")
        return TableChoice(label=label, id=row_id, text=text).to_json()
    features = st.multiselect(
        "Columns that are clustered",
        usable,
        default=[f for f in suggested.features if f not in (label, row_id)],
        help="Columns of few different words become one column per word.",
    )
    gaps = {c.name: c.n_missing for c in look.columns if c.n_missing and c.name in features}
    missing = "median"
    if gaps:
        columns = ", ".join(f"{plain(name)} ({n:,})" for name, n in list(gaps.items())[:5])
        how = st.segmented_control(f"Missing values, in the first rows: {columns}", [FILL, DROP], default=FILL)
        missing = "drop" if how == DROP else "median"
    if not features:
        st.warning("Choose at least one column.")
        return None
    return TableChoice(tuple(features), label, row_id, missing=missing).to_json()


def _place(names: list[str], name: str | None) -> int:
    return names.index(name) + 1 if name in names else 0


def _or_none(name: str | None) -> str:
    return "none" if name is None else name
