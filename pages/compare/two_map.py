"""The map of two runs: each point has a place in both, and goes from the one to the other."""

from __future__ import annotations

import numpy as np
import streamlit as st

from deepclust.engine.judging.pairing import Pair
from deepclust.figures import webreel
from deepclust.figures.theme import NOISE
from deepclust.projections import Projection
from deepclust.projections.maps.pair import in_one_frame
from deepclust.runs import Run
from deepclust.spaces import LATENT
from pages.map.choice import Choice, projection_control, sample_size
from pages.map.colouring import Paint
from pages.map.map import in_webgl, show_map
from pages.map.projections import chosen_map, first_map, map_caption, mapped_ids
from pages.parts.pick import in_address, pick
from pages.visit.sight import Sight

LIT, ALL = "What changed", "All clusters"
SAME = "Same cluster"
DIM = {"light": NOISE, "dark": "#454a52"}  # of what did not change, by the theme of the page
HEIGHT = 440  # pixels


def map_controls(sight: Sight) -> tuple[Choice, bool]:
    """Which maps are shown, and whether only what changed has a colour."""
    method = projection_control(key="pair-map", default="pca", kept=in_address("map"))
    lit = pick("Colour", [LIT, ALL], key="pair-lit", kept=in_address("lit")) == LIT
    return Choice(LATENT, method, 2, sample_size(sight.run, method)), lit


def two_map(sight: Sight, other: Run, pair: Pair, names: tuple[str, str], look: tuple[Choice, bool]) -> None:
    """The map of a run and that of another, or its own where only the clusters are others. look: as of `map_controls`."""
    choice, lit = look
    at = None if in_webgl() else pick("Show", [0, 1], title=lambda i: names[i], key=f"pair-at-{sight.key}")
    maps = _maps(sight.run, other, choice)
    if maps is None:
        return
    one, two = maps
    ids, in_one, in_two = np.intersect1d(mapped_ids(one), mapped_ids(two), return_indices=True)
    if not len(ids):
        st.info("These two maps show different samples: choose all points above.")
        return
    order = np.argsort(pair.changed[ids], kind="stable")  # what is lit is drawn last, over the rest
    ids, in_one, in_two = ids[order], in_one[order], in_two[order]
    frames = in_one_frame(one.points[in_one], two.points[in_two])
    labels = np.stack([pair.before[ids], pair.after[ids]])
    if lit:
        labels = np.where(pair.changed[ids], labels, -1)
    key = f"pair-{sight.run.id}"
    show_map(
        frames[1 if at is None else at],
        ids,
        Paint(labels[1 if at is None else at], none=SAME, none_colour=DIM.get(st.context.theme.type or "light", NOISE))
        if lit
        else Paint(labels[1 if at is None else at]),
        key=key,
        sight=sight,
        space=f"pair-{choice.method}-{other.id}",
        height=HEIGHT,
        reel={
            "reel": webreel.reel(key, frames, names, [0, 1]),
            "groups": webreel.groups(key, labels),
            "play": webreel.play(key, True, "Run", names[0]),
        },
    )
    st.caption(
        f"{map_caption(two, sight.data.n_samples)} The second map is turned and mirrored to lie as near as possible to the "
        "first, both at the same spread: a move tells that a point has other neighbours, not how far two spaces are apart."
    )


def _maps(run: Run, other: Run, choice: Choice) -> tuple[Projection, Projection] | None:
    """The chosen map of both runs; PCA while one of them is on its way."""
    one = chosen_map(run, choice)
    two = one if other.id == run.id else chosen_map(other, choice)
    if one is None or two is None:
        one, two = first_map(run), first_map(other)
    return None if one is None or two is None else (one, two)
