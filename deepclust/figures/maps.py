"""The map of a run: points of a projection, coloured by cluster, label or confidence, as a plotly figure."""

from __future__ import annotations

import html
from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go

from deepclust.figures.theme import CONFIDENCE, NOISE, TEXT, colour, plotly_mark


def scatter_map(
    points: np.ndarray,
    ids: np.ndarray,
    groups: np.ndarray | None = None,
    *,
    values: np.ndarray | None = None,
    names: Sequence[str] | None = None,
    selected: np.ndarray | None = None,
    height: int = 620,
) -> go.Figure:
    """Draw points float32 (m, 2 or 3) of the samples ``ids`` int (m,), coloured by group or by value.

    groups: int (m,), one trace and one colour each; values: float (m,) in 0..1 on a colour scale instead. names:
    words for the groups (class names), else their numbers. selected: ids that stand out. Each point carries its id
    as customdata, because trace indices change when a group is hidden.
    """
    figure = go.Figure()
    kind = go.Scatter3d if points.shape[1] == 3 else go.Scattergl
    size = 3 if points.shape[1] == 3 else (6 if len(points) <= 3_000 else 4)
    chosen = None if selected is None or not len(selected) else np.isin(ids, selected)
    shared = dict(mode="markers", hovertemplate="sample %{customdata}<extra>%{fullData.name}</extra>")
    if values is not None:
        colours = dict(color=values.astype(np.float32), colorscale=CONFIDENCE, cmin=0, cmax=1, showscale=True)
        _add(figure, kind, points, ids, chosen, "all", dict(size=size, opacity=0.85, **colours), shared)
    elif groups is not None:
        for group in np.unique(groups):
            rows = groups == group
            name = html.escape(names[group]) if names is not None and 0 <= group < len(names) else str(group)
            marker = dict(size=size, opacity=0.8, color=colour(int(group)))
            if points.shape[1] == 2:
                marker["symbol"] = plotly_mark(int(group))
            inside = None if chosen is None else chosen[rows]
            _add(figure, kind, points[rows], ids[rows], inside, f"{name} ({rows.sum():,})", marker, shared)
            if points.shape[1] == 2:
                _number(figure, points[rows], name)
    hidden = dict(visible=False)
    figure.update_layout(
        height=height,
        margin=dict(l=0, r=0, t=0, b=0),
        paper_bgcolor="rgba(0,0,0,0)",
        plot_bgcolor="rgba(0,0,0,0)",
        font=dict(family="Source Sans, system-ui, sans-serif", color=TEXT),
        modebar=dict(bgcolor="rgba(0,0,0,0)", color=TEXT, activecolor="#3a7fc4"),
        legend=dict(itemsizing="constant", orientation="h", y=-0.01, yanchor="top"),
        xaxis=hidden,
        yaxis=dict(visible=False, scaleanchor="x"),
        dragmode="lasso" if points.shape[1] == 2 else "orbit",
        uirevision="map",
    )
    if points.shape[1] == 3:
        figure.update_layout(scene=dict(xaxis=hidden, yaxis=hidden, zaxis=hidden, aspectmode="data"))
    return figure


def _add(
    figure: go.Figure,
    kind: type,
    points: np.ndarray,
    ids: np.ndarray,
    chosen: np.ndarray | None,
    name: str,
    marker: dict[str, object],
    shared: dict[str, str],
) -> None:
    axes = dict(zip("xyz", points.astype(np.float32).T, strict=False))
    extra: dict[str, object] = {}
    if chosen is not None and points.shape[1] == 2:
        extra = dict(
            selectedpoints=np.flatnonzero(chosen),
            unselected=dict(marker=dict(opacity=0.15, color=NOISE)),
            selected=dict(marker=dict(opacity=1)),
        )
    figure.add_trace(kind(**axes, customdata=ids.astype(np.int32), name=name, marker=marker, **shared, **extra))


def _number(figure: go.Figure, points: np.ndarray, name: str) -> None:
    """Write the group's name at its median point: colour alone must not carry the meaning."""
    x, y = np.median(points, axis=0)
    figure.add_annotation(
        x=float(x),
        y=float(y),
        text=f"<b>{name}</b>",
        showarrow=False,
        yshift=16,  # above the points, which a tight cluster would otherwise hide
        font=dict(size=13, color="#14171c"),
        bgcolor="rgba(255,255,255,0.8)",
        borderpad=2,
    )
