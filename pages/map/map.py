"""The map behind one call, so that what draws it can be replaced: points in, selected sample ids out.

It is drawn by the component in ``assets/map`` (WebGL); by Plotly in 3-D, where a browser has no WebGL, and with
DEEPCLUST_MAP=plotly. Every part of the component's data is an element of its own, a "wire": Streamlit sends an element
again only when it differs, so places go over once, and a new colour or k costs a byte or two for each point.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import streamlit as st

from deepclust.data.dataset import Dataset
from deepclust.figures import webmap
from deepclust.runs import Run
from pages.map.pictures import pictures
from pages.map.wire import BUNDLES, answer, wire
from pages.visit import cached, session

HEIGHT = 620  # pixels
NO_WEBGL = "map-without-webgl"  # in the session: this browser has said that it cannot

_map = st.components.v2.component("deepclust_map", js=(BUNDLES / "map.js").read_text(encoding="utf-8"))


@dataclass(frozen=True, eq=False)
class Shown:
    """The run whose samples a map shows: for the card of a point, its picture, the selection, and the k keys."""

    run: Run
    data: Dataset
    k: int
    revealed: bool


def in_webgl() -> bool:
    """Whether maps of this session are drawn by the component, as far as is known by now."""
    return os.environ.get("DEEPCLUST_MAP") != "plotly" and not st.session_state.get(NO_WEBGL)


def show_map(
    points: np.ndarray,
    ids: np.ndarray,
    groups: np.ndarray | None,
    *,
    values: np.ndarray | None = None,
    names: Sequence[str] | None = None,
    selected: np.ndarray | None = None,
    key: str,
    shown: Shown | None = None,
    space: str = "",
    value_name: str = "Confidence",
    height: int = HEIGHT,
    reel: Mapping[str, bytes] | None = None,
) -> np.ndarray | None:
    """Draw the map of the samples ``ids``; returns newly selected ids int64, or None if nothing new was selected.

    points float (m, 2 or 3), ids int (m,), groups int (m,) with words ``names`` for them, or values float (m,) in 0..1
    called ``value_name`` instead; selected: ids that stand out. With ``shown``, points have cards with their pictures,
    a selection is kept in the session before the page runs, and None is returned. Between maps of the same ``space``
    (a name) points glide, and what is seen of the plane stays. ``reel``: messages of `deepclust.figures.webreel` by their
    part, for a map that is stepped through many moments; Plotly shows ``points`` only.
    """
    if points.shape[1] != 2 or not in_webgl():
        return _with_plotly(points, ids, groups, values, names, selected, key)
    words = f"Map of {len(ids):,} samples"
    about = {
        "map": key,
        "height": height,
        "words": words,
        "steps": ["k"] if shown is not None else [],
        "link": shown.run.id if shown is not None else "",
        "reel": reel is not None,
    }
    seq = int(st.session_state.get(f"{key}-seq", 0))
    frame = webmap.frame(key, points, ids, space)
    with st.container(gap=None):
        _map(
            key=key,
            data=about,
            on_picked_change=lambda: _picked(key, ids, webmap.version_of(frame), shown),
            on_step_change=lambda: _stepped(key, shown),
            on_failed_change=lambda: st.session_state.update({NO_WEBGL: True}),
        )
        wire(key=f"{key}-frame", data=frame)
        wire(key=f"{key}-paint", data=webmap.paint(key, groups, values, names, value_name))
        for part, packed in (reel or {}).items():
            wire(key=f"{key}-{part}", data=packed)
        if shown is not None:
            _facts(key, ids, shown, None if values is not None else groups)
        chosen = np.zeros(0, np.int64) if selected is None else selected
        wire(key=f"{key}-chosen", data=webmap.chosen(key, ids, chosen, seq))
        if shown is not None:
            pictures(key, ids, shown.data)
    new: np.ndarray | None = st.session_state.pop(f"{key}-new", None)
    return new


def _facts(key: str, ids: np.ndarray, shown: Shown, coloured: np.ndarray | None) -> None:
    """What the card of a point tells. Clusters that colour the map are there already."""
    here = cached.clusters(shown.run, shown.k)
    facts = {"confidence": webmap.levels(here.best.confidence[ids])}
    if coloured is None or not np.array_equal(coloured, here.labels[ids]):
        facts["cluster"] = webmap.group_codes(here.labels[ids])
    wire(key=f"{key}-card", data=webmap.message(key, "card", {"names": here.names}, facts, deflate=True))
    y = shown.data.y
    if shown.revealed and y is not None:
        classes = {"classes": webmap.group_codes(y[ids])}
        names = {"names": shown.data.class_names}
        wire(key=f"{key}-truth", data=webmap.message(key, "truth", names, classes, deflate=True))


def _picked(key: str, ids: np.ndarray, version: str, shown: Shown | None) -> None:
    """A selection has been made in the browser: keep it. One of a map that is no longer shown is not taken."""
    said = answer(key, "picked")
    if not isinstance(said, dict) or said.get("frame") != version:
        return
    try:
        rows = webmap.rows_of(said, len(ids))
    except ValueError as error:
        st.toast(str(error), icon=":material/warning:")
        return
    picked = np.asarray(ids, np.int64)[rows]
    st.session_state[f"{key}-seq"] = int(said.get("seq", 0))
    if shown is None:
        st.session_state[f"{key}-new"] = picked
        return
    if said.get("add"):
        before = session.selected(shown.run)
        picked = np.union1d(picked, before[~np.isin(before, ids)])  # what this map does not show stays selected
    session.select(shown.run, picked)


def _stepped(key: str, shown: Shown | None) -> None:
    """A key was pressed that goes to the next k or to the one before."""
    said = answer(key, "step")
    if shown is None or not isinstance(said, dict) or said.get("what") != "k":
        return
    ks = list(cached.found(shown.run).by_k)
    place = ks.index(shown.k) + (1 if said.get("by") == 1 else -1)
    if 0 <= place < len(ks):
        session.choose_k(shown.run, ks[place])
        st.session_state[f"k-{shown.run.id}"] = ks[place]  # the slider


def _with_plotly(
    points: np.ndarray,
    ids: np.ndarray,
    groups: np.ndarray | None,
    values: np.ndarray | None,
    names: Sequence[str] | None,
    selected: np.ndarray | None,
    key: str,
) -> np.ndarray | None:
    """The map as a Plotly chart. An empty selection is ignored: it sends one whenever the figure changes."""
    from deepclust.figures.maps import scatter_map

    flat = points.shape[1] == 2
    picked = st.plotly_chart(
        scatter_map(points, ids, groups, values=values, names=names, selected=selected),
        key=f"{key}-plotly",
        on_select="rerun" if flat else "ignore",
        selection_mode=("lasso", "box", "points") if flat else (),
        config={"scrollZoom": True, "displaylogo": False},
        alt=f"Map of {len(ids):,} samples",
        theme=None,  # the figure brings its own, and Streamlit takes half a second to put one on
    )
    if not flat:
        return None
    chosen = [point["customdata"] for point in picked["selection"]["points"]]
    if not chosen or chosen == st.session_state.get(f"{key}-last"):
        return None
    st.session_state[f"{key}-last"] = chosen
    return np.array([c[0] if isinstance(c, list) else c for c in chosen], dtype=np.int64)
