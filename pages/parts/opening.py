"""The opening of a page that shows a finished run: the run if it is there, else what is in the way and the way on."""

from __future__ import annotations

from dataclasses import replace

import streamlit as st

from deepclust.runs.run import ENDED
from pages.visit import cached, say, session
from pages.visit.sight import Sight, sight_of


def open_finished(what: str, title: str, summary: str) -> Sight | None:
    """The sight of the run of this visit; None after saying why there is none.

    what: what can be done when it has ended, as the end of a sentence; title and summary: what will be here.
    """
    run = session.current_run()
    if run is not None and run.has_result:
        try:
            sight = sight_of(run)
            # an address may ask for a k that the run does not have
            return replace(sight, k=min(sight.outcome.by_k, key=lambda k: abs(k - sight.k)))
        except (ValueError, OSError) as error:
            say.error(f"This run cannot be opened: {error}")
            return None
    if run is not None and run.status().state not in ENDED:
        st.info(f"This run is still training. {what}")
        if st.button("Watch it train", type="primary"):
            st.switch_page("pages/train/page.py", query_params=session.url_of(run))
        return None
    st.header(title)
    st.write(summary)
    finished = next((other for other in cached.store().recent() if other.has_result), None)
    if finished is None:
        if st.button("Train on the digits first", type="primary"):
            st.switch_page("pages/data/page.py")
    elif st.button("Open the last finished run", type="primary"):
        session.look_at(finished)
        st.rerun()
    return None
