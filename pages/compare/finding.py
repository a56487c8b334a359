"""Finding runs: a search, filters by what they have, and a grouping; all of it stands in the address."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import parse_qs, urlencode

import streamlit as st

from deepclust.engine.judging.overview import matching, ordered
from pages.parts.pick import chosen_by_hand, in_address, key_of, pick
from pages.visit import session

Row = dict[str, Any]
FILTERS = {"data": "Data", "method": "Method", "state": "State", "tags": "Tags"}
ALL_TOGETHER = "Nothing"
GROUPINGS = {"Data": "data", "Method": "method", "Started together": "group", "Tag": "tags", "k": "k"}
BY = {"acc": "ACC", "nmi": "NMI", "silhouette": "Silhouette", "seconds": "Seconds"}
#: What the runs are sorted by, and whether the largest come first.
ORDERS = {
    "Newest": ("created", True),
    "Oldest": ("created", False),
    "Name": ("name", False),
    "Data": ("data", False),
    "Method": ("method", False),
    "k": ("k", False),
    "Seed": ("seed", False),
    "ACC": ("acc", True),
    "NMI": ("nmi", True),
    "Silhouette": ("silhouette", True),
    "Quickest": ("seconds", False),
    "Slowest": ("seconds", True),
}


def find(rows: Sequence[Row]) -> tuple[list[Row], str | None]:
    """The rows that are looked for, sorted, by the controls, and what they are grouped by, one of `GROUPINGS`."""
    search = session.part("find") or ""
    key = key_of("runs-find", search)
    st.text_input(
        "Find",
        value=search,
        key=key,
        on_change=_search,
        args=(key,),
        placeholder="DDLS digits k=10",
        help="Every word stands somewhere in the run: its name, method, data, settings, tags, note. `k=10` and `seed=3` "
        "are those numbers alone.",
        width=220,
    )
    chosen = _filters()
    with st.popover(f"Filter ({len(chosen):d})" if chosen else "Filter", icon=":material/filter_list:"):
        for name, title in FILTERS.items():
            _filter(rows, name, title, chosen.get(name, []))
    with st.container(width=190):
        by = pick("Group by", [ALL_TOGETHER, *GROUPINGS], key="runs-by", many=True, kept=in_address("by"))
    with st.container(width=150):
        order = pick("Sort by", list(ORDERS), key="runs-sort", many=True, kept=in_address("sort"))
    found = [row for row in matching(rows, search) if all(_has(row, name, values) for name, values in chosen.items())]
    return ordered(found, *ORDERS[order]), None if by == ALL_TOGETHER else by


def _has(row: Row, name: str, values: Sequence[str]) -> bool:
    return any(value in values for value in (row[name] if isinstance(row[name], list) else [row[name]]))


def _filters() -> dict[str, list[str]]:
    """What the address says of each filter."""
    return {name: values for name, values in parse_qs(session.part("only") or "").items() if name in FILTERS}


def _filter(rows: Sequence[Row], name: str, title: str, values: list[str]) -> None:
    there = {value for row in rows for value in (row[name] if isinstance(row[name], list) else [row[name]])}
    options = sorted(there | {*values}, key=str.casefold)
    if not options:
        return
    key = key_of(f"runs-only-{name}", tuple(values))
    st.multiselect(title, options, default=values, key=key, on_change=_keep, args=(name, key), placeholder="All")


def _search(key: str) -> None:
    typed = chosen_by_hand("runs-find", key)
    if typed is not None:
        session.keep_part("find", typed.strip() or None)


def _keep(name: str, key: str) -> None:
    values = chosen_by_hand(f"runs-only-{name}", key)
    if values is not None:
        filters = {**_filters(), name: list(values)}
        session.keep_part("only", urlencode({n: v for n, v in filters.items() if v}, doseq=True) or None)
