"""The board on which k is chosen: votes for every k, and the curves of all criteria over one k axis."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from deepclust.figures.theme import GRID, PETROFF_10, TEXT
from deepclust.selection.k.criterion import Criterion
from deepclust.selection.k.verdict import Verdict

LINE, PICK, SHADE = PETROFF_10[0], PETROFF_10[6], "rgba(255,169,14,0.16)"
ROW = 118  # pixels of a row of panels


def votes_chart(verdict: Verdict, chosen: int | None = None, true_k: int | None = None) -> go.Figure:
    """Bars of the votes for every k; those of the range stand out, the best is dark. true_k: marked, once revealed."""
    ks = list(verdict.votes)
    inside = [verdict.low <= k <= verdict.high for k in ks]
    colours = [PICK if k == verdict.best else "#f3b98f" if i else "#c9ccd1" for k, i in zip(ks, inside, strict=True)]
    figure = go.Figure(
        go.Bar(
            x=ks,
            y=[round(v, 3) for v in verdict.votes.values()],
            marker=dict(color=colours),
            hovertemplate="k = %{x}: %{y:.1f} votes<extra></extra>",
        )
    )
    _dress(figure, 210)
    figure.update_layout(
        xaxis=dict(title="k", dtick=1 if len(ks) <= 25 else 5, showgrid=False, range=[ks[0] - 0.6, ks[-1] + 0.6]),
        yaxis=dict(title="votes", gridcolor=GRID, rangemode="tozero"),
        bargap=0.25,
    )
    _mark(figure, chosen, true_k)
    return figure


def criteria_board(
    criteria: Sequence[Criterion],
    verdict: Verdict | None,
    ks: Sequence[int],
    *,
    columns: int = 3,
    true_k: int | None = None,
) -> go.Figure:
    """One small panel for each criterion, all over the same k axis; its pick is a dot, the verdict's range a band.

    A criterion that only counts is shown as the k that it found, thick for its pick. Panels stand in the order given.
    """
    rows = -(-len(criteria) // columns)
    figure = make_subplots(
        rows=rows,
        cols=columns,
        shared_xaxes="all",
        subplot_titles=[_headline(c) for c in criteria],
        vertical_spacing=min(0.3 / max(rows, 1), 0.1),
        horizontal_spacing=0.05,
    )
    for i, criterion in enumerate(criteria):
        place = dict(row=i // columns + 1, col=i % columns + 1)
        for trace in _traces(criterion):
            figure.add_trace(trace, **place)
        if verdict is not None:
            figure.add_vrect(
                verdict.low - 0.5, verdict.high + 0.5, fillcolor=SHADE, line_width=0, layer="below", **place
            )
        if true_k is not None:
            figure.add_vline(true_k, line=dict(color=TEXT, width=1, dash="dot"), **place)
        figure.update_xaxes(showticklabels=i >= len(criteria) - columns, **place)
        if not criterion.curve:
            figure.update_yaxes(range=[-1, 1], showticklabels=False, **place)
    _dress(figure, 70 + ROW * rows)
    figure.update_xaxes(
        range=[ks[0] - 0.6, ks[-1] + 0.6], gridcolor=GRID, dtick=2 if len(ks) <= 25 else 5, zeroline=False
    )
    figure.update_yaxes(gridcolor=GRID, nticks=4, zeroline=False, tickfont=dict(size=10))
    figure.update_annotations(font=dict(size=12.5, color=TEXT))
    return figure


def _headline(criterion: Criterion) -> str:
    said = "no opinion" if criterion.pick is None else f"k = {criterion.pick}"
    if criterion.weight == 0:
        said = "no vote"
    return f"<b>{criterion.title}</b>: {said}"


def _traces(criterion: Criterion) -> list[go.Scatter]:
    if not criterion.curve:
        others = [k for k in criterion.plausible if k != criterion.pick]
        found = [
            go.Scatter(
                x=others,
                y=[0] * len(others),
                mode="markers",
                marker=dict(color=LINE, size=8),
                hovertemplate="k = %{x}: possible<extra></extra>",
            )
        ]
        return [*found, _dot([criterion.pick], [0])] if criterion.pick is not None else found
    ks, values = list(criterion.ks), np.array(criterion.curve, dtype=float)
    traces = [
        go.Scatter(
            x=ks,
            y=values,
            mode="lines+markers",
            line=dict(color=LINE, width=1.5),
            marker=dict(size=4),
            connectgaps=False,
            hovertemplate="k = %{x}: %{y:.4g}<extra></extra>",
        )
    ]
    if criterion.pick in criterion.ks:
        traces.append(_dot([criterion.pick], [values[ks.index(criterion.pick)]]))
    return traces


def _dot(x: list[int | None], y: list[float]) -> go.Scatter:
    return go.Scatter(
        x=x,
        y=y,
        mode="markers",
        marker=dict(color=PICK, size=11, line=dict(color="white", width=1)),
        name="pick",
        hovertemplate="pick: k = %{x}<extra></extra>",
    )


def _mark(figure: go.Figure, chosen: int | None, true_k: int | None) -> None:
    """Lines at the k that is looked at and at the true number, their words on sides where they do not meet."""
    if chosen is not None:
        side = "top right" if true_k is not None and chosen > true_k else "top left"
        figure.add_vline(chosen, line=dict(color=TEXT, width=1), annotation_text="looked at ", annotation_position=side)
    if true_k is not None:
        side = "top left" if chosen is not None and true_k < chosen else "top right"
        line = dict(color=TEXT, width=1.5, dash="dot")
        figure.add_vline(true_k, line=line, annotation_text="true classes", annotation_position=side)
    figure.update_annotations(yanchor="bottom")


def _dress(figure: go.Figure, height: int) -> None:
    figure.update_layout(
        height=height,
        margin=dict(l=40, r=8, t=28, b=36),
        paper_bgcolor="rgba(0,0,0,0)",
        plot_bgcolor="rgba(0,0,0,0)",
        font=dict(family="Source Sans, system-ui, sans-serif", color=TEXT),
        showlegend=False,
        dragmode=False,
    )
