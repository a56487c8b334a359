"""Which pictures moved between two runs: matched clusters, the flow between them, and galleries of what moved."""

from __future__ import annotations

import html

import numpy as np
import streamlit as st

from deepclust.data.dataset import Dataset
from deepclust.figures.flow import flow_chart
from deepclust.figures.theme import colour, text_mark
from deepclust.metrics.external import ari
from deepclust.metrics.lineage import letter
from deepclust.metrics.matching import align_labels
from deepclust.runs import Run
from deepclust.selection.k.tree import flows
from pages.parts.charts import chart
from pages.visit import cached

MOVES = 6  # galleries, of the largest moves
PER_ROW = 24


def moved_view(runs: list[Run], data: Dataset, order: list[str]) -> None:
    """Two runs of a group that are picked, and what differs between their clusters. order: run ids, the best ranked first."""
    st.subheader("Which samples moved between two runs", anchor=False)
    by_id = {r.id: r for r in runs}
    ids = [i for i in order if i in by_id] + [i for i in by_id if i not in order]
    first = ids[0]
    left, right = st.columns(2)
    one = by_id[str(left.selectbox("From", ids, format_func=lambda i: _name(by_id[i]), key=f"moved-from-{first}"))]
    two = by_id[
        str(right.selectbox("To", ids, index=1, format_func=lambda i: _name(by_id[i]), key=f"moved-to-{first}"))
    ]
    if one.id == two.id:
        st.caption("Pick two different runs.")
        return
    before = cached.own_labels(one)
    after = align_labels(before, cached.own_labels(two))
    moved = before != after
    st.markdown(
        f"**{int(moved.sum()):,} of {len(moved):,}** samples ({moved.mean():.0%}) are in another cluster once the clusters of "
        f"both are matched; adjusted Rand index {ari(before, after):.2f}."
    )
    if not moved.any():
        return
    largest = sorted((f for f in flows(before, after) if f.source != f.target), key=lambda f: -f.count)[:MOVES]
    st.html("".join(_gallery(one, two, data, f.source, f.target, before, after) for f in largest))
    chart(
        flow_chart({1: before, 2: after}, {1: _name(one), 2: _name(two)}),
        "moved-flow",
        f"Flow of samples from the clusters of {_name(one)} to those of {_name(two)}",
    )


def _gallery(one: Run, two: Run, data: Dataset, source: int, target: int, before: np.ndarray, after: np.ndarray) -> str:
    """Some of the samples that went from one cluster to another, drawn at random."""
    rows = np.flatnonzero((before == source) & (after == target))
    shown = np.random.default_rng(0).permutation(rows)[:PER_ROW]
    picture = cached.strip_of(data, f"{one.id}/{two.id}/{source}/{target}", shown, PER_ROW)
    return (
        f'<div style="margin:0 0 .7rem 0"><div style="font-size:.9rem;margin-bottom:.15rem">{_mark(source)} '
        f"<b>Cluster {letter(source)}</b> → {_mark(target)} <b>Cluster {letter(target)}</b> "
        f'<span style="opacity:.7">{len(rows):,} samples</span></div>'
        f'<img src="{picture}" alt="samples that moved from cluster {letter(source)} to {letter(target)}" '
        f'style="max-width:100%;image-rendering:pixelated"></div>'
    )


def _mark(cluster: int) -> str:
    return f'<span style="color:{colour(cluster)};font-size:1.15rem">{html.escape(text_mark(cluster))}</span>'


def _name(run: Run) -> str:
    return f"{run.config.part}, seed {run.config.seed}"
