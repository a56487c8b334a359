"""Which pictures merge and split as k changes: galleries of three neighbouring k, the flow between them, and the film."""

from __future__ import annotations

import itertools
from dataclasses import replace

import streamlit as st

from deepclust.engine.judging.choosing import Board
from deepclust.figures.flow import flow_chart
from deepclust.selection.k.tree import changed, flows, words_of_change
from pages.choose.board import looked_at
from pages.gallery.film import k_film
from pages.gallery.gallery import rows_of_pictures
from pages.parts.charts import chart
from pages.visit.sight import Sight


def pictures_view(sight: Sight, board: Board) -> None:
    """Clusters at k - 1, k and k + 1 that are not simply the same ones, and where their samples go."""
    by_k = sight.outcome.by_k
    k = looked_at(sight.run, board)
    shown = [i for i in (k - 1, k, k + 1) if i in by_k]
    if len(shown) < 2:
        st.caption("There is no neighbouring k to compare with.")
        return
    every = st.toggle("All clusters", key="choose-every", help="Else only those that change from one k to the next.")
    keep: dict[int, set[int]] = {i: set() for i in shown}
    for before, after in itertools.pairwise(shown):
        sources, targets = changed(flows(by_k[before], by_k[after]))
        keep[before] |= sources
        keep[after] |= targets
        changes = words_of_change(by_k[before], by_k[after]) or ["No cluster changes much."]
        st.markdown(f"**From k = {before} to {after}:** " + " ".join(changes))
    for column, i in zip(st.columns(len(shown), gap="medium"), shown, strict=True):
        with column:
            st.markdown(f"#### k = {i}" + (" (looked at)" if i == k else ""))
            rows_of_pictures(replace(sight, k=i), "Most typical", only=None if every else keep[i])
            if not every and not keep[i]:
                st.caption("No cluster here changes.")
    st.markdown("#### Where the samples go")
    chart(
        flow_chart({i: by_k[i] for i in shown}),
        "flow",
        f"Flow of samples between the clusters of k = {', '.join(map(str, shown))}",
    )


def film_view(sight: Sight, board: Board) -> None:
    """All k at once, with the range of the verdict marked."""
    k_film(sight, None if board.verdict is None else (board.verdict.low, board.verdict.high), key="choose-film")
