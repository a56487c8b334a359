"""The newest snapshot of a run that learns: the small map, the mean picture of every cluster, and how large each is."""

from __future__ import annotations

from contextlib import suppress

import streamlit as st

from deepclust.figures.live import size_bars, small_map
from deepclust.methods import find_method
from deepclust.runs import Run
from pages.parts.means import means
from pages.visit import cached
from pages.visit.say import plain

MAP_SIDE = 300  # pixels


def latest_snapshot(run: Run) -> None:
    """Draw it, or a word that none is there yet."""
    try:
        shot = run.snapshot(-1)
    except (IndexError, OSError, ValueError):
        st.caption("A small map of the latent space appears with the first snapshot.")
        st.skeleton(height=300)
        return
    labels, k, method = shot["labels"], run.config.n_clusters, find_method(run.config.method)
    now = f"{method.round_name} {int(shot['epoch'])}"
    what = f"**Latent space at {now}**" if method.round_name == "epoch" else f"**The data, sorted in {now}**"
    st.caption(f"{what} of {plain(shot['stage'])} · {len(labels):,} samples, always the same")
    if len(shot["points"]):
        st.echarts_chart(
            small_map(shot["points"], labels, k, MAP_SIDE),
            key=f"small-map-{run.id}",
            height=MAP_SIDE,
            alt="Map of the latent space now, coloured by cluster",
        )
    with suppress(ValueError):  # the page itself says what is wrong with the data
        row, words = means(cached.dataset(run.config.dataset), shot["sample"], labels)
        st.caption(words)
        st.html(row)
    st.caption("**Cluster sizes** in this sample")
    st.echarts_chart(size_bars(labels, k), key=f"sizes-{run.id}", height=150, alt="Number of samples in each cluster")
