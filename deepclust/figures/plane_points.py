"""Points of the plane as they lie there, coloured by cluster, as ECharts options: for data that everyone can see."""

from __future__ import annotations

from typing import Any

import numpy as np

from deepclust.figures.multiples import multiple


def plane_points(points: np.ndarray, labels: np.ndarray, n_clusters: int, side: int) -> dict[str, Any]:
    """Points (m, 2) of any scale, coloured by cluster int (m,), in a square of ``side`` pixels, so that a circle looks like one.

    The number of a cluster stands on its highest point: the middle of a ring, where other maps have it, is not on the ring.
    """
    options = multiple(np.asarray(points), labels, n_clusters)
    *groups, numbers = options["series"]
    numbers["data"] = [
        {"name": group["name"], "value": max(group["data"], key=lambda point: point[1])}
        for group in groups
        if group["data"]
    ]
    options["grid"] = {"left": "center", "top": 4, "width": side, "height": side}
    return options
