"""The space of a run in which k is judged: one that the method has not already shaped around the k of its training."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from deepclust.data.references import open_dataset
from deepclust.methods import find_method
from deepclust.neighbors import squarable
from deepclust.runs import Run, RunStore
from deepclust.spaces import INPUT, LATENT


@dataclass(frozen=True, eq=False)
class JudgedSpace:
    """points (m, d); own: whether they are the latent space of the result, whose clusters the k slider shows.

    words: what has to be said about the choice, "" for a latent space that does not depend on k. title: which space it is,
    "" for the latent space of the result.
    """

    points: np.ndarray
    own: bool
    words: str = ""
    title: str = ""


def judged_space(run: Run) -> JudgedSpace:
    """The first of `Method.spaces_without_k` that the run has, else its latent space, with a warning."""
    space = _space_without_k(run)
    return replace(space, points=squarable(space.points))


def _space_without_k(run: Run) -> JudgedSpace:
    method, k = find_method(run.config.method), run.config.n_clusters
    result = run.result()
    because = f"what {run.config.method} learns follows the k = {k} that it is trained with."
    for space in method.spaces_without_k:
        if space == LATENT:
            return JudgedSpace(result.embedding, own=True)
        if space == INPUT:
            data = open_dataset(run.config.dataset, RunStore(run.folder.parent).datasets)
            return JudgedSpace(
                data.X.reshape(data.n_samples, -1), False, f"Judged on the data as they are: {because}", "Input"
            )
        if space.kind == "space" and space.name in result.spaces:
            return JudgedSpace(
                result.spaces[space.name], False, f"Judged in the space {space.name!r}: {because}", space.name
            )
        if space.kind == "stage" and (points := _end_of(run, space.name)) is not None:
            where = f"in the latent space at the end of {space.name!r} ({len(points):,} samples)"
            return JudgedSpace(points, False, f"Judged {where}: later, {because}", f"Latent space after {space.name}")
    warning = (
        f"Take this with care: {because} To choose k without that, judge a run of k-means or of an autoencoder on the same "
        "data."
    )
    return JudgedSpace(result.embedding, own=True, words=warning)


def _end_of(run: Run, stage: str) -> np.ndarray | None:
    """The latent space float32 (m, d) of the last snapshot of a stage; None where there is none."""
    for number in reversed(range(run.n_snapshots)):
        try:
            shot = run.snapshot(number)
        except (IndexError, OSError, ValueError):
            continue
        if str(shot["stage"]) == stage:
            return shot["embedding"].astype(np.float32)
    return None
