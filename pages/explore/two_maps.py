"""The Two maps view of Explore: any two maps of a run side by side; what is selected or looked at in one shows in both."""

from __future__ import annotations

import numpy as np
import streamlit as st

from deepclust.data.dataset import Dataset
from deepclust.projections import PROJECTIONS, Projection
from deepclust.runs import Run
from pages.gallery.gallery import galleries
from pages.map.colouring import colour_by, painted
from pages.map.map import Shown, show_map
from pages.map.projections import Choice, about, first_map, projection, sample_size, spaces
from pages.visit import session

FIRST = {"left": ("input", "pca"), "right": ("latent", "pca")}  # what the two maps show at first
HEIGHT = 500  # pixels of a map


def two_maps(run: Run, data: Dataset, k: int, revealed: bool) -> None:
    """Two maps with controls of their own, of the same samples in the same colours, with one selection."""
    above = st.container(horizontal=True, vertical_alignment="bottom", gap="small")
    columns = dict(zip(session.SIDES, st.columns(2, gap="medium"), strict=True))
    chosen = {}
    for side, column in columns.items():
        with column:
            chosen[side] = _choice(run, side)
    with above:
        by = colour_by(data, revealed, measured=True)
        sample = sample_size(run, any(PROJECTIONS[method].slow for _, method in chosen.values()))
    at = Shown(run, data, k, revealed)
    for side, column in columns.items():
        with column:
            _map(at, by, Choice(*chosen[side], 2, sample, linked=True), side)
    st.caption("Select points on one map, or rest on one: they stand out on the other.")
    if len(session.selected(run)):
        galleries(run, data, k, revealed)


def _choice(run: Run, side: str) -> tuple[str, str]:
    """Space and projection of one map, by its controls; kept in the address."""
    names = spaces(run)
    held = tuple((session.side(side) or "").rpartition(".")[::2])
    now = held if held[0] in names and held[1] in PROJECTIONS else FIRST[side]
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        space = st.segmented_control(
            "Space", list(names), format_func=names.get, default=now[0], required=True, key=f"two-space-{side}-{run.id}"
        )
        method = st.segmented_control(
            "Projection",
            list(PROJECTIONS),
            format_func=lambda m: PROJECTIONS[m].title,
            default=now[1],
            required=True,
            key=f"two-method-{side}-{run.id}",
            help="  \n".join(f"**{facts.title}**: {facts.summary}" for facts in PROJECTIONS.values()),
        )
    chosen = (str(space), str(method))
    if chosen != now:
        session.show_side(side, None if chosen == FIRST[side] else ".".join(chosen))
    return chosen


def _map(at: Shown, by: str, choice: Choice, side: str) -> None:
    """One of the maps, or a word on how far it is; PCA of the latent space until then."""
    run = at.run
    found = projection(run, choice)
    if found is None:
        found = _meanwhile(run, choice)
        if found is None:
            return
    ids = found.ids if found.ids is not None else np.arange(len(found.points))
    picked = show_map(
        found.points,
        ids,
        **painted(run, at.data, at.k, by, ids, found),
        selected=session.selected(run),
        key=f"two-{side}-{run.id}",
        shown=at,
        height=HEIGHT,
    )
    st.caption(about(found, at.data.n_samples))
    if picked is not None:
        session.select(run, picked)
        st.rerun()


def _meanwhile(run: Run, choice: Choice) -> Projection | None:
    """What the run brought along, where it is of the space that is asked for."""
    return first_map(run) if choice.space == "latent" else None
