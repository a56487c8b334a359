"""Train at once: the usual method with its quick settings on the chosen data, with one click."""

from __future__ import annotations

import streamlit as st

from deepclust.data.dataset import Dataset
from pages.parts.start import start_run
from pages.visit import session

FIRST_METHOD, FIRST_PRESET = "DDLS", "quick"


def train_at_once(data: Dataset, n_clusters: int | None = None) -> None:
    """Start a run on the chosen data and go and watch it. n_clusters: None for the number of classes of the catalog.

    ValueError or OSError, in words, where it cannot be started.
    """
    from deepclust.engine.asking.ask import make_config  # loads scikit-learn, which the first page does without

    config = make_config(
        st.session_state.dataset,
        data,
        FIRST_METHOD,
        preset=FIRST_PRESET,
        values={} if n_clusters is None else {"n_clusters": n_clusters},
        labels_seen=session.labels_revealed(data.fingerprint),
    )
    run = start_run(config)
    st.switch_page("pages/train/page.py", query_params=session.url_of(run))
