"""The events of a run that is watched: what it has told so far, renewed at every look."""

from __future__ import annotations

from typing import Any

import streamlit as st

from deepclust.runs import Run


def events_of(run: Run) -> list[dict[str, Any]]:
    """The run's events, of which only the new ones are read from disk."""
    held: dict[str, tuple[list[dict[str, Any]], int]] = st.session_state.setdefault("events", {})
    records, offset = held.get(run.id, ([], 0))
    if run.events_size < offset:  # it was resumed from an earlier checkpoint
        records, offset = [], 0
    new, offset = run.events(offset)
    held.clear()
    held[run.id] = (records + new, offset)
    return records + new
