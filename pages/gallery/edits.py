"""Editing clusters on Explore: rename, merge, split and gather, with undo and redo, and the words about it."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np
import streamlit as st

from deepclust.metrics import external
from deepclust.metrics.lineage import letter
from deepclust.runs import edits
from deepclust.runs.edit_kinds import LONGEST_NAME, MOST_PARTS, Gather, Merge, Rename, Reset, split
from pages.visit import say, session
from pages.visit.clusters import Clusters
from pages.visit.say import plain
from pages.visit.sight import Sight

OPEN = "row-form"  # in the session: (key of the sight, what, cluster) of the form that is open in a row
RENAME, SPLIT, SELECT = "Rename", "Split", "Select on the map"
APART = "What tells apart"  # the view of Explore that compares two clusters or selections


def edit_bar(sight: Sight, clusters: Clusters) -> None:
    """Merge, undo, redo, and back to what the method found."""
    _merge_several(sight, clusters)
    for label, change, edited, will, has in (
        ("Undo", edits.undo, clusters.edited.done[-1:], "Take back", "Taken back"),
        ("Redo", edits.redo, clusters.edited.undone[:1], "Make again", "Made again"),
    ):
        if st.button(
            label,
            icon=f":material/{label.lower()}:",
            disabled=not edited,
            key=f"{label.lower()}-edit",
            help=plain(f"{will}: {edited[0].words}") if edited else None,
        ):
            make(partial(change, sight.run, sight.k), f"{has}: {edited[0].words}")
    if clusters.edited.changed and st.button(
        "Reset",
        icon=":material/history:",
        key="reset-edits",
        help="Back to what the method found; this can be undone, too",
    ):
        make(lambda: edits.add(sight.run, sight.k, Reset()), "Back to what the method found")


def make(change: Callable[[], object], sentence: str) -> None:
    """Make an edit and draw the page anew, or say why it cannot be made."""
    try:
        change()
    except (ValueError, OSError) as error:
        say.error(error)
        return
    st.session_state.pop(OPEN, None)
    st.toast(plain(sentence), icon=":material/edit:")
    st.rerun()


def _merge_several(sight: Sight, clusters: Clusters) -> None:
    with st.popover("Merge", icon=":material/merge:", help="Make one cluster of several"):
        chosen = st.multiselect(
            "Clusters that become one",
            _without_noise(clusters),
            format_func=clusters.named,
            key=f"merge-{clusters.key}",
        )
        if st.button(f"Merge {len(chosen)} clusters", disabled=len(chosen) < 2, key="merge-several"):
            _merge(sight, clusters, chosen)


def _merge(sight: Sight, clusters: Clusters, together: list[int]) -> None:
    sentence = "Merged " + " and ".join(clusters.named(cluster) for cluster in together)
    make(lambda: edits.add(sight.run, sight.k, Merge(tuple(together))), sentence)


def _without_noise(clusters: Clusters) -> list[int]:
    return [cluster for cluster in clusters.random if cluster >= 0]


def row_menu(sight: Sight, clusters: Clusters, cluster: int, nearest: int) -> None:
    """What can be done with one cluster."""
    merge = f"Merge with {clusters.named(nearest)}, the nearest" if nearest >= 0 else None
    compare = f"What tells it from {clusters.named(nearest)}?" if nearest >= 0 else None
    action = st.menu_button(
        "Edit",
        [option for option in (RENAME, merge, SPLIT, compare, SELECT) if option is not None],
        format_func=plain,
        key=f"row-{sight.key}-{cluster}",
        type="tertiary",
    )
    if action in (RENAME, SPLIT):
        st.session_state[OPEN] = (sight.key, action, cluster)
    elif action is not None and action == compare:
        session.keep_part("apart", f"{letter(cluster)}|{letter(nearest)}")
        session.keep_part("view", APART)
        st.rerun()
    elif action == SELECT:
        session.select(sight.run, np.flatnonzero(clusters.labels == cluster))
        st.rerun()
    elif action is not None:
        _merge(sight, clusters, [cluster, nearest])


def row_form(sight: Sight, clusters: Clusters, cluster: int) -> None:
    """The form that the menu of a row has opened, if it is this one's."""
    opened = st.session_state.get(OPEN)
    if opened == (sight.key, RENAME, cluster):
        _rename_form(sight, clusters, cluster)
    elif opened == (sight.key, SPLIT, cluster):
        _split_form(sight, clusters, cluster)


def _rename_form(sight: Sight, clusters: Clusters, cluster: int) -> None:
    form = st.form(f"rename-{sight.key}-{cluster}")
    with form.container(horizontal=True, vertical_alignment="bottom"):
        name = st.text_input(
            f"New name of cluster {letter(cluster)}",
            clusters.names[cluster],
            max_chars=LONGEST_NAME,
            help="Leave it empty for its number.",
        )
        save = st.form_submit_button("Save", type="primary")
        cancel = st.form_submit_button("Cancel")
    if save:
        make(
            lambda: edits.add(sight.run, sight.k, Rename(cluster, name)),
            f"Cluster {letter(cluster)}: {name or 'no name'}",
        )
    if cancel:
        _close()


def _split_form(sight: Sight, clusters: Clusters, cluster: int) -> None:
    form = st.form(f"split-{sight.key}-{cluster}")
    with form.container(horizontal=True, vertical_alignment="bottom"):
        n_parts = st.number_input(
            f"Parts of {plain(clusters.named(cluster))}",
            min_value=2,
            max_value=MOST_PARTS,
            help="k-means with 10 starts on its samples in the latent space. The largest part keeps number and name.",
        )
        save = st.form_submit_button("Split it", type="primary")
        cancel = st.form_submit_button("Cancel")
    if save:
        with st.spinner("Looking for the parts"):
            make(
                lambda: _split(sight, clusters, cluster, int(n_parts)),
                f"{clusters.named(cluster)} is split into {n_parts}",
            )
    if cancel:
        _close()


def _split(sight: Sight, clusters: Clusters, cluster: int, n_parts: int) -> None:
    embedding = sight.outcome.result.embedding
    edits.add(sight.run, sight.k, split(clusters.labels, embedding, cluster, n_parts, sight.run.config.seed))


def _close() -> None:
    st.session_state.pop(OPEN, None)
    st.rerun(scope="fragment")


def gather_button(sight: Sight, ids: np.ndarray) -> None:
    """Make a cluster of what is selected on the map."""
    if st.button(
        "Make it a cluster",
        icon=":material/add_circle:",
        disabled=not len(ids),
        help="The selected samples leave their clusters and become one of their own. It can be undone.",
    ):
        make(lambda: edits.add(sight.run, sight.k, Gather(ids)), f"A cluster of {len(ids):,} samples")


def with_your_edits(sight: Sight) -> None:
    """The numbers of the edited clusters, in words, beside those of the method; nothing where nothing was edited."""
    clusters = sight.clusters
    if not clusters.edited.changed:
        return
    sizes = np.unique(clusters.labels[clusters.labels >= 0], return_counts=True)[1]
    sentence = f"**With your edits:** {len(sizes):,} clusters of {sizes.min():,} – {sizes.max():,} samples"
    if sight.judged is not None:
        scores = _scores(clusters.key, sight.judged, clusters.labels)
        sentence += "".join(f" · {name} {value:.3f}" for name, value in scores.items())
    st.caption(f"{sentence}. The numbers above, and those beside published ones, are of what the method found.")


@st.cache_data(max_entries=64, show_spinner=False)
def _scores(key: str, _y: np.ndarray, _labels: np.ndarray) -> dict[str, float]:
    scores = external.scores(_y, _labels)
    return {name: scores[name.lower()] for name in ("ACC", "NMI", "ARI", "Purity")}
