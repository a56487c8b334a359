"""Points of the plane as they lie there, coloured by cluster, as ECharts options: for data that everyone can see."""

from __future__ import annotations

from typing import Any

import numpy as np
from PIL import Image

from deepclust.figures.multiples import multiple
from deepclust.figures.pictures import INK, PANEL


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


def plane_picture(points: np.ndarray, width: int, height: int) -> Image.Image:
    """Points (m, 2) of any scale as dots in a picture of that size, in which a circle looks like one."""
    centred = points - (points.min(axis=0) + points.max(axis=0)) / 2
    scale = min((width - 8) / (np.ptp(points[:, 0]) or 1), (height - 8) / (np.ptp(points[:, 1]) or 1))
    column, row = np.rint(centred * [scale, -scale] + [width / 2, height / 2]).astype(int).T
    pixels = np.full((height, width, 3), PANEL, np.uint8)
    for down in (0, 1):
        for right in (0, 1):
            pixels[np.clip(row - down, 0, height - 1), np.clip(column - right, 0, width - 1)] = INK
    return Image.fromarray(pixels)
