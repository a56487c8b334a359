"""Explore: the map of a run, the pictures of its clusters, another k, and, once revealed, how right it was."""

from __future__ import annotations

import streamlit as st

from deepclust.methods import find_method
from deepclust.runs import Run
from deepclust.spaces import LATENT
from pages.explore.apart import apart
from pages.explore.eigen import eigen_view
from pages.explore.in_training import in_training
from pages.explore.lalnet.views import has_views, lalnet_views
from pages.explore.take import note_map, take
from pages.explore.test_pictures import test_pictures
from pages.explore.time_machine import time_machine
from pages.explore.truth import numbers, truth
from pages.explore.two_maps import two_maps
from pages.gallery.edits import APART
from pages.gallery.film import k_film
from pages.gallery.gallery import galleries
from pages.gallery.verdict import verdict_line
from pages.map.choice import choose_map, spaces
from pages.map.colouring import KEPT, colour_by, painted
from pages.map.map import WINDOW, show_map
from pages.map.projections import chosen_map, first_map, map_caption, mapped_ids
from pages.parts.both_parts import both_parts
from pages.parts.opening import open_finished
from pages.parts.pick import chosen_by_hand, in_address, key_of, pick
from pages.parts.strip import strip
from pages.parts.yardstick import yardstick_line
from pages.visit import session
from pages.visit.say import plain
from pages.visit.sight import Sight

ABOUT_K = (
    "Sorts the samples into k groups by {}. At the k of the training the method's own clusters are shown. From one k to the "
    "next the larger part of a cluster keeps letter and colour; the smaller gets new ones."
)


def k_slider(sight: Sight) -> None:
    """Another number of clusters, without training again."""
    run, k = sight.run, sight.k
    key = key_of(f"k-{run.id}", k)  # keys on the map, Choose and the address choose it, too
    st.select_slider(
        "Clusters k",
        list(sight.outcome.by_k),
        value=k,
        key=key,
        on_change=_choose_k,
        args=(run, key),
        label_visibility="collapsed",
        width=240,
    )


def about_k(sight: Sight) -> None:
    """What the clusters at k are, what speaks for k, and their numbers."""
    run, k = sight.run, sight.k
    if run.config.labels_seen:
        st.badge("The labels had been seen before this run", icon=":material/visibility:", color="orange")
    own = run.config.n_clusters
    edited = ", with your edits" if sight.clusters.edited.changed else ""
    st.caption(
        f"k = {k:d}: the clusters that {plain(run.config.method)} found{edited}"
        if k == own
        else f"k = {k:d}: {plain(run.regrouping)} of {plain(run.config.method)} (trained with k = {own}){edited}"
    )
    numbers(sight)
    verdict_line(sight)


def beside_others(sight: Sight) -> None:
    """How the run did on what it has not learned from, and beside the method that needs no training."""
    both_parts(sight)
    test_pictures(sight)
    yardstick_line(sight.run.config, sight.data, sight.run)


def _choose_k(run: Run, key: str) -> None:
    k = chosen_by_hand(f"k-{run.id}", key)
    if k is not None:
        session.choose_k(run, k)


def map_pane(sight: Sight) -> None:
    """The map, and over it its controls and how far it is."""
    run = sight.run
    with st.container(key="map-controls", horizontal=True, gap="xsmall"):
        choice = choose_map(run, sight.outcome.result.embedding.shape[1])
        with st.popover(":material/palette: Colour", key="map-colour", help="What the points are coloured by"):
            by = colour_by(sight, measured=True)
    with st.container(key="map-progress"):
        projection = chosen_map(run, choice)
        if projection is None:
            projection = first_map(run)
            if projection is None:
                return
            st.caption("Meanwhile: PCA of the latent space.")
    ids = mapped_ids(projection)
    paint = painted(sight, by, ids, projection)
    note_map(sight, projection, paint, spaces(run)[choice.space])
    show_map(projection.points, ids, paint, key=f"map-{run.id}", sight=sight, height=WINDOW)
    if by == KEPT and projection.kept is None:
        st.caption("How many neighbours this map keeps was not measured: the colours are those of the clusters.")
    caption, caution = map_caption(projection, sight.data.n_samples), find_method(run.config.method).caution
    st.caption(caption if choice.space != LATENT or caution in caption else f"{caption} {caution}")


def clusters_view(sight: Sight) -> None:
    """Map and galleries, and below them what the labels say."""
    with st.container(key="explore-columns"):
        left, right = st.columns([0.62, 0.38], gap="small")
    with left.container(key="map-side"):  # first: a new k recolours the map before the pictures are made
        map_pane(sight)
    with right:
        about_k(sight)
        galleries(sight)
    beside_others(sight)
    truth(sight)


LALNET = "Figures of the paper"
# the first is what the page opens with
VIEWS = {
    "Clusters": clusters_view,
    "Film of k": k_film,
    APART: apart,
    "Two maps": two_maps,
    "Time machine": time_machine,
    "Eigenvectors": eigen_view,
    LALNET: lalnet_views,
}


def view_control(run: Run) -> str:
    """Which view is shown; only that one is computed."""
    names = [name for name in VIEWS if name != LALNET or has_views(run)]
    return pick("View", names, key=f"view-{run.id}", unlabelled=True, kept=in_address("view"))


def page() -> None:
    """The page of a run."""
    run = session.current_run()
    if run is not None and in_training(run):
        return
    sight = open_finished(
        "Its clusters can be explored when it ends, or when you stop it.",
        "The clusters will be here",
        "A map of the latent space, the pictures of every cluster, and a slider for the number of clusters.",
    )
    if sight is None:
        return
    with st.container(key="explore-bar", horizontal=True, vertical_alignment="center", gap="small"):
        view = view_control(sight.run)
        st.markdown("k", width="content", help=f"The number of clusters. {ABOUT_K.format(plain(sight.run.regrouping))}")
        k_slider(sight)
        shelf = st.container(width="content")
    VIEWS[view](sight)
    if VIEWS[view] is not clusters_view:
        about_k(sight)
        beside_others(sight)
    with shelf:  # last, when it is known which map is seen
        take(sight)


session.begin()
strip()
page()
