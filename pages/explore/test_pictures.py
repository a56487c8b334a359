"""Samples of the test part, which the network has never seen, by the cluster that each was placed in."""

from __future__ import annotations

import html

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from deepclust.data.dataset import Dataset
from deepclust.engine.placing.finished import FinishedRun, names_of
from deepclust.metrics.external import majorities
from deepclust.metrics.lineage import letter
from pages.gallery.row import mostly
from pages.gallery.thumbs import SIZES, USUAL, thumbs
from pages.parts.belonging import mark
from pages.visit import cached, say
from pages.visit.sight import Sight

MOST = 1_000  # samples that are placed


def test_pictures(sight: Sight) -> None:
    """A row of samples of the test part for each of the method's own clusters, once they are asked for. Nothing for other runs."""
    ref = sight.run.config.test_part
    if ref is None or not st.toggle("Show samples of the test part", key=f"test-pictures-{sight.run.id}"):
        return
    try:
        data = cached.dataset(ref)
        rows, labels = _placed(sight.run.id, sight.outcome.metrics["content"], sight, data)
    except (ValueError, OSError) as error:
        say.error(error)
        return
    classes = majorities(data.y[rows], labels) if sight.revealed and data.y is not None else {}
    names, parts = names_of(sight.run), []
    for cluster in np.unique(labels).tolist():
        members = rows[labels == cluster]
        facts = f"{len(members):,} samples{mostly(data, classes, cluster)}"
        shown = members[: SIZES[USUAL]]
        pictures = thumbs(data, f"{sight.run.id}/test/{cluster}", shown, f"Test samples in cluster {letter(cluster)}")
        parts.append(
            f'<div style="font-size:.9rem;margin-top:.4rem">{mark(cluster)} <b>{html.escape(names[cluster])}</b> '
            f'<span style="opacity:.75">{html.escape(facts)}</span></div>{pictures}'
        )
    st.html("".join(parts))
    some = "All" if len(rows) == data.n_samples else f"{len(rows):,} of the {data.n_samples:,}"
    st.caption(
        f"{some} samples of the test part, placed by what was learned from the train part (k = {sight.run.config.n_clusters})."
    )


@st.cache_resource(max_entries=2, show_spinner="Placing samples of the test part")
def _placed(run_id: str, content: str, _sight: Sight, _data: Dataset) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Some rows (m,) of the test part, and the clusters (m,) that they are placed in."""
    rows = np.sort(np.random.default_rng(0).permutation(_data.n_samples)[:MOST])
    run = FinishedRun(_sight.run, cached.store(), _sight.data)
    return rows, np.asarray(run.method.predict(_data.X[rows]), np.int64)
