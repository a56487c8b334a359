"""Which map is shown: space, projection, dimensions and number of points; computed beside the app, with progress."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import streamlit as st

from deepclust.engine.maps.projector import cancel, ensure_projector, job_state, request
from deepclust.engine.maps.run_maps import FIRST_SAMPLE, map_job
from deepclust.engine.training.saved import build
from deepclust.projections import PROJECTIONS, Projection
from deepclust.projections.maps.words import map_words
from deepclust.results import SPACE
from deepclust.runs import Run
from pages.visit import cached


def spaces(run: Run) -> dict[str, str]:
    """The spaces of a run that can be mapped, and what they are called."""
    own = [name for name in run.metrics().get("spaces", ()) if name.startswith(SPACE)]
    return {
        "latent": build(run.config).embedding_name,
        "input": "Input",
        "eigen": "Eigenspace",
        **{name: name.removeprefix(SPACE) for name in own},
    }


@dataclass(frozen=True)
class Choice:
    """What the controls above the map say. linked: for two maps side by side, which show the same sample."""

    space: str
    method: str
    n_components: int
    sample: int | None
    linked: bool = False


def choose(run: Run) -> Choice:
    """The controls of the map, drawn where the caller is."""
    names = spaces(run)
    space = st.segmented_control(
        "Space",
        list(names),
        format_func=names.get,
        default="latent",
        required=True,
        key=f"map-space-{'/'.join(names)}",
        help="What the network made of the data, the data themselves, or the first eigenvectors of the neighbour graph "
        "of the latent space; then whatever else the method has learned.",
    )
    method = st.segmented_control(
        "Projection",
        list(PROJECTIONS),
        format_func=lambda m: PROJECTIONS[m].title,
        default="pca",
        required=True,
        key="map-method",
        help="  \n".join(f"**{facts.title}**: {facts.summary}" for facts in PROJECTIONS.values()),
    )
    dimensions = st.segmented_control(
        "Dimensions", [2, 3], format_func=lambda d: f"{d}-D", default=2, required=True, key="map-dimensions"
    )
    return Choice(space, method, int(dimensions), sample_size(run, PROJECTIONS[method].slow))


def sample_size(run: Run, slow: bool) -> int | None:
    """How many points the map shows: a sample, or None for all."""
    n = run.config.n_samples
    if n <= FIRST_SAMPLE:
        return None
    few, every = f"{FIRST_SAMPLE:,}", f"All {n:,}"
    points = st.segmented_control(
        "Points",
        [few, every],
        default=few if slow or n > 250_000 else every,
        required=True,
        key=f"map-points-{run.id}-{slow}",
        help="A sample in which every cluster has its share is there within seconds.",
    )
    return FIRST_SAMPLE if points == few else None


def projection(run: Run, choice: Choice) -> Projection | None:
    """The chosen map if it is there; otherwise it is asked for, its progress is shown, and None is returned."""
    found, _ = asked(run, choice)
    if found is None:
        words = f"{PROJECTIONS[choice.method].title} of {spaces(run)[choice.space]}"
        wait_for(_job(run, choice), words, "PCA is there at once meanwhile.")
    else:
        _prepare_next(run, choice)
    return found


def asked(run: Run, choice: Choice) -> tuple[Projection | None, dict]:
    """The chosen map if it is there, and how far it is (see `job_state`); it is asked for where it is missing."""
    job = _job(run, choice)
    state = ask_for(job)
    return (cached.projection(job["out"]) if state["state"] == "done" else None), state


def mapped_ids(projection: Projection) -> np.ndarray:
    """Which samples a map shows, int64 (m,)."""
    return np.arange(len(projection.points)) if projection.ids is None else projection.ids


def about(found: Projection, n_samples: int) -> str:
    """What may be read from a map, how far it can be trusted, and how many of the samples it shows."""
    return " ".join(map_words(found, n_samples))


def ask_for(job: dict) -> dict:
    """How far a job of the projection process is (see `job_state`); it is asked for where it is missing."""
    root = cached.store().root
    state = job_state(root, job)
    if state["state"] != "done":
        ensure_projector(root)
    if state["state"] == "missing":
        request(root, job)
        state["state"] = "queued"
    return state


def first_map(run: Run) -> Projection | None:
    """The map that every run brings along: PCA of its latent space."""
    job = _job(run, Choice("latent", "pca", 2, None))
    return cached.projection(job["out"]) if Path(job["out"]).exists() else None


def _job(run: Run, choice: Choice) -> dict:
    asked = (choice.space, choice.method, choice.n_components, choice.sample)
    return map_job(run, cached.store(), *asked, linked=choice.linked)


def wait_for(job: dict, title: str, hint: str = "") -> None:
    """Progress of a job that is under way, with a way to stop it; the page runs again when it is done."""
    st.fragment(_wait, run_every=0.5)(job, title, hint)


def _wait(job: dict, title: str, hint: str) -> None:
    root = cached.store().root
    state = job_state(root, job)
    if state["state"] == "done":
        st.rerun()
    if state["state"] in ("failed", "cancelled"):
        if state["state"] == "failed":
            st.error(state["error"])
        else:
            st.info(f"{title} was cancelled.")
        if st.button("Try again", key=f"again-{job['key']}"):
            request(root, job)
        return
    helper = ensure_projector(root)
    words = state["text"] or helper.get("state", "starting")
    with st.container(horizontal=True, vertical_alignment="center"):
        st.progress(float(state["fraction"]), text=f"{title}: {words}")
        st.button("Cancel", key=f"cancel-{job['key']}", on_click=cancel, args=(root, job["key"]))
    if state["state"] == "queued" and helper.get("state"):
        st.caption(f"The projection process says: {helper['state']}. {hint}")


def _prepare_next(run: Run, choice: Choice) -> None:
    """Ask for the small UMAP of the latent space in advance, so that it is there when it is clicked."""
    if choice.method == "pca" and choice.space == "latent":
        job = map_job(run, cached.store(), "latent", "umap", 2, FIRST_SAMPLE)
        if job_state(cached.store().root, job)["state"] == "missing":
            ensure_projector(cached.store().root)
            request(cached.store().root, job)
