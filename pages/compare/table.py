"""The table of all runs: found, grouped and picked, and what can be done with those that are picked."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import numpy as np
import streamlit as st

from deepclust.engine.judging.compare import with_spread
from deepclust.engine.judging.overview import averaged, grouped, overview
from deepclust.exports.runs_table import runs_as_csv
from deepclust.figures.webmap import digest
from deepclust.runs.run import ENDED
from pages.compare.finding import BY, GROUPINGS, find
from pages.compare.picked import picked_bar, put_back_bar
from pages.visit import cached

Row = dict[str, Any]
HEIGHT, ROW, MOST = 36, 35, 480  # pixels of the head of a table, of a row, and of a table at most
SCORE = "%.3f"


def table_of_runs() -> None:
    """The table with its controls."""
    store = cached.store()
    rows = overview(store.runs(), st.session_state.revealed)
    if not rows:
        st.header("All runs will be here")
        st.write("A table of every run that was trained: find, group, name and compare them.")
        if st.button("Train on the digits first", type="primary"):
            st.switch_page("pages/data/page.py")
        put_back_bar()
        return
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small", key="runs-bar"):
        found, by = find(rows)
        st.download_button(
            "CSV",
            lambda: runs_as_csv(found),
            file_name="deepclust-runs.csv",
            mime="text/csv",
            icon=":material/download:",
            help="The runs of the table as a file for a spreadsheet.",
        )
        put_back_bar()
    if by is not None:
        found = _groups(found, by)
    hidden = "" if len(found) == len(rows) else f" of {len(rows):,}"
    bar = st.container(horizontal=True, vertical_alignment="center", gap="small", key="runs-picked")
    picked = _table(found)
    with bar:
        picked_bar([store.get(row["id"]) for row in picked], rows, f"{len(found):,}{hidden} runs")
    states = {row["id"]: row["state"] for row in rows}
    if not ENDED.issuperset(states.values()):
        st.fragment(_watch, run_every=2.0)(states)
    if any(row["acc"] is None for row in found):
        st.caption(
            "ACC and NMI appear for data whose labels are revealed. Silhouette and used clusters need no labels."
        )


def _watch(states: dict[str, str]) -> None:
    """Draw the page anew when a run begins, pauses or ends."""
    if {run.id: run.status().state for run in cached.store().runs()} != states:
        st.rerun(scope="app")


def _table(rows: Sequence[Row]) -> list[Row]:
    """The rows as a table that is sorted by its heads; those that are picked."""
    columns = {
        "Name": [row["name"] for row in rows],
        "Data": [row["data"] for row in rows],
        "Method": [row["method"] for row in rows],
        "Preset": [row["preset"] or "" for row in rows],
        "k": [row["k"] for row in rows],
        "Seed": [row["seed"] for row in rows],
        "Differs from preset": [row["differs"] for row in rows],
        "ACC": [row["acc"] for row in rows],
        "NMI": [row["nmi"] for row in rows],
        "Silhouette": [row["silhouette"] for row in rows],
        "Used": [row["n_used"] for row in rows],
        "Seconds": [row["seconds"] for row in rows],
        "State": [row["state"] for row in rows],
        "Device": [row["device"] for row in rows],
        "Date": [datetime.fromtimestamp(row["created"]) for row in rows],
        "Tags": [row["tags"] for row in rows],
        "Note": [row["note"] for row in rows],
    }
    known = {name: values for name, values in columns.items() if name in ("Method", "k") or any(map(_told, values))}
    key = digest(np.array([row["id"] for row in rows]))  # other rows: what was picked by place is picked no more
    event: Any = st.dataframe(
        known,
        key=f"runs-{key}",
        hide_index=True,
        height=min(MOST, HEIGHT + ROW * len(rows)),
        on_select="rerun",
        selection_mode="multi-row",
        column_config={
            "Name": st.column_config.TextColumn(pinned=True, width=170),
            **{name: st.column_config.NumberColumn(format=SCORE) for name in ("ACC", "NMI", "Silhouette")},
            "Used": st.column_config.NumberColumn(help="Clusters that hold any sample."),
            "Seconds": st.column_config.NumberColumn(format="%.1f", help="Seconds of training."),
            "Date": st.column_config.DatetimeColumn(format="D MMM YYYY, HH:mm"),
            "Tags": st.column_config.ListColumn(width=120),
            "Differs from preset": st.column_config.TextColumn(
                width=150, help="Settings that are not as the preset, or the method, has them at first."
            ),
            "Note": st.column_config.TextColumn(width="medium"),
        },
    )
    return [rows[place] for place in event["selection"]["rows"] if place < len(rows)]


def _told(value: Any) -> bool:
    return value is not None and value not in ("", [])


def _groups(rows: Sequence[Row], by: str) -> list[Row]:
    """A line for each group with means over its runs; the rows of the groups that are picked, else all."""
    groups = grouped(rows, GROUPINGS[by])
    averages = [averaged(members) for members in groups.values()]
    cells: dict[str, Any] = {
        by: [name or "–" for name in groups],
        "Runs": [len(members) for members in groups.values()],
    }
    for name, title in BY.items():
        if any(average[name] is not None for average in averages):
            digits = 1 if name == "seconds" else 3
            cells[title] = [with_spread(a[name], a[f"{name}_sd"], digits) for a in averages]
    event: Any = st.dataframe(
        cells,
        key=f"runs-groups-{digest(np.array([by, *groups]))}",
        hide_index=True,
        height=min(MOST // 2, HEIGHT + ROW * len(groups)),
        on_select="rerun",
        selection_mode="multi-row",
    )
    names = list(groups)
    chosen = {names[place] for place in event["selection"]["rows"] if place < len(names)}
    st.caption("Mean ± standard deviation over the runs of a group. Pick groups to see their runs alone.")
    members = {row["id"] for name in chosen or names for row in groups[name]}
    return [row for row in rows if row["id"] in members]
