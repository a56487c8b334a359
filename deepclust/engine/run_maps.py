"""Which projection of a run is which job: its latent space and eigenspace beside the run, the input beside the data."""

from __future__ import annotations

from typing import Any

from deepclust.engine.projection_jobs import make_job
from deepclust.results import SPACE
from deepclust.runs import Run, RunStore

FIRST_SAMPLE = 2_000  # a map of so many points comes within seconds


def map_job(
    run: Run, store: RunStore, space: str, method: str, n_components: int = 2, sample: int | None = None
) -> dict[str, Any]:
    """The job (see `make_job`) of a map of a space of the run; sample None means all points.

    space: "input", "latent", "eigen", or "space:NAME" for a further one of `ClusterResult.spaces`.
    """
    config = run.config
    result = run.folder / "result.npz"
    if sample is not None and sample >= config.n_samples:
        sample = None
    if space == "input":
        return make_job(
            fingerprint=config.fingerprint,
            space=space,
            method=method,
            n_components=n_components,
            sample=sample,
            out_folder=store.root / "projections",
            dataset=config.dataset,
            own_folder=store.datasets,
        )
    learned = space == "eigen" and "spectral_embedding" in run.metrics().get("spaces", ())
    member = "spectral_embedding" if learned else space if space.startswith(SPACE) else "embedding"
    return make_job(
        fingerprint=run.metrics().get("content", run.id),
        space="latent" if learned else space,
        method=method,
        n_components=n_components,
        sample=sample,
        out_folder=run.folder / "projections",
        array=(result, member),
        labels=(result, "labels"),
    )
