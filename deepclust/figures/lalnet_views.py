"""LALNet's figures 3 and 4: accuracy over the epochs, and what each dimension of F, Z and softmax(Z) does on average."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from deepclust.figures.theme import GRID, PETROFF_10, TEXT, colour
from deepclust.metrics.lalnet.arrays import SPACES, mean_of

CARRIED = 0.9  # of all activity


def accuracy_curve(
    epochs: Sequence[int], accuracies: Sequence[float], marked: Sequence[int], height: int = 200
) -> go.Figure:
    """ACC over the epochs of the snapshots; ``marked`` are the numbers of those that have a map."""
    figure = go.Figure(
        go.Scatter(
            x=epochs,
            y=accuracies,
            mode="lines",
            line=dict(color=PETROFF_10[0]),
            name="ACC",
            hovertemplate="epoch %{x}: ACC %{y:.3f}<extra></extra>",
        )
    )
    figure.add_trace(
        go.Scatter(
            x=[epochs[i] for i in marked],
            y=[accuracies[i] for i in marked],
            mode="markers",
            marker=dict(color=PETROFF_10[0], size=9),
            name="with a map",
            hoverinfo="skip",
        )
    )
    _plain(figure, height)
    figure.update_layout(
        showlegend=False,
        margin=dict(l=50, r=10, t=6, b=36),
        xaxis=dict(title="epoch", gridcolor=GRID),
        yaxis=dict(title="ACC", range=[0, 1], gridcolor=GRID),
    )
    return figure


def parents_first(n_outputs: int, n_parents: int) -> np.ndarray:
    """Order int (n_outputs,) that puts the duplicates of each transformation side by side: output u is of u mod p."""
    return np.arange(n_outputs).reshape(-1, n_parents).T.ravel()


def n_carrying(mean: np.ndarray, share: float = CARRIED) -> int:
    """How few dimensions of means (d,) >= 0 hold that share of all activity."""
    total = np.cumsum(np.sort(mean)[::-1])
    return int(np.searchsorted(total, share * total[-1]) + 1) if len(mean) and total[-1] > 0 else 0


def unit_means(means: Mapping[str, np.ndarray], weights: Mapping[str, np.ndarray], members: Sequence[str]) -> go.Figure:
    """Mean activity (d,) of each dimension of F, Z, softmax(Z), and below it the norm (d,) of the weights that lead there.

    The units of F are in the order of their activity; the outputs stand together by transformation, in its colour.
    softmax(Z) has no weights of its own, so its place below is empty.
    """
    n_parents = len(members)
    orders = {"F": np.argsort(-means["F"], kind="stable")}
    orders["Z"] = orders["softmax(Z)"] = parents_first(len(means["Z"]), n_parents)
    figure = make_subplots(
        2,
        3,
        shared_xaxes=True,
        vertical_spacing=0.09,
        horizontal_spacing=0.05,
        row_heights=[0.6, 0.4],
        subplot_titles=[mean_of(name) for name in SPACES] + ["norm of the weights to F", "norm of the weights to Z"],
    )
    for column, name in enumerate(SPACES, start=1):
        for row, values in ((1, means[name]), (2, weights.get(name))):
            if values is None:
                figure.update_xaxes(visible=False, row=row, col=column)
                figure.update_yaxes(visible=False, row=row, col=column)
                continue
            ordered = values[orders[name]].astype(np.float32)
            if name == "F":
                trace = go.Scatter(
                    y=ordered, mode="lines", fill="tozeroy", line=dict(color=PETROFF_10[0], width=1), name=name
                )
                figure.add_trace(trace, row, column)
                continue
            per = len(ordered) // n_parents
            for parent, member in enumerate(members):
                at = np.arange(parent * per, (parent + 1) * per)
                bars = go.Bar(
                    x=at,
                    y=ordered[at],
                    marker=dict(color=colour(parent), line=dict(width=0)),
                    name=member,
                    hovertemplate=f"{member}, duplicate %{{customdata}}: %{{y:.3g}}<extra></extra>",
                    customdata=at - at[0],
                )
                figure.add_trace(bars, row, column)
    _plain(figure, 330)
    figure.update_layout(showlegend=False, bargap=0.1, margin=dict(l=40, r=0, t=24, b=30))
    figure.update_xaxes(showgrid=False, zeroline=False)
    figure.update_yaxes(gridcolor=GRID, nticks=4, rangemode="tozero")
    for column, words in ((1, "units of F, the most active first"), (2, _outputs(members)), (3, _outputs(members))):
        figure.update_xaxes(title=dict(text=words, font=dict(size=12)), row=1 + (column < 3), col=column)
    figure.update_xaxes(visible=True, showticklabels=False, row=1, col=3)
    figure.update_annotations(font=dict(size=13, color=TEXT))
    return figure


def usage_map(rows: np.ndarray, row_names: Sequence[str], order: np.ndarray, title: str, across: str) -> go.Figure:
    """Mean activity (r, d) of every group of samples, columns in the order int; each row relative to its largest value."""
    ordered = rows[:, order]
    shown = (ordered / np.maximum(np.abs(ordered).max(axis=1, keepdims=True), 1e-12)).astype(np.float32)
    figure = go.Figure(
        go.Heatmap(
            z=shown,
            y=list(row_names),
            colorscale="Blues",
            zmin=0,
            zmax=1,
            showscale=False,
            hovertemplate="%{y}: %{z:.2f} of its largest<extra></extra>",
        )
    )
    _plain(figure, 250)
    figure.update_layout(
        title=dict(text=title, font=dict(size=13), x=0, y=0.99, yanchor="top"),
        margin=dict(l=0, r=0, t=26, b=26),
        xaxis=dict(showticklabels=False, title=dict(text=across, font=dict(size=12))),
        yaxis=dict(autorange="reversed", type="category", tickfont=dict(size=11)),
    )
    return figure


def by_user(rows: np.ndarray) -> np.ndarray:
    """Order int (d,) of the columns of rows (r, d): those that the first row uses most come first, its strongest ahead."""
    return np.lexsort((-rows.max(axis=0), rows.argmax(axis=0)))


def _outputs(members: Sequence[str]) -> str:
    return f"outputs, {members[0]} to {members[-1]}"


def _plain(figure: go.Figure, height: int) -> None:
    figure.update_layout(
        height=height,
        paper_bgcolor="rgba(0,0,0,0)",
        plot_bgcolor="rgba(0,0,0,0)",
        font=dict(family="Source Sans, system-ui, sans-serif", color=TEXT),
    )
