"""Explore: the map of a run, the pictures of its clusters, another k, and, once revealed, how right it was."""

from __future__ import annotations

import numpy as np
import streamlit as st

from deepclust.data.dataset import Dataset
from deepclust.runs import Run
from deepclust.runs.run import ENDED
from pages.explore.eigen import eigen_view
from pages.explore.lalnet_views import has_views, paper_views
from pages.explore.take import see, take
from pages.explore.time_machine import time_machine
from pages.explore.truth import numbers, truth
from pages.explore.two_maps import two_maps
from pages.gallery.gallery import galleries
from pages.map.colouring import KEPT, colour_by, painted
from pages.map.map import Shown, show_map
from pages.map.projections import about, choose, first_map, projection, spaces
from pages.parts.strip import strip
from pages.visit import cached, session


def k_slider(run: Run) -> int:
    """Another number of clusters, without training again."""
    ks = list(cached.found(run).by_k)
    now = session.current_k(run)
    k = st.select_slider(
        "Clusters k",
        ks,
        value=min(ks, key=lambda other: abs(other - now)),
        key=f"k-{run.id}",
        help="Sorts the latent space into k groups with k-means. At the k of the training the method's own clusters are "
        "shown. A cluster keeps its number and colour from one k to the next.",
    )
    if k != now:
        session.choose_k(run, k)
    own = run.config.n_clusters
    edited = ", with your edits" if cached.clusters(run, k).edited.changed else ""
    st.caption(
        f"k = {k}: the clusters that {run.config.method} found{edited}"
        if k == own
        else f"k = {k}: k-means on the latent space of {run.config.method} (trained with k = {own}){edited}"
    )
    return int(k)


def map_pane(run: Run, data: Dataset, k: int, revealed: bool) -> None:
    """The map with its controls."""
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        choice = choose(run)
        by = colour_by(data, revealed, measured=True)
    found = projection(run, choice)
    if found is None:
        found = first_map(run)
        if found is None:
            return
        st.caption("Meanwhile: PCA of the latent space.")
    ids = found.ids if found.ids is not None else np.arange(len(found.points))
    paint = painted(run, data, k, by, ids, found)
    see(run, found, paint, k, spaces(run)[choice.space])
    picked = show_map(
        found.points,
        ids,
        **paint,
        selected=session.selected(run),
        key=f"map-{run.id}",
        shown=Shown(run, data, k, revealed),
    )
    if by == KEPT and found.kept is None:
        st.caption("How many neighbours this map keeps was not measured: the colours are those of the clusters.")
    st.caption(about(found, data.n_samples))
    if picked is not None:
        session.select(run, picked)
        st.rerun()


def clusters_view(run: Run, data: Dataset, k: int, revealed: bool) -> None:
    """Map and galleries, and below them what the labels say."""
    left, right = st.columns([0.6, 0.4], gap="medium")
    with left:  # first: a new k recolours the map before the pictures are made
        map_pane(run, data, k, revealed)
    with right:
        galleries(run, data, k, revealed)
    if revealed:
        truth(run, data, k)


PAPER = "Figures of the paper"
# the first is what the page opens with
VIEWS = {
    "Clusters": clusters_view,
    "Two maps": two_maps,
    "Time machine": time_machine,
    "Eigenvectors": eigen_view,
    PAPER: paper_views,
}


def view_control(run: Run) -> str:
    """Which view is shown; only that one is computed."""
    names = [name for name in VIEWS if name != PAPER or has_views(run)]
    held = session.view()
    now = held if held in names else names[0]
    chosen = st.segmented_control(
        "View", names, default=now, required=True, key=f"view-{run.id}", label_visibility="collapsed"
    )
    if chosen != now:
        session.show_view(None if chosen == names[0] else str(chosen))
    return str(chosen)


def empty() -> None:
    """Nothing to explore yet: say what will be here, and the way to it."""
    st.header("The clusters will be here")
    st.write("A map of the latent space, the pictures of every cluster, and a slider for the number of clusters.")
    done = [run for run in cached.store().runs()[:50] if run.has_result]
    if done:
        if st.button("Open the last finished run", type="primary"):
            session.look_at(done[0])
            st.rerun()
    elif st.button("Train on the digits first", type="primary"):
        st.switch_page("pages/data/page.py")


def page() -> None:
    """The page of a run."""
    run = session.current_run()
    if run is None or not run.has_result:
        if run is not None and run.status().state not in ENDED:
            st.info("This run is still training. Its clusters can be explored when it ends, or when you stop it.")
            if st.button("Watch it train", type="primary"):
                st.switch_page("pages/train/page.py", query_params=session.url_of(run))
            return
        empty()
        return
    try:
        data = cached.dataset(run.config.dataset)
        cached.found(run)
    except (ValueError, OSError) as error:
        st.error(f"This run cannot be opened: {error}")
        return
    revealed = session.labels_revealed(data.fingerprint) and data.y is not None
    if run.config.labels_seen:
        st.badge("The labels had been seen before this run", icon=":material/visibility:", color="orange")
    above_left, above_right = st.columns([0.36, 0.64], gap="large", vertical_alignment="center")
    with above_left:
        k = k_slider(run)
    with above_right:
        numbers(run, data, k, revealed)
    with st.container(horizontal=True, vertical_alignment="center"):
        view = view_control(run)
        shelf = st.container(width="content")
    VIEWS[view](run, data, k, revealed)
    with shelf:  # last, when it is known which map is seen
        take(run, data, k, revealed)


session.begin()
strip()
page()
