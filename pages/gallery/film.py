"""The film of k on a page: the clusters of every k as their mean pictures, and a question where pictures change hands."""

from __future__ import annotations

import numpy as np
import streamlit as st

from deepclust.figures import webmap
from deepclust.figures.kfilm import Film, film
from deepclust.figures.theme import PETROFF_10
from deepclust.runs.answers import answers_of, give_answer
from pages.map.wire import BUNDLES, answer, wire
from pages.visit import say, session
from pages.visit.sight import Sight

_film = st.components.v2.component("deepclust_film", js=(BUNDLES / "film.js").read_text(encoding="utf-8"))

CAPTION = (
    "A column for every k; each picture is the mean of a cluster, its frame the cluster's colour. From one k to the next the "
    "larger part keeps letter and colour. Point at a dot to see which pictures change hands there."
)


@st.cache_resource(max_entries=4, show_spinner="Cutting the film")
def _cut(key: str, _sight: Sight) -> Film:
    outcome = _sight.outcome
    return film(_sight.data, outcome.result.embedding, outcome.by_k)


def k_film(sight: Sight, verdict: tuple[int, int] | None = None, key: str = "film") -> None:
    """The film of a run at the k that is looked at; ``verdict``: lowest and highest k of the range that is marked.

    A click on a column shows that k, everywhere. Answers to "two kinds or one?" are kept with the run.
    """
    run, by_k = sight.run, sight.outcome.by_k
    if len(by_k) < 2:
        st.caption("This run has clusters at one k only: there is nothing to compare.")
        return
    written = (run.folder / "result.npz").stat().st_mtime_ns
    cut = _cut(f"{run.id}/{written}/{'-'.join(map(str, by_k))}", sight)
    place = f"{key}-{run.id}"
    _film(
        key=place,
        data={
            "film": place,
            "k": sight.k,
            "range": list(verdict) if verdict is not None else None,
            "names": list(sight.clusters.on_the_map() or ()),
            "palette": list(PETROFF_10),
            "answers": {f"{k}/{source}/{target}": said for (k, source, target), said in answers_of(run).items()},
            "words": f"The clusters of k = {min(by_k)} to {max(by_k)} as mean pictures.",
        },
        on_k_change=lambda: _chosen(sight, place),
        on_answer_change=lambda: _answered(sight, place),
    )
    file = np.frombuffer(cut.sheet, np.uint8)
    wire(key=f"{place}-film", data=webmap.message(place, "film", cut.facts(), {"file": file}))
    st.caption(CAPTION)


def _chosen(sight: Sight, place: str) -> None:
    k = answer(place, "k")
    if isinstance(k, int) and k in sight.outcome.by_k:
        session.choose_k(sight.run, k)


def _answered(sight: Sight, place: str) -> None:
    match answer(place, "answer"):
        case {"k": int(k), "source": int(source), "target": int(target), "answer": "two" | "one" | None as said}:
            with say.failures(say.toast):
                give_answer(sight.run, (k, source, target), said)
