"""Maps of a run: computed beside the app, with progress, and what may be read from them."""

from __future__ import annotations

import numpy as np
import streamlit as st

from deepclust.engine.maps.jobs import Job, JobState, MapJob
from deepclust.engine.maps.projector import cancel, ensure_projector, job_state, request
from deepclust.engine.maps.run_maps import map_job
from deepclust.projections import PROJECTIONS, Projection
from deepclust.projections.maps.words import map_words
from deepclust.runs import Run
from deepclust.spaces import LATENT
from pages.map.choice import Choice, spaces
from pages.visit import cached, say
from pages.visit.say import plain


def chosen_map(run: Run, choice: Choice) -> Projection | None:
    """The chosen map if it is there; otherwise it is requested, its progress is shown, and None is returned."""
    projection, _ = requested_map(run, choice)
    if projection is None:
        title = f"{PROJECTIONS[choice.method].title} of {spaces(run)[choice.space]}"
        wait_for(_job(run, choice), title)
    return projection


def requested_map(run: Run, choice: Choice) -> tuple[Projection | None, JobState]:
    """The chosen map if it is there, and how far it is (see `job_state`); it is requested where it is missing."""
    job = _job(run, choice)
    state = request_job(job)
    return (cached.projection(str(job.out)) if state.state == "done" else None), state


def mapped_ids(projection: Projection) -> np.ndarray:
    """Which samples a map shows, int64 (m,)."""
    return np.arange(len(projection.points)) if projection.ids is None else projection.ids


def map_caption(projection: Projection, n_samples: int) -> str:
    """What may be read from a map, how far it can be trusted, and how many of the samples it shows."""
    return " ".join(map_words(projection, n_samples))


def request_job(job: Job) -> JobState:
    """How far a job of the projection process is; it is requested where it is missing."""
    root = cached.store().root
    state = job_state(root, job)
    if state.state != "done":
        ensure_projector(root)
    return request(root, job) if state.state == "missing" else state


def first_map(run: Run) -> Projection | None:
    """The map that every run brings along: PCA of its latent space."""
    job = _job(run, Choice(LATENT, "pca", 2, None))
    return cached.projection(str(job.out)) if job.out.exists() else None


def _job(run: Run, choice: Choice) -> MapJob:
    wanted = (choice.space, choice.method, choice.n_components, choice.sample)
    return map_job(run, cached.store(), *wanted, linked=choice.linked)


def wait_for(job: Job, title: str) -> None:
    """Progress of a job that is under way, with a way to stop it; the page runs again when it is done."""
    st.fragment(_wait, run_every=0.5)(job, title)


def _wait(job: Job, title: str) -> None:
    root = cached.store().root
    state = request_job(job)
    if state.state == "done":
        st.rerun()
    if state.state in ("failed", "cancelled"):
        if state.state == "failed":
            say.error(state.error)
        else:
            st.info(f"{plain(title)} was cancelled.")
        if st.button("Try again", key=f"again-{job.key}"):
            request(root, job)
        return
    helper = ensure_projector(root)
    if helper.error:
        say.error(f"Maps cannot be computed at the moment. {helper.error}")
        return
    waits_for = f"after {helper.doing}" if state.state == "queued" and helper.doing else ""
    progress = state.text or waits_for or helper.state
    with st.container(horizontal=True, vertical_alignment="center"):
        st.progress(float(state.fraction), text=plain(f"{title}: {progress}"))
        st.button("Cancel", key=f"cancel-{job.key}", on_click=say.failures(say.toast)(cancel), args=(root, job))
