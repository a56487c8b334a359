"""Thumbnails of the points of a map: the browser asks for sheets of them; each is sent once, and then stays there."""

from __future__ import annotations

import numpy as np
import streamlit as st

from deepclust.data.dataset import Dataset
from deepclust.figures import webmap
from deepclust.figures.sheets import COLUMNS, PER_SHEET, SheetPlan, picture_sheet, sheet_plan
from pages.map.wire import answer, wire

AT_ONCE = 16  # sheets of one question


@st.cache_resource(max_entries=8, show_spinner=False)
def _plan(fingerprint: str, n: int, _data: Dataset) -> SheetPlan:
    return sheet_plan(_data, n)


@st.cache_data(max_entries=256, show_spinner=False)
def _sheet(key: str, number: int, _data: Dataset, _ids: np.ndarray, _plan: SheetPlan) -> bytes:
    return picture_sheet(_data, _ids, _plan, number)


def pictures(key: str, ids: np.ndarray, data: Dataset) -> None:
    """Offer the map of this key the pictures of its samples ``ids`` int (m,), row by row."""
    st.fragment(_send)(key, ids, data)


def _send(key: str, ids: np.ndarray, data: Dataset) -> None:
    plan = _plan(data.fingerprint, len(ids), data)
    content = f"{data.fingerprint}/{webmap.digest(ids)}"
    facts = {
        "of": content,
        "n_sheets": plan.n_sheets,
        "per_sheet": PER_SHEET,
        "columns": COLUMNS,
        "width": plan.width,
        "height": plan.height,
        "type": "image/jpeg",
    }
    about = webmap.message(key, "pictures", facts)
    wire(key=f"{key}-pictures", data=about, on_want_change=lambda: _wanted(key))
    for number in st.session_state.pop(f"{key}-want", ()):
        if 0 <= number < plan.n_sheets:
            file = np.frombuffer(_sheet(content, number, data, ids, plan), np.uint8)
            plan_of = {"plan": webmap.version_of(about)}
            wire(key=f"{key}-sheet-{number}", data=webmap.message(key, f"sheet:{number}", plan_of, {"file": file}))


def _wanted(key: str) -> None:
    want = answer(f"{key}-pictures", "want")
    if isinstance(want, list):
        st.session_state[f"{key}-want"] = [number for number in want[:AT_ONCE] if isinstance(number, int)]
