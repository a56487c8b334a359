"""Galleries: the pictures of every cluster in rows, and those that are selected on the map."""

from __future__ import annotations

import html
from collections.abc import Collection

import numpy as np
import streamlit as st

from deepclust.data.dataset import Dataset
from deepclust.runs import Run
from pages.gallery.cluster_rows import cluster_rows
from pages.gallery.edits import gather_button
from pages.gallery.point import point_pane
from pages.gallery.row import KINDS, PER_ROW, mark, strip
from pages.visit import cached, session
from pages.visit.clusters import plain

__all__ = ["KINDS", "galleries", "rows_of_pictures"]


def galleries(run: Run, data: Dataset, k: int, revealed: bool) -> None:
    """The right-hand side of Explore: one row of pictures for each cluster, or the selection."""
    ids = session.selected(run)
    options = ["Clusters", f"Selection ({len(ids):,})"]
    view = st.segmented_control(
        "Show",
        options,
        default=options[bool(len(ids))],
        required=True,
        label_visibility="collapsed",
        key=f"gallery-view-{len(ids)}",
    )
    if view == options[0]:
        cluster_rows(run, data, k, revealed)
    else:
        _selection(run, data, k, revealed)


def rows_of_pictures(
    run: Run,
    data: Dataset,
    k: int,
    kind: str,
    revealed: bool,
    *,
    per_row: int = PER_ROW,
    only: Collection[int] | None = None,
) -> None:
    """One row of pictures for each cluster at k as the method found it, or for those in ``only``; kind: one of `KINDS`.

    For pages that compare what was found at several k: no edits.
    """
    here = cached.clusters(run, k, edits=False)
    parts = []
    for cluster in here.random:
        if only is not None and cluster not in only:
            continue
        members = here.labels == cluster
        words = f"{members.sum():,} samples · confidence {here.best.confidence[members].mean():.2f}"
        if revealed and data.y is not None:
            words += " · " + _majority(data, members)
        parts.append(
            f'<div style="margin:0 0 .7rem 0"><div style="font-size:.9rem;margin-bottom:.15rem">'
            f'<span style="font-size:1.15rem">{mark(cluster)}</span> '
            f"<b>Cluster {cluster}</b> <span style='opacity:.7'>{html.escape(words)}</span></div>"
            f"{strip(data, here, cluster, kind, per_row)}</div>"
        )
    st.html("".join(parts))
    if cached.clusters(run, k).edited.changed:
        st.caption("As the method found them, without your edits.")


def _majority(data: Dataset, members: np.ndarray) -> str:
    """The class that most members have, and its share."""
    counts = np.bincount(data.y[members])
    best = int(counts.argmax())
    name = data.class_names[best] if data.class_names is not None else str(best)
    return f"mostly {name} ({counts[best] / counts.sum():.0%})"


def _selection(run: Run, data: Dataset, k: int, revealed: bool) -> None:
    here = cached.clusters(run, k)
    ids = session.selected(run)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        cluster = st.selectbox(
            "Select a whole cluster",
            [None, *here.random],
            format_func=lambda c: "–" if c is None else here.named(c),
            width=180,
        )
        if st.button("Select", disabled=cluster is None):
            session.select(run, np.flatnonzero(here.labels == cluster))
            st.rerun()
        if st.button(
            f"{len(ids):,} selected",
            icon=":material/close:",
            icon_position="right",
            disabled=not len(ids),
            help="Clear the selection",
        ):
            session.select(run, None)
            st.rerun()
        gather_button(run, k, ids)
    if not len(ids):
        st.caption("Draw around points on the map with the lasso, click one, or select a whole cluster here.")
        return
    if len(ids) == 1:
        point_pane(run, data, k, revealed)
        return
    shown = ids[:: max(1, len(ids) // 96)][:96]
    picture = cached.strip_of(data, f"{run.id}/selection/{hash(ids.tobytes())}", shown, 12)
    st.html(f'<img src="{picture}" alt="selected samples" style="max-width:100%;image-rendering:pixelated">')
    homes, counts = np.unique(here.labels[ids], return_counts=True)
    st.caption(
        f"{len(shown)} of {len(ids):,} shown · "
        + ", ".join(f"{n:,} in {plain(here.named(int(c)))}" for c, n in zip(homes, counts, strict=True))
    )
