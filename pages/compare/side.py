"""Three to eight runs side by side: a map of each, one selection on all, and how far the others agree as a colour."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import streamlit as st

from deepclust.engine.judging.pairing import Pair, mean_agreement, same_samples
from deepclust.metrics.matching import align_labels
from deepclust.projections.maps.pair import in_one_frame
from deepclust.runs import Run
from deepclust.spaces import LATENT
from pages.compare.called import called
from pages.compare.differences import curves, settings
from pages.compare.picked import MOST
from pages.gallery.thumbs import thumbs
from pages.map.choice import Choice, projection_control, sample_size
from pages.map.colouring import Paint
from pages.map.map import show_map
from pages.map.projections import chosen_map, first_map, mapped_ids, requested_map
from pages.parts.opening import open_finished
from pages.parts.pick import chosen_by_hand, in_address, key_of, pick
from pages.parts.strip import label_of
from pages.visit import cached, session
from pages.visit.say import plain
from pages.visit.sight import Sight

MATCHED, AGREEMENT = "Cluster", "Agreement with the others"
HEIGHT, NARROWEST = 280, 380  # pixels of a map, and of its panel
PICTURES = 96


def several_runs() -> None:
    """The run of this visit beside others of the same samples."""
    sight = open_finished(
        "It can be put beside others when it ends.",
        "Runs side by side",
        "Pick three to eight runs of the same samples: their maps stand side by side with one selection.",
    )
    if sight is None:
        return
    runs = [sight.run, *_others(sight)]
    if len(runs) < 3:
        st.info("Pick two more runs of the same samples, or more.")
        return
    sortings = [cached.own_labels(run) for run in runs]
    names = called([(run, run.config.n_clusters) for run in runs])
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        method = projection_control(key="side-map", default="pca", kept=in_address("map"))
        by = pick("Colour", [MATCHED, AGREEMENT], key="side-colour", kept=in_address("lit"))
        sample = sample_size(sight.run, method)
    agreement = mean_agreement(sortings)
    with st.grid(min_column_width=NARROWEST):
        for run, name, labels, agreed in zip(runs, names, sortings, agreement, strict=True):
            with st.container(border=True, height="stretch"):
                st.markdown(f"**{plain(name)}** · the others agree {agreed.mean():.0%}")
                matched, values = align_labels(sortings[0], labels), agreed if by == AGREEMENT else None
                _panel(sight, run, name, Choice(LATENT, method, 2, sample), matched, values)
    _selection(sight)
    _table(names, sortings)
    curves(runs, names)
    settings(runs, names)


def _others(sight: Sight) -> list[Run]:
    """The other runs, by the control."""
    there = {run.id: run for run in same_samples(sight.run, cached.store().runs())}
    kept = [run_id for run_id in (session.part("side") or "").split(",") if run_id in there][: MOST - 1]
    key = key_of(f"side-{sight.run.id}", tuple(kept))
    st.multiselect(
        "Beside the run above",
        list(there),
        default=kept,
        max_selections=MOST - 1,
        format_func=lambda run_id: label_of(there[run_id]),
        key=key,
        on_change=_keep,
        args=(sight.run.id, key),
        placeholder="Type to find a run of the same samples",
    )
    return [there[run_id] for run_id in kept]


def _keep(run_id: str, key: str) -> None:
    chosen = chosen_by_hand(f"side-{run_id}", key)
    if chosen is not None:
        session.keep_part("side", ",".join(chosen) or None)


def _panel(sight: Sight, run: Run, name: str, choice: Choice, labels: np.ndarray, agreed: np.ndarray | None) -> None:
    """The map of one run, coloured by its clusters or by how far the others agree about each sample.

    What is selected on it is selected of the run of this visit, and so on all.
    """
    projection = chosen_map(run, choice) or first_map(run)
    if projection is None:
        return
    ids, points = mapped_ids(projection), projection.points
    first = requested_map(sight.run, choice)[0] or first_map(sight.run)
    if first is not None and np.array_equal(mapped_ids(first), ids):
        points = in_one_frame(first.points, points)[1]
    paint = (
        Paint(labels[ids], value_name=name) if agreed is None else Paint(labels[ids], agreed[ids], value_name=AGREEMENT)
    )
    show_map(points, ids, paint, key=f"beside-{run.id}", sight=sight, height=HEIGHT)


def _selection(sight: Sight) -> None:
    """The samples that are selected, wherever that was."""
    ids = session.selected(sight.run)
    if not len(ids):
        st.caption("Select points on one map, or rest on one: they stand out on the others.")
        return
    shown = ids[:: max(1, len(ids) // PICTURES)][:PICTURES]
    st.markdown(f"**{len(ids):,} sample{'s' * (len(ids) > 1)} selected**")
    key = f"{sight.run.id}/side/{hash(ids.tobytes())}"
    st.html(thumbs(sight.data, key, shown, "selected samples", run_id=sight.run.id, all_lines=True))


def _table(names: Sequence[str], sortings: Sequence[np.ndarray]) -> None:
    """The adjusted Rand index of every two runs."""
    st.subheader("How far every two agree", anchor=False)
    numbers = [str(i + 1) for i in range(len(names))]
    rows = [[Pair(one, two).ari for two in sortings] for one in sortings]
    columns = {number: [f"{row[i]:.2f}" for row in rows] for i, number in enumerate(numbers)}
    st.table(
        {"": [f"{number}: {plain(name)}" for number, name in zip(numbers, names, strict=True)], **columns},
        border="horizontal",
        hide_index=True,
    )
    st.caption("Adjusted Rand index: 1 for the same clusters, 0 for clusters that have nothing to do with each other.")
