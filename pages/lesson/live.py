"""A run of a lesson while it learns: its curves, the map, and the mean picture of every cluster."""

from __future__ import annotations

import numpy as np
import streamlit as st

from deepclust.data.dataset import Dataset
from deepclust.figures.live import loss_curves, loss_height, loss_series, small_map
from deepclust.figures.plane_points import plane_points
from deepclust.methods import find_method
from deepclust.runs import Run
from deepclust.runs.run import ENDED
from pages.parts.events import events_of
from pages.parts.means import means
from pages.visit import say
from pages.visit.say import plain

MAP_SIDE, MAP_SIDE_OF_CLASS = 330, 420  # pixels
MEAN_SIDE, MEAN_SIDE_OF_CLASS = 40, 50


def watch(run: Run, data: Dataset, classroom: bool) -> None:
    """Draw it, and anew every second; the page runs again when the run has ended."""
    st.fragment(_watch, run_every=1.0)(run, data, classroom)


def _watch(run: Run, data: Dataset, classroom: bool) -> None:
    status = run.status()
    if status.state in ENDED or not run.folder.exists():
        st.rerun()
    method = find_method(run.config.method)
    doing = "waiting for the device" if status.state == "queued" else plain(status.stage) or "getting ready"
    if status.n_epochs:
        doing += f", {method.round_name} {status.epoch} of {status.n_epochs}"
    st.progress(min(1.0, status.fraction), text=f"{method.title}: {doing}")
    if classroom:
        _picture(run, data, MAP_SIDE_OF_CLASS, MEAN_SIDE_OF_CLASS)
    else:
        left, right = st.columns([0.5, 0.5], gap="medium")
        with left:
            curves = loss_series(events_of(run))
            st.echarts_chart(
                loss_curves(curves, round_name=method.round_name),
                key=f"losses-{run.id}",
                height=loss_height(curves),
                alt=f"Loss of every {method.round_name}",
            )
        with right:
            _picture(run, data, MAP_SIDE, MEAN_SIDE)
    st.button("Stop and keep", icon=":material/stop:", on_click=say.failures(say.toast)(run.send), args=("stop",))


def _picture(run: Run, data: Dataset, side: int, mean_side: int) -> None:
    """The last snapshot."""
    try:
        shot = run.snapshot(-1)
        sample, labels = shot["sample"], shot["labels"].astype(np.int64)
    except (IndexError, OSError, ValueError):
        st.skeleton(height=side)
        return
    flat = data.feature_shape == (2,)
    if flat or len(shot["points"]):
        k = run.config.n_clusters
        st.echarts_chart(
            plane_points(data.X[sample], labels, k, side - 8) if flat else small_map(shot["points"], labels, k, side),
            key=f"live-{run.id}",
            height=side,
            alt="Map of the samples now, coloured by cluster",
        )
    if data.pictured:
        row, words = means(data, sample, labels, mean_side)
        st.html(row)
        if mean_side == MEAN_SIDE:
            st.caption(words)
