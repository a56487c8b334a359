"""The map behind one call, so that what draws it can be replaced: points in, and the selection of the session follows.

It is drawn by the component in ``assets/map`` (WebGL); by Plotly in 3-D, where a browser has no WebGL, and with
DEEPCLUST_MAP=plotly. Every part of the component's data is an element of its own, a "wire": Streamlit sends an element
again only when it differs, so places go over once, and a new colour or k costs a byte or two for each point.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

import numpy as np
import streamlit as st

from deepclust.figures import webmap
from deepclust.figures.sheets import COLUMNS, faces_sheet
from pages.map.colouring import Paint
from pages.map.pictures import pictures
from pages.map.wire import BUNDLES, answer, wire
from pages.visit import say, session
from pages.visit.sight import Sight

HEIGHT = 620  # pixels
WINDOW = 0  # instead of a height: as high as the window leaves room, see assets/app.css
MOST_FACES = 60  # clusters whose labels have a picture
NO_WEBGL = "map-without-webgl"  # in the session: this browser has said that it cannot

_map = st.components.v2.component("deepclust_map", js=(BUNDLES / "map.js").read_text(encoding="utf-8"))


def in_webgl() -> bool:
    """Whether maps of this session are drawn by the component, as far as is known by now."""
    return os.environ.get("DEEPCLUST_MAP") != "plotly" and not st.session_state.get(NO_WEBGL)


def show_map(
    points: np.ndarray,
    ids: np.ndarray,
    paint: Paint,
    *,
    key: str,
    sight: Sight | None = None,
    space: str = "",
    height: int = HEIGHT,
    reel: Mapping[str, bytes] | None = None,
) -> None:
    """Draw the map of the samples ``ids`` int (m,) at points float (m, 2 or 3) in their colours.

    With ``sight``, points have cards with their pictures, what is selected of its run stands out, and a selection made on
    the map becomes that of the session. Between maps of the same ``space`` (a name) points glide, and what is seen of the
    plane stays. ``reel``: messages of `deepclust.figures.webreel` by their part, for a map that is stepped through many
    moments; Plotly shows ``points`` only.
    """
    selected = np.zeros(0, np.int64) if sight is None else session.selected(sight.run)
    if points.shape[1] != 2 or not in_webgl():
        _with_plotly(points, ids, paint, selected, key, sight)
        return
    about = {
        "map": key,
        "height": height,
        "words": f"Map of {len(ids):,} samples",
        "steps": ["k"] if sight is not None else [],
        "link": sight.run.id if sight is not None else "",
        "reel": reel is not None,
    }
    seq = int(st.session_state.get(f"{key}-seq", 0))
    frame = webmap.frame(key, points, ids, space)
    with st.container(gap=None):
        _map(
            key=key,
            data=about,
            on_picked_change=lambda: _picked(key, ids, webmap.version_of(frame), sight),
            on_step_change=lambda: _stepped(key, sight),
            on_failed_change=lambda: st.session_state.update({NO_WEBGL: True}),
        )
        wire(key=f"{key}-frame", data=frame)
        packed_paint = webmap.paint(
            key, paint.groups, paint.values, paint.names, paint.value_name, paint.ends, paint.none, paint.none_colour
        )
        wire(key=f"{key}-paint", data=packed_paint)
        for part, packed in (reel or {}).items():
            wire(key=f"{key}-{part}", data=packed)
        if sight is not None:
            coloured = None if paint.values is not None else paint.groups
            _facts(key, ids, sight, coloured)
            if sight.data.pictured and reel is None and coloured is not None:
                _faces(key, ids, sight, coloured, webmap.version_of(packed_paint))
        wire(key=f"{key}-chosen", data=webmap.chosen(key, ids, selected, seq))
        if sight is not None:
            pictures(key, ids, sight.data)


def _facts(key: str, ids: np.ndarray, sight: Sight, coloured: np.ndarray | None) -> None:
    """What the card of a point tells. Clusters that colour the map are there already."""
    clusters = sight.clusters
    facts = {"confidence": webmap.levels(clusters.best.confidence[ids])}
    if coloured is None or not np.array_equal(coloured, clusters.labels[ids]):
        facts["cluster"] = webmap.group_codes(clusters.labels[ids])
    wire(key=f"{key}-card", data=webmap.message(key, "card", {"names": clusters.names}, facts, deflate=True))
    if sight.classes is not None:
        classes = {"classes": webmap.group_codes(sight.classes[ids])}
        names = {"names": sight.data.class_names}
        wire(key=f"{key}-truth", data=webmap.message(key, "truth", names, classes, deflate=True))


def _faces(key: str, ids: np.ndarray, sight: Sight, coloured: np.ndarray, version: str) -> None:
    """The most central picture of every cluster, for the labels of a map that is coloured by them."""
    clusters = sight.clusters
    if not np.array_equal(coloured, clusters.labels[ids]):
        return
    numbers = [c for c in clusters.best.typical if c >= 0][:MOST_FACES]
    file, width, height = _faces_sheet(clusters.key, sight)
    facts = {
        "codes": [c + 1 for c in numbers],
        "of": version,
        "columns": COLUMNS,
        "width": width,
        "height": height,
        "type": "image/jpeg",
    }
    wire(key=f"{key}-faces", data=webmap.message(key, "faces", facts, {"file": np.frombuffer(file, np.uint8)}))


@st.cache_data(max_entries=64, show_spinner=False)
def _faces_sheet(key: str, _sight: Sight) -> tuple[bytes, int, int]:
    typical = _sight.clusters.best.typical
    return faces_sheet(_sight.data, np.array([typical[c][0] for c in typical if c >= 0][:MOST_FACES]))


def _picked(key: str, ids: np.ndarray, version: str, sight: Sight | None) -> None:
    """A selection has been made in the browser: keep it. One of a map that is no longer shown is not taken."""
    message = answer(key, "picked")
    if sight is None or not isinstance(message, dict) or message.get("frame") != version:
        return
    try:
        rows = webmap.rows_of(message, len(ids))
    except ValueError as error:
        say.toast(error)
        return
    picked = np.asarray(ids, np.int64)[rows]
    st.session_state[f"{key}-seq"] = int(message.get("seq", 0))
    if message.get("add"):
        before = session.selected(sight.run)
        picked = np.union1d(picked, before[~np.isin(before, ids)])  # what this map does not show stays selected
    session.select(sight.run, picked)


def _stepped(key: str, sight: Sight | None) -> None:
    """A key was pressed that goes to the next k or to the one before."""
    message = answer(key, "step")
    if sight is None or not isinstance(message, dict) or message.get("what") != "k":
        return
    ks = list(sight.outcome.by_k)
    place = ks.index(sight.k) + (1 if message.get("by") == 1 else -1)
    if 0 <= place < len(ks):
        session.choose_k(sight.run, ks[place])


def _with_plotly(
    points: np.ndarray, ids: np.ndarray, paint: Paint, selected: np.ndarray, key: str, sight: Sight | None
) -> None:
    """The map as a Plotly chart. An empty selection is ignored: it sends one whenever the figure changes."""
    from deepclust.figures.maps import scatter_map

    flat = points.shape[1] == 2
    event: Any = st.plotly_chart(
        scatter_map(points, ids, paint.groups, values=paint.values, names=paint.names, selected=selected),
        key=f"{key}-plotly",
        on_select="rerun" if flat else "ignore",
        selection_mode=("lasso", "box", "points") if flat else (),
        config={"scrollZoom": True, "displaylogo": False},
        alt=f"Map of {len(ids):,} samples",
        theme=None,  # the figure brings its own, and Streamlit takes half a second to put one on
    )
    chosen = [point["customdata"] for point in event["selection"]["points"]] if flat else []
    if sight is None or not chosen or chosen == st.session_state.get(f"{key}-last"):
        return
    st.session_state[f"{key}-last"] = chosen
    session.select(sight.run, np.array([c[0] if isinstance(c, list) else c for c in chosen], dtype=np.int64))
    st.rerun()
