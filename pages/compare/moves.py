"""The pictures on which two sortings disagree, by pair of clusters."""

from __future__ import annotations

import streamlit as st

from deepclust.engine.judging.pairing import Pair
from deepclust.metrics.lineage import letter
from pages.gallery.moves import move_row
from pages.parts.pick import in_address, pick
from pages.visit.sight import Sight

LARGEST, ROWS = "The largest moves", 6
MANY = 96  # pictures of one pair


def moves_view(sight: Sight, pair: Pair, key: str) -> None:
    """The pictures of the largest moves, or many of one of them. key: names the two sortings."""
    moves = {f"{letter(f.source)} → {letter(f.target)} ({f.count:,})": f for f in pair.moves()}
    if not moves:
        st.success("No sample is in another cluster.")
        return
    chosen = pick("Pictures", [LARGEST, *moves], key=f"moves-{key}", many=True, kept=in_address("moves"))
    shown = list(moves.values())[:ROWS] if chosen == LARGEST else [moves[chosen]]
    most = {"most": MANY} if chosen != LARGEST else {}
    st.html(
        "".join(
            move_row(sight.data, key, pair.moved(f.source, f.target), f.source, f.target, run_id=sight.run.id, **most)
            for f in shown
        )
    )
    if chosen == LARGEST and len(moves) > ROWS:
        st.caption(
            f"{len(moves) - ROWS:,} more pairs of clusters are in the list. A click on a picture shows it on the map."
        )
