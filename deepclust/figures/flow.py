"""Where samples go when k changes: the flow between neighbouring k, and the tree over all k."""

from __future__ import annotations

import html
import itertools
from collections.abc import Mapping, Sequence

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from deepclust.figures.theme import TEXT, colour, plotly_mark
from deepclust.selection.k.tree import Edge, Node, cluster_tree, flows

STEPS = ((0.02, 0.12, 1.0), (0.15, 0.35, 2.0), (0.5, 0.7, 3.5))  # share of the target from, opacity, width


def flow_chart(labels: Mapping[int, NDArray], names: Mapping[int, str] | None = None) -> go.Figure:
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
        words.append(f"{node.cluster}")
        colours.append(colour(node.cluster))
        across.append(0.02 + 0.96 * ks.index(node.k) / max(len(ks) - 1, 1))
        down.append(0.02 + 0.96 * node.x)
    links: dict[str, list] = {"source": [], "target": [], "value": [], "color": [], "customdata": []}
    for k, next_k in itertools.pairwise(ks):
        for flow in flows(labels[k], labels[next_k]):
            links["source"].append(number[k, flow.source])
            links["target"].append(number[next_k, flow.target])
            links["value"].append(flow.count)
            links["color"].append(_translucent(colour(flow.source), 0.4))
            links["customdata"].append(
                f"{flow.of_source:.0%} of cluster {flow.source} at {at[k]}, "
                f"{flow.of_target:.0%} of cluster {flow.target} at {at[next_k]}"
            )
    sizes = [f"{n.size:,} samples of cluster {n.cluster} at {at[n.k]}" for n in nodes]
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


def tree_chart(labels: Mapping[int, NDArray], marked: Sequence[int] = (), chosen: int | None = None) -> go.Figure:
    """The clusters of all k, labels {k: (n,)}, as a tree: one row for each k, dots by size, lines by flow.

    marked: the k of the verdict's range, behind which lies a band. chosen: the k that is looked at.
    """
    nodes, edges = cluster_tree(labels)
    where = {(n.k, n.cluster): n.x for n in nodes}
    ks = sorted(labels)
    total = sum(n.size for n in nodes if n.k == ks[0])
    figure = go.Figure()
    for low, opacity, width in STEPS:
        above = min((s[0] for s in STEPS if s[0] > low), default=np.inf)
        some = [e for e in edges if low <= e.flow.of_target < above]
        figure.add_trace(_lines(some, where, opacity, width))
    largest = max(n.size for n in nodes)
    figure.add_trace(
        go.Scatter(
            x=[n.x for n in nodes],
            y=[n.k for n in nodes],
            mode="markers+text",
            text=_new_names(nodes, ks[-1]),
            textposition="top center",
            textfont=dict(size=11),
            marker=dict(
                size=[6 + 24 * np.sqrt(n.size / largest) for n in nodes],
                color=[colour(n.cluster) for n in nodes],
                symbol=[plotly_mark(n.cluster) for n in nodes],
                line=dict(color="white", width=1),
                opacity=1,
            ),
            customdata=[[n.cluster, n.size, n.size / total] for n in nodes],
            hovertemplate="k = %{y}, cluster %{customdata[0]}: %{customdata[1]:,} samples (%{customdata[2]:.0%})<extra></extra>",
            name="clusters",
        )
    )
    if marked:
        figure.add_hrect(
            min(marked) - 0.5, max(marked) + 0.5, fillcolor="rgba(255,169,14,0.16)", line_width=0, layer="below"
        )
    if chosen is not None:
        figure.add_hline(chosen, line=dict(color=TEXT, width=1, dash="dot"))
    _dress(figure, 80 + 42 * len(ks), top=16, left=44)
    figure.update_layout(
        xaxis=dict(visible=False, range=[-0.01, 1.01]),
        yaxis=dict(title="k", autorange="reversed", tickvals=ks, showgrid=False, zeroline=False),
        hovermode="closest",
    )
    return figure


def _lines(edges: Sequence[Edge], where: Mapping[tuple[int, int], float], opacity: float, width: float) -> go.Scatter:
    """All edges of one strength as a single trace, with gaps between them."""
    x: list[float | None] = []
    y: list[float | None] = []
    for edge in edges:
        x += [where[edge.k, edge.flow.source], where[edge.next_k, edge.flow.target], None]
        y += [edge.k, edge.next_k, None]
    return go.Scatter(
        x=x,
        y=y,
        mode="lines",
        line=dict(color=f"rgba(128,136,144,{opacity})", width=width),
        hoverinfo="skip",
        name=f"flow {opacity}",
    )


def _new_names(nodes: Sequence[Node], last_k: int) -> list[str]:
    """The number of a cluster where it is seen first and in the last row, else nothing."""
    seen: set[int] = set()
    words = []
    for node in nodes:
        words.append(str(node.cluster) if node.cluster not in seen or node.k == last_k else "")
        seen.add(node.cluster)
    return words


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
