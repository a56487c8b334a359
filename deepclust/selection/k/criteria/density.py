"""Groups on a map: Ward's tree, and the dense regions that HDBSCAN counts without being told k."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from deepclust.projections import project
from deepclust.selection.k.criteria.compactness import silhouettes
from deepclust.selection.k.criteria.stability import stability
from deepclust.selection.k.criterion import Criterion, Facts, count, curve
from deepclust.selection.k.material import Material

MAP = {"n_neighbors": 15, "min_dist": 0.0}
MAPS = 2  # from different starts: what one of them draws by chance counts half
#: Sizes of the smallest dense region that are tried, as shares of all samples.
SIZES = (0.004, 0.0067, 0.01, 0.015, 0.02, 0.03, 0.04, 0.06)
#: A region counts that holds this part of the even share n / count. The first is what is picked by, the others are plausible.
EVEN = (0.4, 0.3, 0.5)
SILHOUETTES_EQUAL = 0.03
#: As `curve` takes them: the first is what is picked by, the others are plausible.
NEARLY_AS_STABLE, NEARLY_AS_STRONG = (0.95, 0.98), (0.8, 0.7, 0.9)

RANK = 80
MAP_SILHOUETTE = Facts(
    "map_silhouette",
    "Silhouette on UMAPs",
    "Silhouette of Ward's clusters on two UMAPs: it follows neighbourhoods instead of distances in the latent space.",
    weight=2,
)
MAP_STABILITY = Facts(
    "map_stability",
    "Stability on a UMAP",
    "Agreement (ARI) of the clusters of two halves of a UMAP. The pick is the largest k that is nearly as stable as "
    "the best.",
)
MAP_STRENGTH = Facts(
    "map_strength",
    "Prediction strength on a UMAP",
    "Share of pairs of a cluster of the UMAP that the clusters of the other half keep together, where it is least. "
    "The pick is the largest k that is nearly as strong as the best.",
    weight=2,
)
DENSE_REGIONS = Facts(
    "hdbscan",
    "Dense regions on UMAPs",
    "HDBSCAN counts the dense regions of two UMAPs. It needs no k: a region counts if it holds two fifths of an even share "
    "or more, and a third to a half are tried as well.",
    weight=2,
)
FACTS = (MAP_SILHOUETTE, MAP_STABILITY, MAP_STRENGTH, DENSE_REGIONS)

MIN_SAMPLES = 10


def judge(m: Material) -> Iterator[Criterion]:
    """All four, on two UMAPs of the smaller sample."""
    maps: list[NDArray[np.float32]] = [
        project(m.few_points, "umap", random_state=m.random_state + turn, params=MAP).points for turn in range(MAPS)
    ]
    silhouette = np.mean([silhouettes(points, ward_clusters(points, m.ks)) for points in maps], axis=0)
    yield curve(MAP_SILHOUETTE, m.ks, silhouette, near=SILHOUETTES_EQUAL)
    agreement, error, strength = stability(maps[0], m.ks, random_state=m.random_state)
    yield curve(MAP_STABILITY, m.ks, agreement, error, last_above=NEARLY_AS_STABLE)
    yield curve(MAP_STRENGTH, m.ks, strength, last_above=NEARLY_AS_STRONG)
    tried = [dense_regions(points, SIZES) for points in maps]
    counts = [count_of_even(regions, len(m.few), part) for part in EVEN for regions in tried]
    note = f"Found: {' and '.join(str(count_of_even(regions, len(m.few), EVEN[0])) for regions in tried)} regions."
    yield count(DENSE_REGIONS, m.ks, counts, note=note)


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


def count_of_even(tried: Sequence[Regions], n_samples: int, part: float) -> int:
    """The number of regions at the first of the smallest sizes, which ascend, that is at least a part of n_samples / count.

    So no size has to be known beforehand: many regions may be small ones, few have to be large. The count at the last size
    where none is enough.
    """
    for regions in tried:
        if regions.n_regions > 1 and regions.smallest * regions.n_regions >= part * n_samples:
            return regions.n_regions
    return tried[-1].n_regions


def ward_clusters(points: np.ndarray, ks: Sequence[int]) -> dict[int, NDArray[np.int64]]:
    """Labels (n,) of points (n, d) at every k: one tree, in which the two clusters merge that lose least by it (Ward 1963).

    Its memory grows with the square of n.
    """
    from scipy.cluster.hierarchy import cut_tree, linkage

    cuts = cut_tree(linkage(points, "ward"), n_clusters=list(ks))
    return {k: cuts[:, i].astype(np.int64) for i, k in enumerate(ks)}
