"""Two eigenvectors as a map: which ones are its axes, and the map, which shares its selection with all others of the run."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import streamlit as st

from deepclust.projections import sample_ids
from pages.map.colouring import painted
from pages.map.map import show_map
from pages.visit import cached
from pages.visit.sight import Sight

MOST_POINTS = 10_000
HEIGHT = 480  # pixels of a map


def pair_control(
    n: int, first: tuple[int, int], key: str, title: Callable[[int], str], suffix: str = ""
) -> tuple[int, int]:
    """Which two of n eigenvectors are the axes, as column numbers. title: what one is called."""
    across, up = (
        st.selectbox(
            f"{label}{suffix}", range(n), index=min(start, n - 1), format_func=title, key=f"{label}-{key}", width=190
        )
        for label, start in zip(("Across", "Up"), first, strict=True)
    )
    return int(across), int(up)


def mapped_rows(sight: Sight) -> np.ndarray:
    """The samples that such maps show, int64 (m,): every cluster has its share."""
    return sample_ids(sight.run.config.n_samples, MOST_POINTS, 0, cached.own_labels(sight.run))


def pair_map(sight: Sight, by: str, points: np.ndarray, ids: np.ndarray, key: str) -> None:
    """A map of the samples ``ids`` int (m,) at points float (m, 2)."""
    show_map(points, ids, painted(sight, by, ids), key=key, sight=sight, height=HEIGHT)
