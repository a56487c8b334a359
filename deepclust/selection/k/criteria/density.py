"""Groups on a map: Ward's tree, and the dense regions that HDBSCAN counts without being told k."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

MIN_SAMPLES = 10


@dataclass(frozen=True)
class Regions:
    """Dense regions at one smallest size: how many there are, and the share of samples that lie in one."""

    smallest: int
    n_regions: int
    assigned: float


def dense_regions(points: np.ndarray, shares: Sequence[float]) -> list[Regions]:
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


def ward_clusters(points: np.ndarray, ks: Sequence[int]) -> dict[int, NDArray[np.int64]]:
    """Labels (n,) of points (n, d) at every k: one tree, in which the two clusters merge that lose least by it (Ward 1963).

    Its memory grows with the square of n.
    """
    from scipy.cluster.hierarchy import cut_tree, linkage

    cuts = cut_tree(linkage(points, "ward"), n_clusters=list(ks))
    return {k: cuts[:, i].astype(np.int64) for i, k in enumerate(ks)}
