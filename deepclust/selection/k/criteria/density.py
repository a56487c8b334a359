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
#: Smallest dense regions, as parts of the even share n / max_k: about half of what the smallest group may be.
REGIONS = (0.25, 0.4, 0.6)
NEARLY_AS_STABLE, NEARLY_AS_STRONG = 0.95, 0.8

RANK = 80
MAP_SILHOUETTE = Facts(
    "map_silhouette",
    "Silhouette on a UMAP",
    "Silhouette of Ward's clusters on a UMAP: it follows neighbourhoods instead of distances in the latent space.",
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
)
DENSE_REGIONS = Facts(
    "hdbscan",
    "Dense regions on a UMAP",
    "HDBSCAN counts the dense regions of a UMAP. It needs no k, only how small a region may be: three sizes are tried.",
    weight=4,
)
FACTS = (MAP_SILHOUETTE, MAP_STABILITY, MAP_STRENGTH, DENSE_REGIONS)

MIN_SAMPLES = 10


def judge(m: Material) -> Iterator[Criterion]:
    """All four, on one UMAP of the smaller sample."""
    points: NDArray[np.float32] = project(m.few_points, "umap", random_state=m.random_state, params=MAP).points
    yield curve(MAP_SILHOUETTE, m.ks, silhouettes(points, ward_clusters(points, m.ks)))
    agreement, error, strength = stability(points, m.ks, random_state=m.random_state)
    yield curve(MAP_STABILITY, m.ks, agreement, error, last_above=NEARLY_AS_STABLE)
    yield curve(MAP_STRENGTH, m.ks, strength, last_above=NEARLY_AS_STRONG)
    counted = dense_regions(points, [part / m.ks[-1] for part in REGIONS])
    note = "; ".join(
        f"{r.n_regions} regions of {r.smallest} samples or more ({r.assigned:.0%} of all)" for r in counted
    )
    yield count(DENSE_REGIONS, m.ks, [r.n_regions for r in counted], note=f"Found: {note}.")


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
