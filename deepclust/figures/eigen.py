"""The eigenspace as plotly figures: eigenvalues with their gaps, orthonormality, and errors against batch size."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import plotly.graph_objects as go

from deepclust.figures.theme import GRID, PETROFF_10, TEXT
from deepclust.metrics.eigengap import ordinal, read_gaps

WITHIN, BEYOND = "#3f90da", "#94a4a2"
CLEAR, WIDE = "#bd1f01", TEXT
FEW = 12  # so many rows have their numbers written into the heat map
ARMS = 0.32  # of the distance between two bars: half the width of a bracket


def eigenvalue_bars(values: np.ndarray, k: int) -> go.Figure:
    """Bars of eigenvalues (m,) ascending, the first ``k`` in another colour, the widest gaps marked with their k.

    A bracket reaches from one value to the next; it is red and bold where the gap is clear or the graph has fallen
    apart into pieces (see `deepclust.metrics.eigengap.read_gaps`).
    """
    number = np.arange(1, len(values) + 1)
    figure = go.Figure()
    for name, rows in ((f"the first {k} (k = {k} is shown)", number <= k), ("those after them", number > k)):
        if not rows.any():
            continue
        figure.add_bar(
            x=number[rows],
            y=values[rows],
            name=name,
            marker=dict(color=WITHIN if rows[0] else BEYOND),
            hovertemplate="value %{x}: %{y:.4f}<extra></extra>",
        )
    found = read_gaps(values)
    for place in found.marked:
        clear = place in found.clear
        _bracket(figure, values, place, clear, f"<b>k = {place}</b>" if clear else f"{place}?")
    if 1 < found.n_pieces < len(values):
        _bracket(figure, values, found.n_pieces, True, f"<b>{found.n_pieces} pieces</b>")
    figure.update_layout(
        **_plain(330),
        bargap=0.35,
        legend=dict(orientation="h", y=1.02, yanchor="bottom", x=0),
        xaxis=dict(title="eigenvalue, smallest first", dtick=1, showgrid=False, zeroline=False, fixedrange=True),
        yaxis=dict(gridcolor=GRID, zerolinecolor=GRID, rangemode="tozero", fixedrange=True),
    )
    return figure


def _bracket(figure: go.Figure, values: np.ndarray, k: int, clear: bool, text: str) -> None:
    """A mark between the k-th bar and the next, from one value up to the other, with a text above."""
    low, high = float(values[k - 1]), float(values[k])
    colour = CLEAR if clear else WIDE
    middle = k + 0.5
    figure.add_scatter(
        x=[middle - ARMS, middle, middle, middle, middle + ARMS],
        y=[low, low, (low + high) / 2, high, high],
        mode="lines",
        line=dict(color=colour, width=3 if clear else 1.5, dash=None if clear else "dot"),
        name=f"gap after the {ordinal(k)}",
        showlegend=False,
        hovertemplate=f"gap after the {ordinal(k)} value: {high - low:.4f}<extra></extra>",
    )
    figure.add_annotation(
        x=middle,
        y=high,
        text=text,
        showarrow=False,
        yshift=11,
        xshift=-8,
        font=dict(color=colour, size=14 if clear else 12),
    )


def gram_map(Y: np.ndarray) -> go.Figure:
    """Heat map of Y^T Y / n (k, k) of Y (n, k): a diagonal of ones and nothing beside it where Y is orthonormal."""
    Y = np.asarray(Y, np.float64)
    G = Y.T @ Y / len(Y)
    names = [str(i + 1) for i in range(len(G))]
    figure = go.Figure(
        go.Heatmap(
            z=G,
            x=names,
            y=names,
            text=np.round(G, 2),
            texttemplate="%{text}" if len(G) <= FEW else None,
            colorscale="RdBu_r",
            zmid=0,
            zmin=-1,
            zmax=1,
            colorbar=dict(thickness=10, len=0.9),
            xgap=1,
            ygap=1,
            hovertemplate="y%{y} · y%{x} / n = %{z:.4f}<extra></extra>",
        )
    )
    figure.update_layout(
        **_plain(360),
        xaxis=dict(side="top", type="category", constrain="domain", showgrid=False),
        yaxis=dict(autorange="reversed", type="category", scaleanchor="x", showgrid=False),
    )
    return figure


def angle_bars(angles: np.ndarray) -> go.Figure:
    """Principal angles (k,) in degrees, ascending, on a scale up to a right angle."""
    figure = go.Figure(
        go.Bar(
            x=np.arange(1, len(angles) + 1),
            y=angles,
            marker=dict(color=WITHIN),
            text=[f"{a:.1f}°" if a < 10 else f"{a:.0f}°" for a in angles],
            textposition="outside",
            cliponaxis=False,
            hovertemplate="angle %{x}: %{y:.2f}°<extra></extra>",
        )
    )
    figure.update_layout(
        **_plain(240),
        bargap=0.35,
        xaxis=dict(title="direction, best learned first", dtick=1, showgrid=False, fixedrange=True),
        yaxis=dict(
            range=[0, 100], tickvals=[0, 30, 60, 90], ticksuffix="°", gridcolor=GRID, zeroline=False, fixedrange=True
        ),
    )
    return figure


def batch_lines(table: np.ndarray, own: int | None = None) -> go.Figure:
    """The table (r, 4) of `deepclust.metrics.subspace.orthonormality` against the batch size; ``own`` is the run's size.

    A column without numbers (no unseen samples) has no line.
    """
    sizes = table[:, 0]
    figure = go.Figure()
    for name, errors, colour, dash in (
        ("weights from another batch", table[:, 2], PETROFF_10[2], None),
        ("the weights that were kept", table[:, 1], PETROFF_10[0], "dash"),
        ("the same, on samples that the map did not learn from", table[:, 3], PETROFF_10[1], "dot"),
    ):
        if np.isfinite(errors).any():
            figure.add_scatter(
                x=sizes,
                y=errors,
                name=name,
                mode="lines+markers",
                line=dict(color=colour, width=2, dash=dash),
                hovertemplate="batches of %{x:,}: %{y:.3f}<extra></extra>",
            )
    if own is not None and sizes[0] <= own <= sizes[-1]:
        figure.add_vline(x=own, line=dict(color=TEXT, width=1, dash="dot"))
        figure.add_annotation(
            x=np.log10(own), y=1, yref="paper", text="this run's batches", showarrow=False, xanchor="left", xshift=4
        )
    figure.update_layout(
        **_plain(330),
        legend=dict(orientation="h", y=1.02, yanchor="bottom", x=0),
        xaxis=dict(
            type="log",
            title="samples in a batch",
            tickvals=sizes,
            ticktext=[f"{size:,.0f}" for size in sizes],
            gridcolor=GRID,
            fixedrange=True,
        ),
        yaxis=dict(
            title="error, 0 if orthonormal", rangemode="tozero", gridcolor=GRID, zerolinecolor=GRID, fixedrange=True
        ),
    )
    return figure


def cost_lines(lines: Mapping[str, tuple[Sequence[int], Sequence[float]]]) -> go.Figure:
    """CPU seconds against the number of samples, both as powers of ten: by name, sizes and seconds."""
    figure = go.Figure()
    for (name, (sizes, seconds)), colour in zip(lines.items(), PETROFF_10, strict=False):
        figure.add_scatter(
            x=list(sizes),
            y=list(seconds),
            name=name,
            mode="lines+markers",
            line=dict(color=colour, width=2),
            hovertemplate="%{x:,} samples: %{y:,.0f} s<extra>" + name + "</extra>",
        )
    axis = dict(type="log", gridcolor=GRID, fixedrange=True)
    figure.update_layout(
        **_plain(330),
        legend=dict(orientation="h", y=1.02, yanchor="bottom", x=0),
        xaxis=dict(title="samples", dtick=1, tickformat=",", **axis),
        yaxis=dict(title="CPU seconds", dtick=1, tickformat=",", **axis),
    )
    return figure


def _plain(height: int) -> dict[str, object]:
    """What all these figures share: no ground of their own, and a grey that can be read on a light and a dark one."""
    return dict(
        height=height,
        margin=dict(l=52, r=8, t=24, b=44),
        paper_bgcolor="rgba(0,0,0,0)",
        plot_bgcolor="rgba(0,0,0,0)",
        font=dict(family="Source Sans, system-ui, sans-serif", color=TEXT),
    )
