"""How fooled can it be? The least change of a sample that moves it to another cluster, and whether the verdict notices."""

from __future__ import annotations

import numpy as np
import streamlit as st

from deepclust.data.dataset import Dataset
from deepclust.engine.placing.finished import FinishedRun
from deepclust.engine.placing.fooling import Fooled, fool, has_network
from deepclust.engine.placing.placements import Placements, part_of
from deepclust.figures.pictures import png_bytes, png_data_uri, sprite
from deepclust.figures.point_path import path_svg, svg_data_uri
from deepclust.projections import Projection
from pages.map.projections import mapped_ids
from pages.visit import say
from pages.visit.clusters import Clusters
from pages.visit.say import plain

SIDE = 112  # pixels of a picture


def fooling(run: FinishedRun, sample: np.ndarray, clusters: Clusters, projection: Projection | None) -> None:
    """Ask for a budget, and show what that is enough for; nothing for runs without a network."""
    if not has_network(run) or run.data is None:
        return
    with st.expander("How fooled can it be?", icon=":material/theater_comedy:"):
        pictures = run.data.kind == "image"
        budget = st.slider(
            "Every pixel may change by" if pictures else "Every feature may change by (standard deviations)",
            *((0.01, 0.5, 0.1, 0.01) if pictures else (0.1, 3.0, 1.0, 0.1)),
            key="try-budget",
            help="All by the same, each up or down, whichever makes its own cluster less likely to the network (FGSM).",
        )
        if not st.toggle("Look for the least change that moves it", key="try-fool"):
            return
        try:
            way = fool(run, sample, budget)
        except ValueError as error:
            say.error(error)
            return
        placed = run.place(way.samples)
        _say(way, placed, clusters, "of the brightness" if pictures else "standard deviations", budget)
        if pictures:
            _pictures(way, run.data)
        if projection is not None and projection.points.shape[1] == 2:
            _path(run, placed, projection)


def _say(way: Fooled, placed: Placements, clusters: Clusters, unit: str, budget: float) -> None:
    own = plain(clusters.named(int(way.labels[0])))
    if not way.moved:
        st.markdown(f"It stays in **{own}**: changes of up to {budget:g} {unit} in this direction do not move it.")
        return
    st.markdown(
        f"A change of **{way.amounts[-1]:.3g}** {unit} moves it from {own} to **{plain(clusters.named(int(way.labels[-1])))}**. "
        f"{_noticed(placed)}"
    )


def _noticed(placed: Placements) -> str:
    judge = placed.judge
    if judge is None:
        return "Whether it is unusual could not be told before, and cannot now."
    before, after = placed.percentiles[str(judge.space)][[0, -1]].tolist()
    what = {
        (False, True): "The verdict notices: unusual now",
        (False, False): "The verdict does not notice: usual still",
        (True, True): "It was unusual before, and still is",
        (True, False): "It was unusual before, and is usual now",
    }[placed.verdict(0) == "unusual", placed.verdict(len(placed) - 1) == "unusual"]
    return f"{what} (in {plain(judge.title)}, stranger than {part_of(before)} its samples before, {part_of(after)} them now)."


def _pictures(way: Fooled, data: Dataset) -> None:
    first, last = way.samples[0], way.samples[-1]
    change = last - first
    shown = 0.5 + change / (2 * max(float(np.abs(change).max()), 1e-9))
    cell = max(data.feature_shape[:2])
    figures = "".join(
        f'<figure style="margin:0;text-align:center;font-size:.8rem"><img src="{png_data_uri(png_bytes(sprite(picture[None], 1, cell, gap=0)))}" '
        f'alt="{title}" style="width:{SIDE}px;image-rendering:pixelated;border-radius:6px"><figcaption>{title}</figcaption></figure>'
        for picture, title in ((first, "As it is"), (shown, "The change, enlarged"), (last, "Changed"))
    )
    st.html(f'<div style="display:flex;gap:.8rem;flex-wrap:wrap">{figures}</div>')


def _path(run: FinishedRun, placed: Placements, projection: Projection) -> None:
    ids = mapped_ids(projection)
    middle = projection.points.mean(axis=0)
    places = run.on_map(placed.embedding, projection.points, ids) - middle
    picture = svg_data_uri(path_svg(places, projection.points - middle, run.result.labels[ids]))
    st.html(f'<img src="{picture}" alt="Its way on the map as it is changed" style="max-width:100%">')
    st.caption("Its way on the map, from the thin ring to the thick one, as it is changed more and more.")
