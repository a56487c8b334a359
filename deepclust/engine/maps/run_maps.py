"""Which projection of a run is which job: its latent space and eigenspace beside the run, the input beside the data."""

from __future__ import annotations

from typing import Any

import numpy as np

from deepclust.engine.maps.jobs import FILM, make_job
from deepclust.events import SNAPSHOT_SAMPLE
from deepclust.projections import BEST_FIRST, PROJECTIONS
from deepclust.results import SPACE
from deepclust.runs import Run, RunStore

FIRST_SAMPLE = 2_000  # a map of so many points comes within seconds
FRAMES, FRAME_POINTS = 6, 1_000  # maps of snapshots and points in each, as there are several to compute
REEL_FRAMES = 16  # maps of a time machine that are not PCA


def map_job(
    run: Run,
    store: RunStore,
    space: str,
    method: str,
    n_components: int = 2,
    sample: int | None = None,
    *,
    linked: bool = False,
) -> dict[str, Any]:
    """The job (see `make_job`) of a map of a space of the run; sample None means all points.

    space: "input", "latent", "eigen", or "space:NAME" for a further one of `ClusterResult.spaces`. linked: a sample of the
    input is the one that the other spaces of this run are shown with, and not the one that all runs share.
    """
    config = run.config
    result = run.folder / "result.npz"
    if sample is not None and sample >= config.n_samples:
        sample = None
    if space == "input":
        own = linked and sample is not None
        return make_job(
            fingerprint=f"{config.fingerprint}/{run.metrics().get('content', run.id)}" if own else config.fingerprint,
            space=space,
            labels=(result, "labels") if own else None,
            method=method,
            n_components=n_components,
            sample=sample,
            out_folder=run.folder / "projections" if own else store.root / "projections",
            dataset=config.dataset,
            own_folder=store.datasets,
        )
    learned = space == "eigen" and "spectral_embedding" in run.metrics().get("spaces", ())
    member = "spectral_embedding" if learned else space if space.startswith(SPACE) else "embedding"
    return make_job(
        fingerprint=run.content,
        space="latent" if learned else space,
        method=method,
        n_components=n_components,
        sample=sample,
        out_folder=run.folder / "projections",
        array=(result, member),
        labels=(result, "labels"),
    )


def telling_projection(n_features: int) -> str:
    """The projection that shows most of a space; one of two dimensions is its own map already."""
    return "pca" if n_features <= 2 else BEST_FIRST[0]


def first_sample(method: str, n_samples: int) -> int | None:
    """How many of so many samples a map shows at first; None for all."""
    return None if n_samples <= max(FIRST_SAMPLE, PROJECTIONS[method].at_once) else FIRST_SAMPLE


def eigen_job(run: Run, store: RunStore, space: str = "latent") -> dict[str, Any]:
    """The job of the neighbour graph of a space ("latent", "input" or "space:NAME") of a run, all samples.

    Its first eigenvalues and eigenvectors are kept in `deepclust.engine.maps.jobs.Job.eigen_path`.
    """
    if space == "input":
        return make_job(
            fingerprint=run.config.fingerprint,
            space="eigen",
            method="pca",
            out_folder=store.root / "projections",
            dataset=run.config.dataset,
            own_folder=store.datasets,
        )
    content = run.content
    return make_job(
        fingerprint=content if space == "latent" else f"{content}/{space}",
        space="eigen",
        method="pca",
        out_folder=run.folder / "projections",
        array=(run.folder / "result.npz", space if space.startswith(SPACE) else "embedding"),
    )


def frames(n_snapshots: int) -> list[int]:
    """Numbers of up to six snapshots from the first to the last, closer together at the beginning."""
    return sorted({round(n) - 1 for n in np.geomspace(1, n_snapshots, FRAMES).tolist()}) if n_snapshots else []


def film_job(run: Run) -> dict[str, Any]:
    """The job of t-SNE maps of a finished run's snapshots in one frame: its Projection has points (s, m, 2)."""
    return make_job(
        fingerprint=run.content,
        space=FILM,
        method="tsne",
        params={"snapshots": frames(run.n_snapshots), "points": FRAME_POINTS},
        out_folder=run.folder / "projections",
        array=(run.folder / "snapshots", "embedding"),
    )


def reel_numbers(n_snapshots: int) -> list[int]:
    """Numbers of up to 16 snapshots from the first to the last, evenly spread."""
    if n_snapshots < 1:
        return []
    return sorted({round(n) for n in np.linspace(0, n_snapshots - 1, REEL_FRAMES).tolist()})


def reel_job(run: Run, method: str) -> dict[str, Any]:
    """The job of maps of a finished run's snapshots as its time machine shows them, by a projection that settles.

    See `deepclust.projections.maps.reel`. Its Projection has points (s, m, 2) of all samples of a snapshot.
    """
    return make_job(
        fingerprint=run.content,
        space=FILM,
        method=method,
        params={"snapshots": reel_numbers(run.n_snapshots), "points": SNAPSHOT_SAMPLE, "anchor": "last"},
        out_folder=run.folder / "projections",
        array=(run.folder / "snapshots", "embedding"),
    )
