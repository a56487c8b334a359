"""Samples that take a place on a map that was laid out without them: among their nearest samples."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from deepclust.neighbors import Neighborhood

AROUND = 5  # neighbours that place a sample on a map
ISLAND = 0.05  # of the extent of a map: those farther from the middle one are on another island
CHUNK = 4_096


def place_among(
    X: np.ndarray, known: np.ndarray, points: np.ndarray, progress: Callable[[float], object] | None = None
) -> NDArray[np.float32]:
    """Places (m, e) for samples X (m, d) on a map with points (p, e) of the samples known (p, d), p >= 2.

    The mean of the points of the nearest known samples, weighted by closeness; where these lie on several islands of the
    map, of those around the middle one alone, so that nobody lands in the empty space between. ``progress(fraction)`` is
    called after each chunk and may raise to stop.
    """
    index = Neighborhood(known)
    reach = ISLAND * float(np.linalg.norm(np.ptp(points, axis=0)))
    places = np.empty((len(X), points.shape[1]), np.float32)
    for start in range(0, len(X), CHUNK):
        rows = slice(start, start + CHUNK)
        nearest, distances = index.of(X[rows], AROUND)
        around = points[nearest].astype(np.float64)
        apart = np.linalg.norm(around[:, :, None] - around[:, None], axis=3)
        closeness = 1 / np.maximum(distances, 1e-12 + 1e-6 * distances.max(axis=1, keepdims=True))
        middle = (apart * closeness[:, None]).sum(axis=2).argmin(axis=1)
        weights = closeness * (apart[np.arange(len(around)), middle] <= reach)
        places[rows] = (weights[:, :, None] * around).sum(axis=1) / weights.sum(axis=1)[:, None]
        if progress is not None:
            progress(min(1.0, (start + CHUNK) / len(X)))
    return places
