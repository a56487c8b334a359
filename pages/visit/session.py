"""What a visitor is looking at: data set, run, k and view. It is kept in the URL and follows from page to page."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from deepclust.runs import Run
from deepclust.runs.selections import selections_of
from pages.visit import cached, say

DEFAULT_DATASET = {"name": "digits"}
K_OF_ADDRESS = re.compile("[1-9][0-9]{0,3}")
# What is looked at on the page Runs, which needs no run
OF_RUNS = ("runs", "find", "only", "by", "sort", "pair", "map", "lit", "moves", "side")
# What else of a view stands in the address, by the control that chooses it; see docs/decisions/0015
PARTS = (
    *("view", "space", "projection", "dimensions", "points", "colour", "of", "with", "gallery"),
    *("left", "right", "time", "then", "graph", "figure", "selection", "apart", *OF_RUNS),
)


def begin(own: Sequence[str] = ()) -> None:
    """First thing on every page: take what the URL says when a visit begins and when the browser went back, else write it.

    own: names in the address for this page alone, which then are all of it; see `own_part`.
    """
    state = st.session_state
    if "dataset" not in state:
        state.dataset, state.run_id, state.ks, state.parts = DEFAULT_DATASET, None, {}, {}
        state.revealed, state.selection = set(), None
        _read_url()
    elif _went_through_history():
        _read_url()
    if state.get("own_names") != tuple(own) or _went_through_history():  # else the address may be older, see there
        query = st.query_params.to_dict()
        state.own_names, state.own = tuple(own), {name: query[name] for name in own if name in query}
    write_url()


def own_part(name: str) -> str:
    """What stands in the address for this page alone; empty where nothing does."""
    return str(st.session_state.own.get(name, ""))


def keep_own(**parts: str | None) -> None:
    """Other values for what stands in the address for this page alone; None or "" leaves a name out."""
    st.session_state.own = {name: value for name, value in {**st.session_state.own, **parts}.items() if value}
    write_url()


def _went_through_history() -> bool:
    """Whether the page runs because of Back or Forward. An address alone cannot tell: while a page runs, the browser may
    send a click from the address that it had before."""
    return bool(getattr(get_script_run_ctx(), "is_history_navigation", False))


def _read_url() -> None:
    """Look at what the address names; at what was looked at before, where it names no run."""
    query, state = st.query_params.to_dict(), st.session_state
    if not query.get("run"):
        others = {name: value for name, value in state.parts.items() if name not in OF_RUNS}
        state.parts = others | {name: query[name] for name in OF_RUNS if name in query}
        return
    try:
        run = cached.store().get(query["run"])
    except ValueError as error:
        say.warning(f"{error} The link may be old, or the run was deleted.")
        return
    state.ks.pop(run.id, None)
    if K_OF_ADDRESS.fullmatch(query.get("k", "")):
        state.ks[run.id] = int(query["k"])
    state.parts = {name: query[name] for name in PARTS if name in query}
    if state.run_id != run.id:
        _show(run)
    if "selection" in state.parts:
        state.selection = None
        rows = selections_of(run).get(state.parts["selection"])
        if rows is None:
            state.parts.pop("selection")  # it was deleted, or renamed
        else:
            state.selection = (run.id, rows)


def write_url() -> None:
    """The address in the browser names the run, k and the view, so that it can be kept, reloaded and passed on."""
    run = current_run()
    wanted = st.session_state.own or (_of_runs() if run is None else url_of(run))
    if st.query_params.to_dict() != wanted:
        st.query_params.from_dict(wanted)


def _of_runs() -> dict[str, str]:
    return {name: value for name, value in st.session_state.parts.items() if name in OF_RUNS}


def url_of(run: Run) -> dict[str, str]:
    """The part of the address that names a run, its k, and the view of it on Explore."""
    k = st.session_state.ks.get(run.id)
    return {"run": run.id, **({} if k is None else {"k": str(k)}), **st.session_state.parts}


def part(name: str) -> str | None:
    """What one of `PARTS` is in the address; None for what is shown at first."""
    value: str | None = st.session_state.parts.get(name)
    return value


def keep_part(name: str, value: str | None) -> None:
    """Another value for one of `PARTS`; None is what is shown at first."""
    others = {other: kept for other, kept in st.session_state.parts.items() if other != name}
    st.session_state.parts = others if value is None else {**others, name: value}
    write_url()


def _show(run: Run) -> None:
    st.session_state.run_id = run.id
    st.session_state.dataset = dict(run.config.dataset)
    st.session_state.selection = None


def look_at(run: Run) -> None:
    """Make a run the one that all pages show, with its data set."""
    _show(run)
    write_url()


def forget_run() -> None:
    """Look at no run."""
    st.session_state.run_id = None
    st.session_state.selection = None
    write_url()


def leave_deleted(run: Run) -> None:
    """This run is gone: look at another of its group, or at none."""
    group = run.config.group
    others = cached.store().group(group.id) if group is not None else []
    if others:
        look_at(others[0])
    else:
        forget_run()


def current_run() -> Run | None:
    """The run that is looked at; None if there is none or its folder has gone."""
    if st.session_state.run_id is None:
        return None
    try:
        return cached.store().get(st.session_state.run_id)
    except ValueError:
        st.session_state.run_id = None
        return None


def current_k(run: Run) -> int:
    """The number of clusters that is shown of a run: its own until another was chosen."""
    return int(st.session_state.ks.get(run.id, run.config.n_clusters))


def choose_k(run: Run, k: int) -> None:
    """Show another number of clusters of this run."""
    st.session_state.ks[run.id] = k
    write_url()


def choose_dataset(ref: Mapping[str, Any]) -> None:
    """Make a data set the one that the next run trains on; a run of other data is left."""
    run = current_run()
    if run is not None and dict(run.config.dataset) != dict(ref):
        forget_run()
    st.session_state.dataset = dict(ref)


def labels_revealed(fingerprint: str) -> bool:
    """Whether the labels of this data set have been uncovered in this session."""
    return fingerprint in st.session_state.revealed


def reveal_labels(fingerprint: str, reveal: bool) -> None:
    """Uncover or cover the labels of a data set."""
    (st.session_state.revealed.add if reveal else st.session_state.revealed.discard)(fingerprint)


def selected(run: Run) -> np.ndarray:
    """Row numbers that are selected on the map of this run, int64, maybe empty."""
    held = st.session_state.selection
    return held[1] if held is not None and held[0] == run.id else np.zeros(0, np.int64)


def select(run: Run, ids: np.ndarray | None, saved: str | None = None) -> None:
    """Select samples of a run by their row numbers; None clears. saved: the name under which they are kept, if they are."""
    st.session_state.selection = None if ids is None or not len(ids) else (run.id, np.unique(ids).astype(np.int64))
    if part("selection") != saved:
        keep_part("selection", saved)
