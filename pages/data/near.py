"""Near copies on the Data page: groups of pictures that look alike, with a threshold to move."""

from __future__ import annotations

import html

import numpy as np
import streamlit as st

from deepclust.data.dataset import Dataset
from deepclust.data.near_copies import LEAST, NearPairs, near_pairs
from pages.parts.pick import pick
from pages.visit import cached

SHOWN_GROUPS = 20
PER_ROW = 12
FEATURES, PIXELS = "what is in them", "their pixels"


def near_copies(data: Dataset) -> None:
    """A button, as the search takes seconds; then groups as pictures."""
    st.write("**Near copies**")
    by = pick("Alike by", [FEATURES, PIXELS], key=f"near-by-{data.fingerprint}") if data.features else PIXELS
    key = f"near-{data.fingerprint}-{by}"
    if not st.session_state.get(key):
        st.caption("The same scene again, another size, a little lighter: pictures that say the same thing twice.")
        if st.button("Search near copies", icon=":material/search:"):
            st.session_state[key] = True
            st.rerun()
        return
    _groups(data, by, key)


@st.fragment
def _groups(data: Dataset, by: str, key: str) -> None:
    pairs = _pairs(data.fingerprint, by, data)
    start = 0.95 if by == FEATURES else 0.97
    least = st.slider("How alike", LEAST, 1.0, start, 0.005, format="%.3f", key=f"{key}-least")
    groups = pairs.groups(least)
    n_pictures = sum(map(len, groups))
    st.caption(
        f"{n_pictures:,} of {data.n_samples:,} pictures are near copies of another, in {len(groups):,} groups"
        + (f"; the {SHOWN_GROUPS} with the closest pairs are shown." if len(groups) > SHOWN_GROUPS else ".")
        + " 1 is exactly alike; move the slider until what hangs together looks the same to you."
    )
    for number, group in enumerate(groups[:SHOWN_GROUPS]):
        st.html(_row(data, group, f"{key}/{least}/{number}"))


def _row(data: Dataset, group: np.ndarray, key: str) -> str:
    names = [data.name_of(int(row)) for row in group[:PER_ROW]]
    further = f" and {len(group) - PER_ROW:,} more" if len(group) > PER_ROW else ""
    address = cached.strip_of(data, key, group[:PER_ROW], PER_ROW)
    return (
        f'<img src="{address}" alt="{len(group)} near copies" style="max-width:100%">'
        f'<div style="font-size:.8rem;opacity:.75;overflow-wrap:anywhere">{html.escape(", ".join(names))}{further}</div>'
    )


@st.cache_resource(max_entries=8, show_spinner="Comparing the pictures")
def _pairs(fingerprint: str, by: str, _data: Dataset) -> NearPairs:
    return near_pairs(_data, by == FEATURES)
