"""The page of `benchmarks.map`'s bare comparison: nothing but one map, drawn by our component, by Plotly, or not at all."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pandas as pd
import plotly.express as px
import streamlit as st
from sklearn.cluster import KMeans

from deepclust.projections import Projection
from pages.map.colouring import Paint
from pages.map.map import show_map

N_GROUPS = 12


@st.cache_resource
def cloud(n: int) -> tuple[np.ndarray, np.ndarray]:
    """n points around twelve centres: places float32 (n, 2) and groups int64 (n,). With a layout they are its first 50,000,
    each repeated with a little noise."""
    dice = np.random.default_rng(0)
    if layout := os.environ.get("DEEPCLUST_BENCH_LAYOUT"):
        real = Projection.load(Path(layout)).points[:50_000]
        places = np.tile(real, (n // len(real), 1))
        groups = np.tile(KMeans(N_GROUPS, n_init=1, random_state=0).fit_predict(real), n // len(real))
        return (places + dice.normal(size=places.shape) * 0.002 * np.ptp(real, axis=0)).astype(np.float32), groups
    groups = dice.integers(0, N_GROUPS, n)
    points = dice.normal(size=(N_GROUPS, 2))[groups] * 8 + dice.normal(size=(n, 2))
    return points.astype(np.float32), groups


@st.cache_resource
def chart(n: int) -> object:
    """The same points as Plotly Express draws them: WebGL, one trace for each group."""
    points, groups = cloud(n)
    table = pd.DataFrame({"x": points[:, 0], "y": points[:, 1], "group": groups.astype(str), "id": range(n)})
    figure = px.scatter(table, x="x", y="y", color="group", custom_data=["id"], render_mode="webgl")
    return figure.update_traces(marker_size=3).update_layout(height=620)


n = int(st.query_params["n"])
points, groups = cloud(n)
match st.query_params["draw"]:
    case "map":
        show_map(points, np.arange(n), Paint(groups), key="bare")
    case "plotly":
        st.plotly_chart(chart(n), key="bare", on_select="rerun", selection_mode=("lasso", "box"))
st.write("The end of the page.")
