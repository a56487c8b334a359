"""The panel before those of a ladder: a map of the data as they are, before anything was learned."""

from __future__ import annotations

import numpy as np
import streamlit as st

from deepclust.engine.maps.run_maps import FIRST_SAMPLE
from deepclust.projections import PROJECTIONS
from deepclust.runs import Run
from pages.experiments.multiple import View, draw, under_way
from pages.map.projections import Choice, asked
from pages.visit import cached


def keep_drawing_raw(run: Run, view: View) -> None:
    """The panel; it renews itself while its map is being computed."""
    waiting = under_way(asked(run, _choice(view))[1])
    st.fragment(_panel, run_every=1.0 if waiting else None)(run, view, waiting)


def _panel(run: Run, view: View, was_waiting: bool) -> None:
    by = "class" if view.classes is not None else f"the clusters of {view.like.config.part}" if view.like else ""
    st.markdown(
        "**Raw data**", help="As they are, before anything was learned" + (f", coloured by {by}." if by else ".")
    )
    found, job = asked(run, _choice(view))
    if was_waiting and not under_way(job):
        st.rerun()  # only a new run of the page stops the clock of this panel
    if found is None:
        st.skeleton(height=view.height)
        st.caption(job["error"] or job["text"] or f"{PROJECTIONS[view.method].title} {job['state']}")
        return
    ids = found.ids if found.ids is not None else np.arange(len(found.points))
    if view.classes is not None:
        groups = view.classes.y[ids]
    else:
        groups = np.full(len(ids), -1) if view.like is None else cached.own_labels(view.like)[ids]
    draw(run, view, found.points, groups, of_input=True)


def _choice(view: View) -> Choice:
    return Choice("input", view.method, 2, FIRST_SAMPLE)
