"""Runs whose folders cannot be read: that there are some, why, and how to be rid of them."""

from __future__ import annotations

import streamlit as st

from pages.visit import cached, say

AT_MOST = 10  # that are shown at once


def damaged_runs() -> None:
    """A button where there are any, and behind it the reasons; nothing else depends on them."""
    damaged = cached.store().damaged()
    if not damaged:
        return
    label = "1 run cannot be read" if len(damaged) == 1 else f"{len(damaged)} runs cannot be read"
    with st.popover(label, icon=":material/warning:", help="Their folders are damaged. All other runs work."):
        for run in damaged[:AT_MOST]:
            st.markdown(f"**{say.plain(run.id)}**  \n{say.plain(run.why)}")
            if st.button("Delete this folder", icon=":material/delete:", key=f"delete-{run.id}"):
                with say.failures():
                    cached.store().delete(run)
                    st.rerun()
        if len(damaged) > AT_MOST:
            st.caption(f"and {len(damaged) - AT_MOST} more")
