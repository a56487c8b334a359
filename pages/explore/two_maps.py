"""The Two maps view of Explore: any two maps of a run side by side; what is selected or looked at in one shows in both."""

from __future__ import annotations

import streamlit as st

from deepclust.projections import PROJECTIONS
from deepclust.runs import Run
from deepclust.spaces import INPUT, LATENT, Space
from pages.gallery.gallery import galleries
from pages.map.choice import Choice, projection_control, sample_size, space_control, spaces
from pages.map.colouring import colour_by, painted
from pages.map.map import WINDOW, show_map
from pages.map.projections import chosen_map, first_map, map_caption, mapped_ids
from pages.parts.pick import Kept
from pages.visit import session
from pages.visit.say import plain
from pages.visit.sight import Sight

FIRST = {"left": (INPUT, "pca"), "right": (LATENT, "pca")}  # what the two maps show at first


def two_maps(sight: Sight) -> None:
    """Two maps with controls of their own, of the same samples in the same colours, with one selection."""
    run = sight.run
    with st.container(key="explore-columns"):
        columns = dict(zip(FIRST, st.columns(2, gap="small"), strict=True))
    sides = {side: column.container(key=f"map-side-{side}") for side, column in columns.items()}
    controls = {side: within.container(key=f"map-controls-{side}", horizontal=True) for side, within in sides.items()}
    chosen = {}
    for side in FIRST:
        with controls[side], st.popover(":material/map: Map", key=f"two-choice-{side}", help="Which space, and how"):
            chosen[side] = _choice(run, side)
    with (
        controls["left"],
        st.popover(":material/palette: Both", key="two-both", help="Colours and points of both maps"),
    ):
        by = colour_by(sight, measured=True)
        sample = sample_size(run, *(method for _, method in chosen.values()))
    for side, within in sides.items():
        with within:
            _map(sight, by, Choice(*chosen[side], 2, sample, linked=True), side)
    st.caption("Select points on one map, or rest on one: they stand out on the other.")
    if len(session.selected(run)):
        galleries(sight)


def _choice(run: Run, side: str) -> tuple[Space, str]:
    """Space and projection of one map, by its controls."""
    space, method = FIRST[side]
    return (
        space_control(run, key=f"two-space-{side}-{run.id}", default=space, kept=_half(run, side, 0)),
        projection_control(key=f"two-method-{side}-{run.id}", default=method, kept=_half(run, side, 1)),
    )


def _half(run: Run, side: str, place: int) -> Kept:
    """One half of what the address says of a side, such as ``left=input.pca``."""
    first = [str(half) for half in FIRST[side]]

    def halves() -> list[str]:
        space, method = (session.part(side) or "").rpartition(".")[::2]
        return [space, method] if space in map(str, spaces(run)) and method in PROJECTIONS else list(first)

    def keep(word: str | None) -> None:
        both = halves()
        both[place] = word or first[place]
        session.keep_part(side, None if both == first else ".".join(both))

    return Kept(lambda: halves()[place], keep)


def _map(sight: Sight, by: str, choice: Choice, side: str) -> None:
    """One of the maps, or a word on how far it is; of the latent space PCA until then."""
    run = sight.run
    with st.container(key=f"map-progress-{side}"):
        projection = chosen_map(run, choice)
    if projection is None and choice.space == LATENT:
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
        height=WINDOW,
    )
    name = f"{PROJECTIONS[projection.method].title} of {plain(spaces(run)[choice.space])}"
    st.caption(f"**{name}.** {map_caption(projection, sight.data.n_samples)}")
