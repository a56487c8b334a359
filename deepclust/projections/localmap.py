"""LocalMAP (Wang, Sun, Huang & Rudin 2025, arXiv:2412.15426): PaCMAP whose last phase mends the graph by the map itself."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from deepclust.projections.pacmap import PaCMAP, Pairs, compiled_steps

NEARBY = 10.0  # further pairs are drawn anew from points no further apart on the map
DRAW_EVERY = 10  # iterations


class LocalMAP(PaCMAP):
    """In the last phase a pull weakens with the distance on the map, and neighbouring groups repel each other."""

    title = "LocalMAP"
    summary = "As PaCMAP, but in the end lets go of neighbours that the map holds far apart: groups come out separate."
    note = (
        "Near points are alike, and islands often are kinds of samples. It draws islands also where there are none: five to "
        "nine of them on evenly spread noise. Sizes and gaps mean nothing."
    )
    reference = "Wang, Sun, Huang, Rudin 2025, AAAI 39, arXiv:2412.15426"
    rank = 10

    def _gradient(
        self,
        X: NDArray[np.float32],
        points: NDArray[np.float32],
        pairs: Pairs,
        weights: tuple[float, float, float],
        into_last: int,
    ) -> NDArray[np.float32]:
        if into_last <= 0:
            return super()._gradient(X, points, pairs, weights, into_last)
        steps = compiled_steps()
        if into_last > 1 and (into_last - 1) % DRAW_EVERY == 0:
            pairs.further = steps.sample_FP_pair_nearby(X, pairs.near, pairs.further, points, NEARBY)
        mid, near, further = weights
        gradient: NDArray[np.float32] = steps.pacmap_grad_nearby_recip_sqrt(
            points, pairs.near, pairs.mid, pairs.further, near, mid, further, NEARBY / 2
        )
        return gradient
