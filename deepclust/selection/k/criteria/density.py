"""Dense regions of a map, counted without being told k (HDBSCAN), and the size from which a region counts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

#: Sizes of the smallest dense region that are tried, as shares of all samples.
SIZES = (0.004, 0.0067, 0.01, 0.015, 0.02, 0.03, 0.04, 0.06)
MIN_SAMPLES = 10


@dataclass(frozen=True)
class Regions:
    """Dense regions at one smallest size: how many there are, and the share of samples that lie in one."""

    smallest: int
    n_regions: int
    assigned: float


def dense_regions(points: np.ndarray, shares: Sequence[float] = SIZES) -> list[Regions]:
    """Count the dense regions of points (n, d), of few dimensions, for several smallest sizes as shares of n.

    At least 5 samples make a region. Campello, Moulavi & Sander 2013, doi:10.1007/978-3-642-37456-2_14.
    """
    from sklearn.cluster import HDBSCAN

    found = []
    for share in shares:
        smallest = max(5, round(share * len(points)))
        labels = HDBSCAN(min_cluster_size=smallest, min_samples=min(MIN_SAMPLES, len(points)), copy=True).fit_predict(
            points
        )
        found.append(Regions(smallest, int(labels.max()) + 1, float(np.mean(labels >= 0))))
    return found


def count_of_even(tried: Sequence[Regions], n_samples: int, part: float) -> int:
    """The number of regions at the first of the smallest sizes, which ascend, that is at least a part of n_samples / count.

    So no size has to be known beforehand: many regions may be small ones, few have to be large. The count at the last size
    where none is enough.
    """
    for regions in tried:
        if regions.n_regions > 1 and regions.smallest * regions.n_regions >= part * n_samples:
            return regions.n_regions
    return tried[-1].n_regions
