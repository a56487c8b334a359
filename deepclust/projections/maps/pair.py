"""Two maps of the same samples in one frame, so that what moves from one to the other has another place in the second."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from deepclust.projections.maps.plane import turned
from deepclust.projections.maps.reel import unit


def in_one_frame(points: np.ndarray, others: np.ndarray) -> NDArray[np.float32]:
    """Maps (2, n, 2) of points (n, 2) and others (n, 2), about their middles and of spread 1; the second is turned and
    mirrored to lie as near as possible to the first (orthogonal Procrustes)."""
    first = unit(points)
    return np.stack([first, turned(unit(others), first).astype(np.float32)])
