"""What an autoencoder sees: samples, the few numbers that it keeps of each, and what it draws from these alone."""

from __future__ import annotations

import numpy as np
import streamlit as st

from deepclust.data.dataset import Dataset
from deepclust.engine.training.saved import load_model
from deepclust.figures.pictures import png_bytes, png_data_uri, sprite
from deepclust.runs import Run
from pages.visit.sight import Sight

SHOWN, SHOWN_TO_CLASS = 10, 7  # samples
CELL = 64  # pixels


def reconstructions(sight: Sight, classroom: bool) -> None:
    """Draw them, or say that this method draws nothing."""
    n = SHOWN_TO_CLASS if classroom else SHOWN
    rows = _rows(sight.run.id, n, sight.run, sight.data)
    if rows is None:
        st.info("This method has no decoder: it draws nothing from its codes. AEKMeans does.")
        return
    width = sight.outcome.result.embedding.shape[1]
    for words, picture in zip(
        ("What it is given", f"What it keeps: {width} numbers for each", "What it draws from these numbers alone"),
        rows,
        strict=True,
    ):
        st.markdown(f"**{words}**")
        st.html(f'<img src="{picture}" alt="{words}" style="width:100%;max-width:820px;image-rendering:pixelated">')


@st.cache_data(max_entries=16, show_spinner="Asking the decoder")
def _rows(run_id: str, n: int, _run: Run, _data: Dataset) -> tuple[str, str, str] | None:
    method = load_model(_run)
    if not hasattr(method, "reconstruct"):
        return None
    ids = np.random.default_rng(0).permutation(_data.n_samples)[:n]
    X, codes = _data.X[ids], _run.result().embedding
    low_high = (codes.min(axis=0), codes.max(axis=0))
    drawn = method.reconstruct(X)
    span = None if _data.pictured else (_data.X.min(axis=0), _data.X.max(axis=0))
    return (_row(X, span), _row(codes[ids], low_high), _row(np.clip(drawn, 0, 1) if _data.pictured else drawn, span))


def _row(X: np.ndarray, value_range: tuple[np.ndarray, np.ndarray] | None) -> str:
    return png_data_uri(png_bytes(sprite(X, len(X), CELL, value_range=value_range)))
