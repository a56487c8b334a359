"""The Two maps view of Explore: any two maps of a run side by side; what is selected or looked at in one shows in both."""

from __future__ import annotations

import streamlit as st

from deepclust.projections import PROJECTIONS
from deepclust.runs import Run
from pages.gallery.gallery import galleries
from pages.map.choice import Choice, projection_control, sample_size, space_control, spaces
from pages.map.colouring import colour_by, painted
from pages.map.map import show_map
from pages.map.projections import chosen_map, first_map, map_caption, mapped_ids
from pages.visit import session
from pages.visit.sight import Sight

FIRST = {"left": ("input", "pca"), "right": ("latent", "pca")}  # what the two maps show at first
HEIGHT = 500  # pixels of a map


def two_maps(sight: Sight) -> None:
    """Two maps with controls of their own, of the same samples in the same colours, with one selection."""
    run = sight.run
    above = st.container(horizontal=True, vertical_alignment="bottom", gap="small")
    columns = dict(zip(session.SIDES, st.columns(2, gap="medium"), strict=True))
    chosen = {}
    for side, column in columns.items():
        with column:
            chosen[side] = _choice(run, side)
    with above:
        by = colour_by(sight, measured=True)
        sample = sample_size(run, *(method for _, method in chosen.values()))
    for side, column in columns.items():
        with column:
            _map(sight, by, Choice(*chosen[side], 2, sample, linked=True), side)
    st.caption("Select points on one map, or rest on one: they stand out on the other.")
    if len(session.selected(run)):
        galleries(sight)


def _choice(run: Run, side: str) -> tuple[str, str]:
    """Space and projection of one map, by its controls; kept in the address."""
    kept = tuple((session.side(side) or "").rpartition(".")[::2])
    current = kept if kept[0] in spaces(run) and kept[1] in PROJECTIONS else FIRST[side]
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        chosen = (
            space_control(run, key=f"two-space-{side}", default=current[0]),
            projection_control(key=f"two-method-{side}-{run.id}", default=current[1]),
        )
    if chosen != current:
        session.show_side(side, None if chosen == FIRST[side] else ".".join(chosen))
    return chosen


def _map(sight: Sight, by: str, choice: Choice, side: str) -> None:
    """One of the maps, or a word on how far it is; of the latent space PCA until then."""
    run = sight.run
    projection = chosen_map(run, choice)
    if projection is None and choice.space == "latent":
        projection = first_map(run)
    if projection is None:
        return
    ids = mapped_ids(projection)
    show_map(
        projection.points,
        ids,
        painted(sight, by, ids, projection),
        key=f"two-{side}-{run.id}",
        sight=sight,
        height=HEIGHT,
    )
    st.caption(map_caption(projection, sight.data.n_samples))
