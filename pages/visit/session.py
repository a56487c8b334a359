"""What a visitor is looking at: data set, run, k and view. It is kept in the URL and follows from page to page."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import streamlit as st

from deepclust.runs import Run
from pages.visit import cached, say

DEFAULT_DATASET = {"name": "digits"}
SIDES = ("left", "right")


def begin() -> None:
    """First thing on every page: read the URL once in a session, and write it back from then on."""
    state = st.session_state
    if "dataset" not in state:
        state.dataset, state.run_id, state.ks = DEFAULT_DATASET, None, {}
        state.revealed, state.selection, state.view = set(), None, st.query_params.get("view")
        state.sides = {side: st.query_params[side] for side in SIDES if side in st.query_params}
        run_id, k = st.query_params.get("run"), st.query_params.get("k", "")
        if run_id:
            try:
                run = cached.store().get(run_id)
                if k.isdigit():
                    state.ks[run.id] = int(k)
                look_at(run)
            except ValueError as error:
                say.warning(f"{error} The link may be old, or the run was deleted.")
    write_url()


def write_url() -> None:
    """The address in the browser names the run and k, so that it can be kept, reloaded and passed on."""
    run = current_run()
    wanted = {} if run is None else url_of(run)
    if st.query_params.to_dict() != wanted:
        st.query_params.from_dict(wanted)


def url_of(run: Run) -> dict[str, str]:
    """The part of the address that names a run, its k, and the view of it on Explore."""
    k = st.session_state.ks.get(run.id)
    further = {"k": None if k is None else str(k), "view": view(), **st.session_state.sides}
    return {"run": run.id} | {name: value for name, value in further.items() if value is not None}


def look_at(run: Run) -> None:
    """Make a run the one that all pages show, with its data set."""
    st.session_state.run_id = run.id
    st.session_state.dataset = dict(run.config.dataset)
    st.session_state.selection = None
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


def view() -> str | None:
    """The view that Explore shows; None for its first one."""
    held: str | None = st.session_state.view
    return held


def show_view(name: str | None) -> None:
    """Show another view on Explore, on this visit and by its address; None is the first one."""
    st.session_state.view = name
    write_url()


def side(name: str) -> str | None:
    """What the left or the right one of two maps shows, as its address says it; None where nothing was chosen."""
    held: str | None = st.session_state.sides.get(name)
    return held


def show_side(name: str, map_of: str | None) -> None:
    """Show another map on one of both sides; None is what it shows at first."""
    st.session_state.sides = {n: m for n, m in {**st.session_state.sides, name: map_of}.items() if m is not None}
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


def select(run: Run, ids: np.ndarray | None) -> None:
    """Select samples of a run by their row numbers; None clears."""
    st.session_state.selection = None if ids is None or not len(ids) else (run.id, np.unique(ids).astype(np.int64))
