"""One row for every cluster on Explore: what it is called, its facts and pictures; sorted, page by page."""

from __future__ import annotations

import numpy as np
import streamlit as st

from deepclust.metrics.cluster_facts import ClusterFacts, cluster_facts
from deepclust.metrics.lineage import letter
from deepclust.runs.edit_kinds import default_name
from pages.gallery.edits import edit_bar, row_form, row_menu
from pages.gallery.row import KINDS, Majorities, head, majorities_of, strip
from pages.gallery.thumbs import size_control
from pages.parts.pick import in_address, pick
from pages.visit.clusters import Clusters
from pages.visit.say import plain
from pages.visit.sight import Sight

PER_PAGE = 12
NUMBER, SIMILAR = "By letter", "Similar together"
LARGE, SMALL = "Largest first", "Smallest first"
UNSURE, SURE = "Least sure first", "Surest first"
MIXED, PURE = "Most mixed first", "Purest first"


def cluster_rows(sight: Sight) -> None:
    """All rows with their controls. What is chosen here draws nothing but the rows anew; an edit draws the page."""
    st.fragment(_cluster_rows)(sight)


def _cluster_rows(sight: Sight) -> None:
    clusters = sight.clusters
    facts = _facts(clusters.key, sight.outcome.result.embedding, clusters)
    classes = majorities_of(sight, clusters)
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        explained = "  \n".join(f"**{name}**: {sentence}" for name, sentence in KINDS.items())
        kind = pick("Which samples", list(KINDS), key="gallery-kind", help=explained, kept=in_address("gallery"))
        by = _sort_control(sight.revealed)
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        edit_bar(sight, clusters)
        size = size_control()
    if clusters.edited.trouble:
        st.warning(plain(clusters.edited.trouble))
    order = _order(by, facts, classes)
    with st.container(gap="xsmall"):
        for place in _on_this_page(order, facts, clusters, f"{sight.key}-{by}"):
            cluster = int(facts.numbers[place])
            about, menu = st.columns([0.82, 0.18], gap="xsmall", vertical_alignment="center")
            about.html(head(sight.data, clusters, facts, int(place), classes))
            with menu:
                row_menu(sight, clusters, cluster, int(facts.nearest[place]))
            row_form(sight, clusters, cluster)
            st.html(strip(sight.data, clusters, cluster, kind, size, sight.run.id))


def _sort_control(revealed: bool) -> str:
    options = [NUMBER, LARGE, SMALL, UNSURE, SURE, SIMILAR, *([MIXED, PURE] if revealed else [])]
    return str(st.selectbox("Sort by", options, key=f"rows-by-{revealed}", width=150))


def _order(by: str, facts: ClusterFacts, classes: Majorities) -> np.ndarray:
    """Places of the clusters in the order in which they are shown."""
    if by == SIMILAR:
        return facts.similar
    values: dict[str, np.ndarray] = {
        LARGE: -facts.sizes,
        SMALL: facts.sizes,
        UNSURE: facts.confidence,
        SURE: -facts.confidence,
    }
    if classes:
        purity = np.array([classes[number][1] for number in facts.numbers.tolist()])
        values |= {MIXED: purity, PURE: -purity}
    return np.argsort(values.get(by, facts.numbers), kind="stable")


def _on_this_page(order: np.ndarray, facts: ClusterFacts, clusters: Clusters, key: str) -> np.ndarray:
    """The places that are shown now: of a search, if one is made, and of one page."""
    if len(order) <= PER_PAGE:
        return order
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        search = st.text_input(
            "Find a cluster",
            placeholder=f"Find one of {len(order):,} by name or letter",
            key="rows-find",
            label_visibility="collapsed",
            width=260,
        ).strip()
        if search:
            wanted = search.casefold()
            order = np.array([p for p in order if _called(clusters, int(facts.numbers[p]), wanted)], int)
            if not len(order):
                st.caption("No cluster is called so.")
                return order
        n_pages = -(-len(order) // PER_PAGE)
        page = st.pagination(n_pages, key=f"rows-{key}-{n_pages}") if n_pages > 1 else 1
    return order[(page - 1) * PER_PAGE : page * PER_PAGE]


def _called(clusters: Clusters, cluster: int, wanted: str) -> bool:
    """Whether a search for ``wanted`` finds a cluster: by its letter, or by a part of the name that it was given."""
    name = clusters.names[cluster]
    return wanted in (letter(cluster).casefold(), name.casefold()) or (
        name != default_name(cluster) and wanted in name.casefold()
    )


@st.cache_resource(max_entries=64, show_spinner=False)
def _facts(key: str, _embedding: np.ndarray, _clusters: Clusters) -> ClusterFacts:
    return cluster_facts(_embedding, _clusters.labels, _clusters.best)
