"""One space at several moments as maps that go over into each other: t-SNE, each started from the one before."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from deepclust.projections.base import Report
from deepclust.projections.maps.plane import turned
from deepclust.projections.tsne import TSNE

PERPLEXITY = 30
ITERATIONS = 250  # after those of early exaggeration; fewer than for a single map, as each starts near its end


def film(spaces: Sequence[np.ndarray], random_state: int, report: Report) -> NDArray[np.float32]:
    """Maps (s, n, 2) of the same n samples in s spaces (n, d), in order, each scaled to a spread of 1.

    Each begins where the one before has led, and is then turned and mirrored to agree with it, because t-SNE leaves
    both open. `report(fraction, text)` may raise to stop. ValueError for fewer than 4 samples.
    """
    if not len(spaces) or len(spaces[0]) < 4:
        raise ValueError("t-SNE needs at least 4 samples at one moment or more: this run has told too little.")
    layout = TSNE(perplexity=PERPLEXITY, n_iter=ITERATIONS).cut_to(len(spaces[0]))
    frames: list[NDArray[np.float32]] = []
    for number, space in enumerate(spaces):

        def told(fraction: float, text: str, number: int = number) -> None:
            report((number + fraction) / len(spaces), f"map {number + 1} of {len(spaces)}")

        before = frames[-1] if frames else None
        X = np.ascontiguousarray(space, dtype=np.float32)
        points = layout.embed(X, 2, random_state, told, start=before)
        points -= points.mean(axis=0)
        points /= max(float(np.sqrt((points**2).sum(axis=1).mean())), 1e-12)
        frames.append(points if before is None else turned(points, before).astype(np.float32))
    return np.stack(frames)
