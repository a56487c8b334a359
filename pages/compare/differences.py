"""Why two runs differ, and how: the flow between their clusters, their curves over each other, and their settings."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from deepclust.engine.judging.pairing import Pair, differing
from deepclust.figures.flow import flow_chart
from deepclust.figures.live import loss_curves, loss_height, loss_series
from deepclust.runs import Run
from pages.parts.charts import chart
from pages.visit.say import plain


def flow(pair: Pair, names: tuple[str, str]) -> None:
    """Where the samples of each cluster are in the other sorting."""
    st.subheader("From cluster to cluster", anchor=False)
    chart(
        flow_chart({1: pair.before, 2: pair.after}, {1: names[0], 2: names[1]}),
        "pair-flow",
        f"Flow of samples from the clusters of {names[0]} to those of {names[1]}",
    )


def curves(runs: Sequence[Run], names: Sequence[str]) -> None:
    """The losses of several runs over each other, a panel for each term."""
    series = [
        {**curve, "stage": name}
        for run, name in zip(runs, names, strict=True)
        for curve in _curves(run.id, run.events_size, run)
    ]
    if not series:
        return
    st.subheader("Curves", anchor=False)
    st.echarts_chart(
        loss_curves(series), key="pair-curves", height=loss_height(series), alt="Losses of the runs over each other"
    )


@st.cache_data(max_entries=32, show_spinner=False)
def _curves(run_id: str, size: int, _run: Run) -> list[dict[str, object]]:
    """The loss curves of a run; ``size`` of its events tells whether there are more."""
    return loss_series(_run.events()[0])


def settings(runs: Sequence[Run], names: Sequence[str]) -> None:
    """What was asked of the runs, where it is not the same."""
    rows = differing([run.config for run in runs])
    st.subheader("Settings that differ", anchor=False)
    if not rows:
        st.caption("None: the runs were asked for the same.")
        return
    columns = {plain(name): [plain(values[i]) for values in rows.values()] for i, name in enumerate(names)}
    st.table({"": [plain(name) for name in rows], **columns}, border="horizontal", hide_index=True)
