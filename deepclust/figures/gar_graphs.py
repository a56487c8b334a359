"""LALNet's figure 6: the graphs G_Y and G_M as points and lines, as ordered matrices, and their story in curves."""

from __future__ import annotations

import html
from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go
from PIL import Image

from deepclust.figures.pictures import png_bytes
from deepclust.figures.theme import GRID, PETROFF_10, TEXT, colour, plotly_mark
from deepclust.metrics.lalnet.graphs import GraphStory

MOST_TICKS = 4  # of the number of subgraphs
MOST_LINES = 4_000  # drawn at random of those there are: more only make the picture darker
LINE, ACROSS = "rgba(128,136,144,0.25)", "rgba(189,31,1,0.25)"
INK = np.array([32, 96, 160])


def graph_figure(
    points: np.ndarray, pairs: np.ndarray, groups: np.ndarray, names: Sequence[str], title: str, height: int = 400
) -> go.Figure:
    """Samples float32 (m, 2) coloured by group int (m,), and lines for pairs int (e, 2), red between two groups.

    names: a word for every group. At most 4,000 lines are drawn, always the same ones of the same pairs.
    """
    dice = np.random.default_rng(0).random(len(points) ** 2, np.float32)
    drawn = pairs[np.argsort(dice[pairs[:, 0] * len(points) + pairs[:, 1]], kind="stable")[:MOST_LINES]]
    across = groups[drawn[:, 0]] != groups[drawn[:, 1]]
    figure = go.Figure()
    for kept, ink, name in ((~across, LINE, "in one group"), (across, ACROSS, "between groups")):
        x, y = _lines(points, drawn[kept])
        figure.add_trace(
            go.Scattergl(
                x=x, y=y, mode="lines", line=dict(color=ink, width=0.7), name=name, hoverinfo="skip", showlegend=False
            )
        )
    for group in np.unique(groups):
        rows = groups == group
        marker = dict(size=6, color=colour(int(group)), symbol=plotly_mark(int(group)), line=dict(width=0))
        x, y = points[rows].T
        figure.add_trace(
            go.Scattergl(
                x=x,
                y=y,
                mode="markers",
                marker=marker,
                name=html.escape(names[group]),
                hovertemplate="%{fullData.name}<extra></extra>",
            )
        )
    axis = dict(visible=False, fixedrange=True)
    _plain(figure, height, title)
    figure.update_layout(
        xaxis=axis,
        yaxis=axis,
        legend=dict(orientation="h", y=-0.01, yanchor="top", itemsizing="constant", font=dict(size=11)),
        uirevision="graph",
    )
    return figure


def matrix_png(adjacency: np.ndarray, order: np.ndarray) -> bytes:
    """The adjacency (m, m) in 0..1 as a PNG of one pixel per pair, rows and columns in the order int (m,)."""
    ordered = np.clip(adjacency[np.ix_(order, order)], 0, 1)[:, :, None]
    return png_bytes(Image.fromarray(np.rint(255 - ordered * (255 - INK)).astype(np.uint8)))


def story_curves(
    epochs: Sequence[int], story: GraphStory, now: int, kinds: str = "clusters", height: int = 190
) -> go.Figure:
    """Over the epochs: what joins different transformations in G_Y, what joins different ``kinds`` of samples in G_M,
    and the subgraphs of G_M (right axis)."""
    figure = go.Figure()
    for values, name, ink in (
        (story.y_across, "G<sub>Y</sub>: connections between transformations", PETROFF_10[0]),
        (story.m_across, f"G<sub>M</sub>: connections between {kinds}", PETROFF_10[1]),
    ):
        figure.add_trace(go.Scatter(x=epochs, y=values, name=name, mode="lines+markers", line=dict(color=ink)))
    figure.add_trace(
        go.Scatter(
            x=epochs,
            y=story.n_subgraphs,
            name="disjoint subgraphs of G<sub>M</sub>",
            yaxis="y2",
            mode="lines+markers",
            line=dict(color=PETROFF_10[4], dash="dot"),
        )
    )
    whole_numbers = -(-int(max(story.n_subgraphs, default=1)) // MOST_TICKS) or 1
    figure.add_vline(x=now, line=dict(color=TEXT, width=1, dash="dash"))
    _plain(figure, height, "")
    figure.update_layout(
        margin=dict(l=50, r=40, t=26, b=36),
        xaxis=dict(title="epoch", gridcolor=GRID),
        yaxis=dict(tickformat=".0%", rangemode="tozero", gridcolor=GRID),
        yaxis2=dict(overlaying="y", side="right", rangemode="tozero", showgrid=False, dtick=whole_numbers),
        legend=dict(orientation="h", y=1.0, yanchor="bottom", font=dict(size=11)),
        hovermode="x unified",
    )
    return figure


def _lines(points: np.ndarray, pairs: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Ends of the lines one after the other, with a gap after each: float32 (3 * e,) twice."""
    ends = np.full((len(pairs), 3, 2), np.nan, np.float32)
    ends[:, :2] = points[pairs]
    x, y = ends.reshape(-1, 2).T
    return x, y


def _plain(figure: go.Figure, height: int, title: str) -> None:
    figure.update_layout(
        height=height,
        title=dict(text=title, font=dict(size=14), x=0, y=0.99, yanchor="top"),
        margin=dict(l=0, r=0, t=30 if title else 0, b=0),
        paper_bgcolor="rgba(0,0,0,0)",
        plot_bgcolor="rgba(0,0,0,0)",
        font=dict(family="Source Sans, system-ui, sans-serif", color=TEXT),
    )
