"""Which projection of a run is which job: its latent space and eigenspace beside the run, the input beside the data."""

from __future__ import annotations

import numpy as np

from deepclust.engine.maps.jobs import FilmJob, MapJob, Samples, StoredArray
from deepclust.events import SNAPSHOT_SAMPLE
from deepclust.projections import BEST_FIRST, PROJECTIONS
from deepclust.runs import Run, RunStore
from deepclust.spaces import EIGEN, INPUT, LATENT, Space

FIRST_SAMPLE = 2_000  # a map of so many points comes within seconds
LAID_OUT = 10_000  # where a projection maps so many within seconds, the others are placed among them
MOST_PLACED = 250_000  # samples for which that takes seconds, too
FRAMES, FRAME_POINTS = 6, 1_000  # maps of snapshots and points in each, as there are several to compute
REEL_FRAMES = 16  # maps of a time machine that are not PCA


def map_job(
    run: Run,
    store: RunStore,
    space: Space,
    method: str,
    n_components: int = 2,
    sample: int | None = None,
    *,
    linked: bool = False,
) -> MapJob:
    """The job of a map of a space of the run; sample None means all points, laid out together.

    A sample of LAID_OUT or more is laid out and the others are placed among it; of a smaller one nothing else is shown.
    linked: a sample of the input is the one that the other spaces of this run are shown with, and not the one that all
    runs share.
    """
    if sample is not None and sample >= run.config.n_samples:
        sample = None
    placed = sample is not None and sample >= LAID_OUT
    labels = StoredArray(str(run.folder / "result.npz"), "labels")
    if space == INPUT:
        own = linked and sample is not None
        fingerprint = run.config.fingerprint
        return MapJob(
            fingerprint=f"{fingerprint}/{run.content}" if own else fingerprint,
            method=method,
            folder=_beside(run) if own else _beside_data(store),
            space=space,
            source=_samples(run, store),
            n_components=n_components,
            sample=sample,
            placed=placed,
            labels=labels if own else None,
        )
    learned = space == EIGEN and EIGEN in run.spaces
    graph = space == EIGEN and not learned
    return MapJob(
        fingerprint=f"{run.content}/learned" if learned else run.content,
        method=method,
        folder=_beside(run),
        space=space,
        source=StoredArray(labels.path, LATENT.member if graph else space.member),
        graph=graph,
        n_components=n_components,
        sample=sample,
        placed=placed,
        labels=labels,
    )


def telling_projection(n_features: int) -> str:
    """The projection that shows most of a space; one of two dimensions is its own map already."""
    return "pca" if n_features <= 2 else BEST_FIRST[0]


def first_sample(method: str, n_samples: int) -> int | None:
    """How many of so many samples a map lays out at first; None for all."""
    at_once = PROJECTIONS[method].at_once
    if n_samples <= max(FIRST_SAMPLE, at_once):
        return None
    return LAID_OUT if at_once >= LAID_OUT and n_samples <= MOST_PLACED else FIRST_SAMPLE


def eigen_job(run: Run, store: RunStore, space: Space = LATENT) -> MapJob:
    """The job of the neighbour graph of a space of a run, all samples.

    Its first eigenvalues and eigenvectors are kept in `deepclust.engine.maps.jobs.MapJob.eigen_path`.
    """
    given = space == INPUT
    return MapJob(
        fingerprint=run.config.fingerprint if given else run.content if space == LATENT else f"{run.content}/{space}",
        method="pca",
        folder=_beside_data(store) if given else _beside(run),
        space=EIGEN,
        source=_samples(run, store) if given else StoredArray(str(run.folder / "result.npz"), space.member),
        graph=True,
    )


def _samples(run: Run, store: RunStore) -> Samples:
    return Samples(run.config.dataset, str(store.datasets))


def _beside(run: Run) -> str:
    return str(run.folder / "projections")


def _beside_data(store: RunStore) -> str:
    return str(store.root / "projections")


def frames(n_snapshots: int) -> list[int]:
    """Numbers of up to six snapshots from the first to the last, closer together at the beginning."""
    return sorted({round(n) - 1 for n in np.geomspace(1, n_snapshots, FRAMES).tolist()}) if n_snapshots else []


def film_job(run: Run) -> FilmJob:
    """The job of t-SNE maps of a finished run's snapshots in one frame: its Projection has points (s, m, 2)."""
    return FilmJob(
        fingerprint=run.content,
        method="tsne",
        folder=_beside(run),
        snapshots=str(run.folder / "snapshots"),
        numbers=tuple(frames(run.n_snapshots)),
        points=FRAME_POINTS,
    )


def reel_numbers(n_snapshots: int) -> list[int]:
    """Numbers of up to 16 snapshots from the first to the last, evenly spread."""
    if n_snapshots < 1:
        return []
    return sorted({round(n) for n in np.linspace(0, n_snapshots - 1, REEL_FRAMES).tolist()})


def reel_job(run: Run, method: str) -> FilmJob:
    """The job of maps of a finished run's snapshots as its time machine shows them, by a projection that settles.

    See `deepclust.projections.maps.reel`. Its Projection has points (s, m, 2) of all samples of a snapshot.
    """
    return FilmJob(
        fingerprint=run.content,
        method=method,
        folder=_beside(run),
        snapshots=str(run.folder / "snapshots"),
        numbers=tuple(reel_numbers(run.n_snapshots)),
        points=SNAPSHOT_SAMPLE,
        backwards=True,
    )
