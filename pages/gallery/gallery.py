"""Galleries: the pictures of every cluster in rows, and those that are selected on the map."""

from __future__ import annotations

import html
from collections.abc import Collection

import numpy as np
import streamlit as st

from deepclust.metrics.lineage import letter
from pages.gallery.cluster_rows import cluster_rows
from pages.gallery.edits import gather_button
from pages.gallery.point import point_pane
from pages.gallery.row import KINDS, majorities_of, mostly, strip
from pages.gallery.saved import saved_bar
from pages.gallery.thumbs import thumbs
from pages.parts.belonging import mark
from pages.parts.pick import pick
from pages.visit import cached, session
from pages.visit.say import plain
from pages.visit.sight import Sight

__all__ = ["KINDS", "galleries", "rows_of_pictures"]


def galleries(sight: Sight) -> None:
    """The right-hand side of Explore: one row of pictures for each cluster, or the selection."""
    ids = session.selected(sight.run)
    options = ["Clusters", f"Selection ({len(ids):,})"]
    view = pick("Show", options, default=options[bool(len(ids))], unlabelled=True, key=f"gallery-view-{len(ids)}")
    if view == options[0]:
        cluster_rows(sight)
    else:
        _selection(sight)


def rows_of_pictures(sight: Sight, kind: str, *, only: Collection[int] | None = None) -> None:
    """One row of pictures for each cluster as the method found it, or for those in ``only``; kind: one of `KINDS`.

    For pages that compare what was found at several k: no edits.
    """
    clusters = cached.clusters(sight.run, sight.k, edits=False)
    classes, parts = majorities_of(sight, clusters), []
    for cluster in clusters.random:
        if only is not None and cluster not in only:
            continue
        members = clusters.labels == cluster
        confidence = clusters.best.confidence[members].mean()
        facts = f"{members.sum():,} samples · confidence {confidence:.2f}{mostly(sight.data, classes, cluster)}"
        parts.append(
            f'<div style="margin:0 0 .7rem 0"><div style="font-size:.9rem;margin-bottom:.15rem">'
            f'<span style="font-size:1.15rem">{mark(cluster)}</span> '
            f"<b>Cluster {letter(cluster)}</b> <span style='opacity:.7'>{html.escape(facts)}</span></div>"
            f"{strip(sight.data, clusters, cluster, kind)}</div>"
        )
    st.html("".join(parts))
    if sight.clusters.edited.changed:
        st.caption("As the method found them, without your edits.")


def _selection(sight: Sight) -> None:
    run, clusters = sight.run, sight.clusters
    ids = session.selected(run)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        cluster = st.selectbox(
            "Select a whole cluster",
            [None, *clusters.random],
            format_func=lambda c: "–" if c is None else clusters.named(c),
            width=180,
        )
        if st.button("Select", disabled=cluster is None):
            session.select(run, np.flatnonzero(clusters.labels == cluster))
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
        gather_button(sight, ids)
    saved_bar(sight, ids)
    if not len(ids):
        st.caption("Draw around points on the map with the lasso, click one, or select a whole cluster here.")
        return
    if len(ids) == 1:
        point_pane(sight)
        return
    shown = ids[:: max(1, len(ids) // 96)][:96]
    key = f"{run.id}/selection/{hash(ids.tobytes())}"
    st.html(thumbs(sight.data, key, shown, "selected samples", run_id=run.id, all_lines=True))
    homes, counts = np.unique(clusters.labels[ids], return_counts=True)
    st.caption(
        f"{len(shown)} of {len(ids):,} shown · "
        + ", ".join(f"{n:,} in {plain(clusters.named(int(c)))}" for c, n in zip(homes, counts, strict=True))
    )
