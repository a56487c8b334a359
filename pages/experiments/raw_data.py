"""The panel before those of a ladder: a map of the data as they are, before anything was learned."""

from __future__ import annotations

import numpy as np
import streamlit as st

from deepclust.engine.maps.run_maps import FIRST_SAMPLE
from deepclust.projections import PROJECTIONS
from deepclust.runs import Run
from deepclust.spaces import INPUT
from pages.experiments.multiple import PanelStyle, draw
from pages.map.choice import Choice
from pages.map.projections import mapped_ids, requested_map
from pages.visit import cached
from pages.visit.say import plain


def keep_drawing_raw(run: Run, style: PanelStyle) -> None:
    """The panel; it renews itself while its map is being computed."""
    waiting = requested_map(run, _choice(style))[1].under_way
    st.fragment(_panel, run_every=1.0 if waiting else None)(run, style, waiting)


def _panel(run: Run, style: PanelStyle, was_waiting: bool) -> None:
    by = "class" if style.classes is not None else f"the clusters of {style.like.config.part}" if style.like else ""
    st.markdown(
        "**Raw data**", help="As they are, before anything was learned" + (f", coloured by {plain(by)}." if by else ".")
    )
    projection, state = requested_map(run, _choice(style))
    if was_waiting and not state.under_way:
        st.rerun()  # only a new run of the page stops the clock of this panel
    if projection is None:
        st.skeleton(height=style.height)
        st.caption(plain(state.error or state.text or f"{PROJECTIONS[style.method].title} {state.state}"))
        return
    ids = mapped_ids(projection)
    if style.classes is not None:
        groups = style.classes[ids]
    else:
        groups = np.full(len(ids), -1) if style.like is None else cached.own_labels(style.like)[ids]
    draw(run, style, projection.points, groups, of_input=True)


def _choice(style: PanelStyle) -> Choice:
    return Choice(INPUT, style.method, 2, FIRST_SAMPLE)
