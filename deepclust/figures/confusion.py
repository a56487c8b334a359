"""Clusters against classes as a heat map, matched pairs on the diagonal."""

from __future__ import annotations

import html
from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go

from deepclust.figures.theme import TEXT
from deepclust.metrics.lineage import letter


def confusion_map(
    matrix: np.ndarray, clusters: Sequence[int], classes: Sequence[str], names: Sequence[str] | None = None
) -> go.Figure:
    """Draw counts (n_clusters, n_classes), rows and columns already ordered; shares of the row give the colour.

    names: what the clusters are called, else "cluster" and the number; no two alike.
    """
    shares = matrix / np.maximum(matrix.sum(axis=1, keepdims=True), 1)
    few = max(matrix.shape) <= 20
    figure = go.Figure(
        go.Heatmap(
            z=shares,
            x=[html.escape(str(c)) for c in classes],
            y=[f"cluster {letter(c)}" for c in clusters] if names is None else [html.escape(name) for name in names],
            customdata=matrix,
            text=matrix if few else None,
            texttemplate="%{text}" if few else None,
            colorscale="Blues",
            zmin=0,
            zmax=1,
            showscale=False,
            xgap=1,
            ygap=1,
            hovertemplate="%{y} · class %{x}: %{customdata} (%{z:.0%} of the cluster)<extra></extra>",
        )
    )
    figure.update_layout(
        height=90 + 26 * len(clusters),
        margin=dict(l=0, r=0, t=0, b=0),
        paper_bgcolor="rgba(0,0,0,0)",
        plot_bgcolor="rgba(0,0,0,0)",
        font=dict(color=TEXT),
        xaxis=dict(side="top", type="category", title="class"),
        yaxis=dict(autorange="reversed", type="category"),
    )
    return figure
