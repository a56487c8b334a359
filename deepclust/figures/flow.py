"""Where samples go when k changes, or from one run to another: the flow between the clusters."""

from __future__ import annotations

import html
import itertools
from collections.abc import Mapping
from typing import Any

import numpy as np
import plotly.graph_objects as go

from deepclust.figures.theme import TEXT, colour
from deepclust.metrics.lineage import letter
from deepclust.selection.k.tree import cluster_tree, flows


def flow_chart(labels: Mapping[int, np.ndarray], names: Mapping[int, str] | None = None) -> go.Figure:
    """Samples between the clusters of two or three neighbouring k, labels {k: (n,)}, as a Sankey diagram.

    names: what the levels are called where they are not k, such as two runs {1: "D4", 2: "rotations"}.
    """
    at = {k: f"k = {k}" if names is None else names[k] for k in labels}
    ks = sorted(labels)
    number: dict[tuple[int, int], int] = {}
    words, colours, across, down = [], [], [], []
    nodes, _ = cluster_tree(labels)
    for node in nodes:
        number[node.k, node.cluster] = len(number)
        words.append(letter(node.cluster))
        colours.append(colour(node.cluster))
        across.append(0.02 + 0.96 * ks.index(node.k) / max(len(ks) - 1, 1))
        down.append(0.02 + 0.96 * node.x)
    links: dict[str, list[Any]] = {"source": [], "target": [], "value": [], "color": [], "customdata": []}
    for k, next_k in itertools.pairwise(ks):
        for flow in flows(labels[k], labels[next_k]):
            links["source"].append(number[k, flow.source])
            links["target"].append(number[next_k, flow.target])
            links["value"].append(flow.count)
            links["color"].append(_translucent(colour(flow.source), 0.4))
            links["customdata"].append(
                f"{flow.of_source:.0%} of cluster {letter(flow.source)} at {html.escape(at[k])}, "
                f"{flow.of_target:.0%} of cluster {letter(flow.target)} at {html.escape(at[next_k])}"
            )
    sizes = [f"{n.size:,} samples of cluster {letter(n.cluster)} at {html.escape(at[n.k])}" for n in nodes]
    figure = go.Figure(
        go.Sankey(
            arrangement="snap",
            node=dict(
                label=words,
                color=colours,
                x=across,
                y=down,
                pad=8,
                thickness=16,
                line=dict(width=0),
                customdata=sizes,
                hovertemplate="%{customdata}<extra></extra>",
            ),
            link=dict(**links, hovertemplate="%{value:,} samples: %{customdata}<extra></extra>"),
            textfont=dict(size=13, color=TEXT, shadow="none"),
        )
    )
    for i, k in enumerate(ks):
        figure.add_annotation(
            x=i / max(len(ks) - 1, 1),
            y=1.06,
            xref="paper",
            yref="paper",
            text=f"<b>{html.escape(at[k])}</b>",
            showarrow=False,
            xanchor=("left", "center", "right")[min(2, round(2 * i / max(len(ks) - 1, 1)))],
        )
    n_rows = max(sum(node.k == k for node in nodes) for k in ks)
    _dress(figure, 120 + 26 * n_rows, top=34)
    return figure


def _translucent(colour_hex: str, opacity: float) -> str:
    red, green, blue = (int(colour_hex[i : i + 2], 16) for i in (1, 3, 5))
    return f"rgba({red},{green},{blue},{opacity})"


def _dress(figure: go.Figure, height: int, top: int, left: int = 0) -> None:
    figure.update_layout(
        height=height,
        margin=dict(l=left, r=0, t=top, b=4),
        paper_bgcolor="rgba(0,0,0,0)",
        plot_bgcolor="rgba(0,0,0,0)",
        font=dict(family="Source Sans, system-ui, sans-serif", color=TEXT),
        showlegend=False,
        dragmode=False,
    )
