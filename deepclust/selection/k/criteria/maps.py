"""What maps show: the dense regions of LocalMAPs and of UMAPs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from deepclust.projections import project
from deepclust.selection.k.criteria.density import count_of_even, dense_regions
from deepclust.selection.k.criterion import Criterion, Facts, count
from deepclust.selection.k.material import Material

MAPS = 2  # from different starts: what one of them draws by chance counts half
UMAP = {"n_neighbors": 15, "min_dist": 0.0}
EVEN = (0.4, 0.5)  # a region counts that holds this part of the even share n / count

RANK = 80
REGIONS = Facts(
    "localmap_regions",
    "Dense regions on LocalMAPs",
    "HDBSCAN counts the dense regions of two LocalMAPs. It needs no k: a region counts if it holds two fifths of an even share "
    "or more, and half a share is tried as well. LocalMAP draws islands on noise, too: believe it where UMAPs show as many.",
)
UMAP_REGIONS = Facts(
    "hdbscan", "Dense regions on UMAPs", "As on LocalMAPs, on two UMAPs, which hold groups less far apart."
)
FACTS = (REGIONS, UMAP_REGIONS)


def judge(m: Material) -> Iterator[Criterion]:
    """Both, on two maps of each kind of the smaller sample."""
    yield _regions(REGIONS, m, _maps(m, "localmap"))
    yield _regions(UMAP_REGIONS, m, _maps(m, "umap", UMAP))


def _maps(m: Material, method: str, params: dict[str, Any] | None = None) -> list[NDArray[np.float32]]:
    return [
        project(m.few_points, method, random_state=m.random_state + turn, params=params or {}).points
        for turn in range(MAPS)
    ]


def _regions(facts: Facts, m: Material, maps: list[NDArray[np.float32]]) -> Criterion:
    tried = [dense_regions(points) for points in maps]
    counts = [count_of_even(regions, len(m.few), part) for part in EVEN for regions in tried]
    note = f"Found: {' and '.join(str(count_of_even(regions, len(m.few), EVEN[0])) for regions in tried)} regions."
    return count(facts, m.ks, counts, note=note)
