"""All runs of a lesson so far, each as a small map, in one look."""

from __future__ import annotations

import numpy as np
import streamlit as st

from deepclust.figures.multiples import matched, multiple
from deepclust.figures.plane_points import plane_points
from deepclust.lessons.lesson import Look
from deepclust.runs import Run
from deepclust.spaces import INPUT
from pages.lesson.play import Play
from pages.map.projections import first_map
from pages.parts.means import means
from pages.visit import cached
from pages.visit.say import plain

SIDE, NARROWEST = 200, 230  # pixels
MEAN_SIDE = 24


def beside(play: Play, look: Look) -> None:
    """Draw them; clusters have the colours of those of the last run that they share most samples with."""
    runs = [run for number, run in play.runs.items() if number <= play.number and run.has_result]
    like = cached.own_labels(runs[-1]) if runs else None
    with st.grid(min_column_width=NARROWEST):
        for run in runs:
            with st.container(border=True, height="stretch"):
                st.markdown(f"**{plain(_title(run))}**")
                _panel(run, look, None if run.id == runs[-1].id else like)


def _title(run: Run) -> str:
    """The method, and what else was asked of it in which the runs of a lesson may differ."""
    config = run.config
    name = config.member.partition(". ")[2]
    return f"{name}, {config.params['transforms']}" if "transforms" in config.params else name


def _panel(run: Run, look: Look, like: np.ndarray | None) -> None:
    data, labels = cached.dataset(run.config.dataset), matched(cached.own_labels(run), like)
    first = first_map(run)
    plane = look.space == str(INPUT) and data.feature_shape == (2,)
    if plane or first is not None:
        k = int(labels.max()) + 1
        options = (
            plane_points(data.X, labels, k, SIDE - 8) if plane or first is None else multiple(first.points, labels, k)
        )
        st.echarts_chart(options, key=f"beside-{run.id}", height=SIDE, alt="The samples, coloured by cluster")
    if data.pictured:
        st.html(means(data, np.arange(data.n_samples), labels, MEAN_SIDE)[0])
