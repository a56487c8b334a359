"""Try it: something new on a finished run. Where does it belong, and has the run ever seen such a thing?"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import streamlit as st

from deepclust.engine.maps.run_maps import first_sample, telling_projection
from deepclust.engine.placing.finished import FinishedRun
from deepclust.figures import webmap
from deepclust.projections import Projection
from deepclust.runs import Run
from deepclust.spaces import LATENT
from pages.map.choice import Choice
from pages.map.colouring import CLUSTER, painted
from pages.map.map import show_map
from pages.map.projections import chosen_map, first_map, mapped_ids
from pages.map.wire import wire
from pages.parts.opening import open_finished
from pages.parts.strip import strip
from pages.try_it.answer import answer
from pages.try_it.disturbing import disturbed
from pages.try_it.fooling import fooling
from pages.try_it.sources import new_sample
from pages.visit import cached, say, session
from pages.visit.clusters import Clusters
from pages.visit.sight import Sight


@st.cache_resource(max_entries=2, show_spinner="Waking the network")
def _finished(run_id: str, written: int, _sight: Sight) -> FinishedRun:
    opened = FinishedRun(_sight.run, cached.store(), _sight.data)
    opened.place(_sight.data.X[:1])  # what takes time is worked out now
    return opened


def _own_clusters(run: Run, labels: np.ndarray) -> Clusters:
    """The method's own clusters, by the names that they were given."""
    named = cached.clusters(run, run.config.n_clusters)
    return named if np.array_equal(named.labels, labels) else cached.clusters(run, run.config.n_clusters, edits=False)


def _map(sight: Sight, key: str) -> Projection | None:
    """The most telling map of the latent space; PCA until it is there."""
    method = telling_projection(sight.outcome.result.embedding.shape[1])
    sample = first_sample(method, sight.run.config.n_samples)
    projection = chosen_map(sight.run, Choice(LATENT, method, 2, sample)) or first_map(sight.run)
    if projection is not None:
        ids = mapped_ids(projection)
        show_map(projection.points, ids, painted(sight, CLUSTER, ids), key=key, sight=sight, space=projection.method)
        st.caption(
            "A new sample has the place of its nearest samples in the latent space: the map itself is not computed again."
        )
    return projection


def _tried(sight: Sight, run: FinishedRun, projection: Projection | None, key: str) -> None:
    """The new sample, and what the run says of it. Sliders run this alone again."""
    sample = new_sample(run, sight)
    place = None
    if sample is None:
        st.caption("What the run makes of it will be here.")
    else:
        sample = disturbed(sample, sight.data)
        placed = run.place(sample[None])
        clusters = _own_clusters(sight.run, run.result.labels)
        answer(sample, sight.data, clusters, placed)
        fooling(run, sample, clusters, projection)
        if projection is not None:
            place = run.on_map(placed.embedding, projection.points, mapped_ids(projection))[0]
    wire(key=f"{key}-guest", data=webmap.guest(key, place, "new"))


def page() -> None:
    """The page of a run."""
    sight = open_finished(
        "Something new can be tried on it when it ends, or when you stop it.",
        "Try something new",
        "Draw a digit, or take a photograph: where does the network put it, and has it ever seen such a thing?",
    )
    if sight is None:
        return
    own_k = sight.run.config.n_clusters
    sight = replace(sight, k=own_k if own_k in sight.outcome.by_k else sight.k)
    try:
        run = _finished(sight.run.id, (sight.run.folder / "result.npz").stat().st_mtime_ns, sight)
    except (ValueError, OSError) as error:
        say.error(error)
        return
    key = f"try-map-{sight.run.id}"
    left, right = st.columns([0.42, 0.58], gap="large")
    with right:
        projection = _map(sight, key)
    with left:
        st.fragment(_tried)(sight, run, projection, key)


session.begin()
strip()
page()
