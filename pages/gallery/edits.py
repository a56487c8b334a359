"""Editing clusters on Explore: rename, merge, split and gather, with undo and redo, and the words about it."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import streamlit as st

from deepclust.data.dataset import Dataset
from deepclust.metrics import external
from deepclust.runs import Run, edits
from deepclust.runs.edit_kinds import LONGEST_NAME, MOST_PARTS, Gather, Merge, Rename, Reset, split
from pages.visit import cached, session
from pages.visit.clusters import Clusters, plain

OPEN = "row-form"  # in the session: (run id, k, what, cluster) of the form that is open in a row
RENAME, SPLIT, SELECT = "Rename", "Split", "Select on the map"


def edit_bar(run: Run, k: int, here: Clusters) -> None:
    """Merge, undo, redo, and back to what the method found."""
    _merge_several(run, k, here)
    last, after = here.edited.done[-1:], here.edited.undone[:1]
    if st.button(
        "Undo",
        icon=":material/undo:",
        disabled=not last,
        key="undo-edit",
        help=plain(f"Take back: {last[0].words}") if last else None,
    ):
        make(lambda: edits.undo(run, k), f"Taken back: {last[0].words}")
    if st.button(
        "Redo",
        icon=":material/redo:",
        disabled=not after,
        key="redo-edit",
        help=plain(f"Make again: {after[0].words}") if after else None,
    ):
        make(lambda: edits.redo(run, k), f"Made again: {after[0].words}")
    if here.edited.changed and st.button(
        "Reset",
        icon=":material/history:",
        key="reset-edits",
        help="Back to what the method found; this can be undone, too",
    ):
        make(lambda: edits.add(run, k, Reset()), "Back to what the method found")


def make(change: Callable[[], object], said: str) -> None:
    """Make an edit and draw the page anew, or say why it cannot be made."""
    try:
        change()
    except (ValueError, OSError) as error:
        st.error(plain(str(error)))
        return
    st.session_state.pop(OPEN, None)
    st.toast(plain(said), icon=":material/edit:")
    st.rerun()


def _merge_several(run: Run, k: int, here: Clusters) -> None:
    with st.popover("Merge", icon=":material/merge:", help="Make one cluster of several"):
        chosen = st.multiselect(
            "Clusters that become one", _there(here), format_func=here.named, key=f"merge-{here.key}"
        )
        if st.button(f"Merge {len(chosen)} clusters", disabled=len(chosen) < 2, key="merge-several"):
            _merge(run, k, here, chosen)


def _merge(run: Run, k: int, here: Clusters, together: list[int]) -> None:
    words = "Merged " + " and ".join(here.named(cluster) for cluster in together)
    make(lambda: edits.add(run, k, Merge(tuple(together))), words)


def _there(here: Clusters) -> list[int]:
    return [cluster for cluster in here.random if cluster >= 0]


def row_menu(run: Run, k: int, here: Clusters, cluster: int, nearest: int) -> None:
    """What can be done with one cluster."""
    merge = f"Merge with {here.named(nearest)}, the nearest" if nearest >= 0 else None
    asked = st.menu_button(
        "Edit",
        [option for option in (RENAME, merge, SPLIT, SELECT) if option is not None],
        format_func=plain,
        key=f"row-{run.id}-{k}-{cluster}",
        type="tertiary",
    )
    if asked in (RENAME, SPLIT):
        st.session_state[OPEN] = (run.id, k, asked, cluster)
    elif asked == SELECT:
        session.select(run, np.flatnonzero(here.labels == cluster))
        st.rerun()
    elif asked is not None:
        _merge(run, k, here, [cluster, nearest])


def row_form(run: Run, k: int, here: Clusters, cluster: int) -> None:
    """The form that the menu of a row has opened, if it is this one's."""
    opened = st.session_state.get(OPEN)
    if opened == (run.id, k, RENAME, cluster):
        _rename_form(run, k, here, cluster)
    elif opened == (run.id, k, SPLIT, cluster):
        _split_form(run, k, here, cluster)


def _rename_form(run: Run, k: int, here: Clusters, cluster: int) -> None:
    form = st.form(f"rename-{run.id}-{k}-{cluster}")
    with form.container(horizontal=True, vertical_alignment="bottom"):
        name = st.text_input(
            f"New name of cluster {cluster}",
            here.names[cluster],
            max_chars=LONGEST_NAME,
            help="Leave it empty for its number.",
        )
        save = st.form_submit_button("Save", type="primary")
        cancel = st.form_submit_button("Cancel")
    if save:
        make(lambda: edits.add(run, k, Rename(cluster, name)), f"Cluster {cluster}: {name or 'no name'}")
    if cancel:
        _close()


def _split_form(run: Run, k: int, here: Clusters, cluster: int) -> None:
    form = st.form(f"split-{run.id}-{k}-{cluster}")
    with form.container(horizontal=True, vertical_alignment="bottom"):
        n_parts = st.number_input(
            f"Parts of {plain(here.named(cluster))}",
            min_value=2,
            max_value=MOST_PARTS,
            help="k-means with 10 starts on its samples in the latent space. The largest part keeps number and name.",
        )
        save = st.form_submit_button("Split it", type="primary")
        cancel = st.form_submit_button("Cancel")
    if save:
        with st.spinner("Looking for the parts"):
            make(lambda: _split(run, k, here, cluster, int(n_parts)), f"{here.named(cluster)} is split into {n_parts}")
    if cancel:
        _close()


def _split(run: Run, k: int, here: Clusters, cluster: int, n_parts: int) -> None:
    embedding = cached.found(run).result.embedding
    edits.add(run, k, split(here.labels, embedding, cluster, n_parts, run.config.seed))


def _close() -> None:
    st.session_state.pop(OPEN, None)
    st.rerun(scope="fragment")


def gather_button(run: Run, k: int, ids: np.ndarray) -> None:
    """Make a cluster of what is selected on the map."""
    if st.button(
        "Make it a cluster",
        icon=":material/add_circle:",
        disabled=not len(ids),
        help="The selected samples leave their clusters and become one of their own. It can be undone.",
    ):
        make(lambda: edits.add(run, k, Gather(ids)), f"A cluster of {len(ids):,} samples")


def with_your_edits(run: Run, data: Dataset, k: int, revealed: bool) -> None:
    """The numbers of the edited clusters, in words, beside those of the method; nothing where nothing was edited."""
    here = cached.clusters(run, k)
    if not here.edited.changed:
        return
    sizes = np.unique(here.labels[here.labels >= 0], return_counts=True)[1]
    words = f"**With your edits:** {len(sizes):,} clusters of {sizes.min():,} – {sizes.max():,} samples"
    if revealed and data.y is not None:
        words += "".join(f" · {name} {value:.3f}" for name, value in _scores(here.key, data.y, here.labels).items())
    st.caption(f"{words}. The numbers above, and those beside published ones, are of what the method found.")


@st.cache_data(max_entries=64, show_spinner=False)
def _scores(key: str, _y: np.ndarray, _labels: np.ndarray) -> dict[str, float]:
    found = external.scores(_y, _labels)
    return {"ACC": found["acc"], "NMI": found["nmi"], "ARI": found["ari"], "Purity": found["purity"]}
