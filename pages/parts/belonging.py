"""Which cluster a sample belongs to, as HTML: the mark of a cluster, bars of shares, and neighbours with their clusters."""

from __future__ import annotations

import html

import numpy as np

from deepclust.data.dataset import Dataset
from deepclust.figures.theme import colour, text_mark
from deepclust.metrics.lineage import letter
from pages.visit import cached
from pages.visit.clusters import Clusters

NEIGHBORS = 12
MOST_BARS = 5  # clusters whose share is told


def mark(cluster: int) -> str:
    """The mark of a cluster in its colour, as HTML."""
    return f'<span style="color:{colour(cluster)}">{text_mark(cluster)}</span>'


def membership_bars(clusters: Clusters, shares: dict[int, float]) -> str:
    """How much a sample belongs to each of the clusters that it is nearest to, as HTML."""
    best = sorted(shares, key=lambda c: -shares[c])[:MOST_BARS]
    lines = [
        f'<div style="display:grid;grid-template-columns:9rem 1fr 3rem;gap:.5rem;align-items:center;font-size:.86rem">'
        f'<span style="white-space:nowrap;overflow:hidden;text-overflow:ellipsis">{mark(c)} {html.escape(clusters.named(c))}</span>'
        f'<span style="background:rgba(128,128,128,.18);border-radius:4px;height:.6rem"><span style="display:block;height:100%;'
        f'border-radius:4px;width:{100 * shares[c]:.1f}%;background:currentColor;opacity:.55"></span></span>'
        f"<span>{shares[c]:.0%}</span></div>"
        for c in best
    ]
    return "".join(lines)


def neighbor_row(data: Dataset, clusters: Clusters, title: str, ids: np.ndarray) -> str:
    """Pictures side by side, each with the mark of its cluster below it."""
    cells = "".join(
        f'<span style="text-align:center;font-size:.8rem;min-width:0"><img src="{cached.strip_of(data, f"one/{i}", np.array([i]), 1)}" '
        f'alt="Sample {i:d}" title="{html.escape(data.name_of(i))}" style="width:100%;max-width:48px;image-rendering:pixelated"><br>'
        f"{mark(int(clusters.labels[i]))} {letter(int(clusters.labels[i]))}</span>"
        for i in ids.tolist()
    )
    return (
        f'<div style="font-size:.86rem;margin:.5rem 0 .15rem">{title}</div>'
        f'<div style="display:grid;grid-template-columns:repeat({NEIGHBORS},1fr);gap:3px">{cells}</div>'
    )
