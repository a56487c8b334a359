"""A run that is still training, at its last snapshot: the map of then, and the pictures of every cluster."""

from __future__ import annotations

import html

import numpy as np
import streamlit as st

from deepclust.data.dataset import Dataset
from deepclust.figures.pictures import mean_picture
from deepclust.methods import find_method
from deepclust.metrics.exemplars import exemplars
from deepclust.metrics.lineage import letter
from deepclust.runs import Run
from deepclust.runs.run import ENDED
from pages.gallery.thumbs import SIZES, USUAL, thumbs
from pages.map.colouring import Paint
from pages.map.map import show_map
from pages.parts.belonging import mark
from pages.visit import cached, session
from pages.visit.say import plain

MOST_ROWS = 30
MEAN_SIDE = 44  # pixels


def in_training(run: Run) -> bool:
    """Draw the last snapshot of a run that is live and has no result yet; False where there is nothing to draw."""
    if run.has_result or run.status().state in ENDED:
        return False
    number = run.n_snapshots - 1
    try:
        shot, data = run.snapshot(number), cached.dataset(run.config.dataset)
    except (IndexError, OSError, ValueError):
        return False
    sample, labels = shot["sample"], shot["labels"].astype(np.int64)
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(
            f"**Still training.** This is {find_method(run.config.method).round_name} {int(shot['epoch'])} of "
            f"{plain(shot['stage'])}, {len(sample):,} samples."
        )
        st.button("Newest snapshot", icon=":material/refresh:", type="primary")  # a click draws the page anew
        if st.button("Watch it train"):
            st.switch_page("pages/train/page.py", query_params=session.url_of(run))
    st.caption(
        "Another number of clusters, other maps, edits and the verdict on k come when the run ends, or when you stop it."
    )
    left, right = st.columns([0.6, 0.4], gap="medium")
    with left:
        if len(shot["points"]):
            show_map(shot["points"], sample, Paint(labels), key=f"snapshot-{run.id}", space="snapshot")
            st.caption("PCA of the latent space. From one snapshot to the next points glide to where they are now.")
    with right:
        _rows(run, data, number, shot["embedding"], sample, labels)
    return True


def _rows(run: Run, data: Dataset, number: int, embedding: np.ndarray, sample: np.ndarray, labels: np.ndarray) -> None:
    """Mean and most typical samples of every cluster, of the largest where they are many."""
    best = exemplars(embedding.reshape(len(embedding), -1), labels, SIZES[USUAL])
    clusters, sizes = np.unique(labels[labels >= 0], return_counts=True)
    largest = np.sort(np.argsort(-sizes, kind="stable")[:MOST_ROWS])
    value_range = None if data.pictured else (data.X[sample].min(axis=0), data.X[sample].max(axis=0))
    parts = []
    for cluster, size in zip(clusters[largest].tolist(), sizes[largest].tolist(), strict=True):
        mean = mean_picture(data, sample[labels == cluster], MEAN_SIDE, value_range)
        typical = sample[best.typical[cluster]]
        name = f"Cluster {letter(cluster)}"
        parts.append(
            f'<div style="display:flex;gap:.6rem;align-items:center;margin-top:.5rem"><img src="{mean}" alt="Mean of {name}" '
            f'style="border-radius:4px;image-rendering:pixelated">'
            f'<div style="font-size:.9rem">{mark(cluster)} <b>{html.escape(name)}</b> '
            f'<span style="opacity:.7">{size:,} of these samples</span></div></div>'
            + thumbs(data, f"{run.id}/snapshot-{number}/{cluster}", typical, f"Most typical samples of {name}")
        )
    st.html("".join(parts))
