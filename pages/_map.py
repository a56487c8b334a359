"""The map behind one call, so that what draws it can be replaced: points in, selected sample ids out."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import streamlit as st

from deepclust.figures.maps import scatter_map


def show_map(
    points: np.ndarray,
    ids: np.ndarray,
    groups: np.ndarray | None,
    *,
    values: np.ndarray | None = None,
    names: Sequence[str] | None = None,
    selected: np.ndarray | None = None,
    key: str,
) -> np.ndarray | None:
    """Draw the map of the samples ``ids``; returns newly selected ids int64, or None if nothing new was selected.

    See `deepclust.figures.maps.scatter_map` for the arrays. An empty selection is ignored: plotly sends one
    whenever the figure changes.
    """
    figure = scatter_map(points, ids, groups, values=values, names=names, selected=selected)
    flat = points.shape[1] == 2
    picked = st.plotly_chart(
        figure,
        key=key,
        on_select="rerun" if flat else "ignore",
        selection_mode=("lasso", "box", "points") if flat else (),
        config={"scrollZoom": True, "displaylogo": False},
        alt=f"Map of {len(ids):,} samples",
        theme=None,  # the figure brings its own, and Streamlit takes half a second to put one on
    )
    if not flat:
        return None
    chosen = [point["customdata"] for point in picked["selection"]["points"]]
    if not chosen or chosen == st.session_state.get(f"{key}-last"):
        return None
    st.session_state[f"{key}-last"] = chosen
    return np.array([c[0] if isinstance(c, list) else c for c in chosen], dtype=np.int64)
