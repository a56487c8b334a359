"""Data sets of one's own on the Data page: used, renamed, deleted."""

from __future__ import annotations

from typing import Any

import streamlit as st

from deepclust.data.own import delete_own, list_own, rename_own
from pages.visit import cached, say, session
from pages.visit.say import plain


def own() -> None:
    """Data sets that were brought earlier."""
    kept = list_own(cached.store().datasets)
    if not kept:
        st.caption("Data sets that you upload are kept here, on this computer.")
    for about in kept:
        _row(about)


def _row(about: dict[str, Any]) -> None:
    key = about["own"]
    chosen = st.session_state.dataset.get("own") == key
    with st.container(horizontal=True, vertical_alignment="center", border=True):
        with st.container():
            st.text(about["title"])
            shape = plain(" × ".join(map(str, about["feature_shape"])))
            classes = f" · {about['n_classes']:,} classes" if about["n_classes"] else ""
            st.caption(f"{about['n_samples']:,} × {shape}{classes}")
        if st.button("Chosen" if chosen else "Use", key=f"own-{key}", disabled=chosen):
            session.choose_dataset({"own": key})
            st.rerun()
        with st.popover("Rename", icon=":material/edit:"):
            title = st.text_input("Name", about["title"], max_chars=80, key=f"rename-to-{key}")
            if st.button("Rename", key=f"rename-{key}"):
                _do(lambda: rename_own(key, title, cached.store().datasets))
        with st.popover("Delete", icon=":material/delete:"):
            n_runs = sum(run.config.dataset.get("own") == key for run in cached.store().runs())
            runs = "One run was" if n_runs == 1 else f"{n_runs:,} runs were"
            consequence = (
                f"{runs} trained on it and cannot be opened until the same file is loaded again. " if n_runs else ""
            )
            st.write(f"{consequence}The copy that this app keeps is removed, your own file is not.")
            if st.button("Delete it", key=f"delete-{key}", type="primary"):
                if chosen:
                    session.choose_dataset(session.DEFAULT_DATASET)
                _do(lambda: delete_own(key, cached.store().datasets))


def _do(work: Any) -> None:
    try:
        work()
    except ValueError as error:
        say.error(error)
    else:
        cached.forget_datasets()
        st.rerun()
