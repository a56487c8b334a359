"""How far a map can be believed around each of its points: the share of true neighbours that it keeps near."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from deepclust.neighbors import nearest_neighbors

NEIGHBORS = 15
MEASURED = 5_000  # points; of more, so many are drawn: 10,000 with 784 features would take 12 s on a busy machine


def neighbors_kept(X: np.ndarray, points: np.ndarray, random_state: int = 0) -> NDArray[np.float32] | None:
    """Share in [0, 1] of the 15 nearest neighbours of each sample in X (n, d) that are among its 15 nearest in points (n, 2 or 3).

    Of more than 5,000 points, 5,000 are drawn and measured among themselves; each of the others takes the share of the
    drawn one that is nearest to it on the map. None for fewer than 17 samples, where nearly all are neighbours.
    """
    n = len(X)
    if n < NEIGHBORS + 2:
        return None
    if n > MEASURED:
        drawn = np.sort(np.random.default_rng(random_state).choice(n, MEASURED, replace=False))
        share = neighbors_kept(X[drawn], points[drawn])
        from scipy.spatial import cKDTree

        return None if share is None else share[cKDTree(points[drawn]).query(points)[1]]
    true, _ = nearest_neighbors(X, NEIGHBORS)
    shown, _ = nearest_neighbors(points, NEIGHBORS)
    # each pair as one number, so that both lists of a point can be compared without a loop
    own = np.arange(n)[:, None] * n
    both = np.isin(own + shown, own + true)
    return np.asarray(both.mean(axis=1), dtype=np.float32)
