"""Open a run from a zip that was taken along from another computer, wherever runs are listed."""

from __future__ import annotations

import streamlit as st

from pages.visit import cached, say, session


def open_run() -> None:
    """A button, and behind it the place for the zip; the run that comes out of it is the one that is looked at."""
    with st.popover(":material/folder_open:", help="Open a run from a zip"):
        st.fragment(_ask)()


def _ask() -> None:
    turn = st.session_state.setdefault("open-run-turn", 0)  # a new key empties the uploader and frees its memory
    file = st.file_uploader("A run as a zip", type="zip", key=f"open-run-{turn}")
    if file is None:
        st.caption("As the Explore page makes it: Take it with you, Run.")
        return
    from deepclust.exports.unpacking import open_bundle

    try:
        with st.spinner("Looking at the run"):
            run = open_bundle(file, cached.store())
    except ValueError as error:
        say.error(error)
        return
    st.session_state["open-run-turn"] = turn + 1
    cached.forget_datasets()
    session.look_at(run)
    st.switch_page("pages/explore/page.py", query_params=session.url_of(run))
