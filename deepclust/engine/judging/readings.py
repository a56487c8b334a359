"""What the gaps between the first eigenvalues say about k, in every space of a run that is looked at: quick, and in words."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from deepclust.engine.judging.judged_space import JudgedSpace
from deepclust.engine.judging.reading import Reading
from deepclust.engine.maps.jobs import EIGENVECTORS
from deepclust.engine.training.saved import build
from deepclust.graphs import spectral_embedding
from deepclust.methods import find_method
from deepclust.neighbors import squarable
from deepclust.runs import Run
from deepclust.spaces import LATENT

AT_MOST = 10_000  # samples


def readings(run: Run, judged: JudgedSpace) -> Iterator[Reading]:
    """The space in which k is judged, and the latent space of the result where that is another one."""
    shaped = find_method(run.config.method).spaces_without_k[:1] != (LATENT,)
    title = build(run.config).embedding_name
    if not judged.own:
        yield read_space(judged.points, judged.title)
    yield read_space(run.result().embedding, title, shaped)


def read_space(points: np.ndarray, title: str, shaped: bool = False) -> Reading:
    """The gaps of a space (n, d), of at most 10,000 of its samples."""
    some = np.sort(np.random.default_rng(0).permutation(len(points))[:AT_MOST])
    values = spectral_embedding(squarable(points[some]), min(EIGENVECTORS, len(some) - 1))[0]
    return Reading(title, tuple(float(v) for v in values), shaped)
