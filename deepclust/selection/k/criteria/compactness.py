"""How tight and how far apart the clusters of every k are: silhouette, Calinski-Harabasz, Davies-Bouldin."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from deepclust.selection.k.criterion import RESERVE, Criterion, Facts, curve
from deepclust.selection.k.material import Material

RANK = 10
WITHOUT_VIEWS = 1.0  # voices of the silhouette where data are no pictures: maps alone draw islands in one round group
CALINSKI_HARABASZ = Facts(
    "calinski_harabasz",
    "Calinski-Harabasz",
    "How far the centres of the clusters lie apart, over how far samples lie from their own. Leans to few clusters.",
    weight=0,
)
DAVIES_BOULDIN = Facts(
    "davies_bouldin",
    "Davies-Bouldin",
    "How much each cluster overlaps with the one that is most like it, on average.",
    "low",
    weight=0,
)
SILHOUETTE = Facts(
    "silhouette",
    "Silhouette",
    "How much nearer a sample is to its own cluster than to the next one, on average over 3,000 samples.",
    weight=RESERVE,
)
FACTS = (CALINSKI_HARABASZ, DAVIES_BOULDIN, SILHOUETTE)


def judge(m: Material) -> Iterator[Criterion]:
    """All three, on the clusters of every k."""
    yield curve(CALINSKI_HARABASZ, m.ks, calinski_harabasz(m.points, m.labels))
    yield curve(DAVIES_BOULDIN, m.ks, davies_bouldin(m.points, m.labels))
    facts = SILHOUETTE if m.pictures is not None else replace(SILHOUETTE, weight=WITHOUT_VIEWS)
    yield curve(facts, m.ks, silhouettes(m.few_points, m.few_labels))


def silhouettes(points: np.ndarray, labels: Mapping[int, np.ndarray]) -> NDArray[np.float64]:
    """Mean silhouette (b - a) / max(a, b) of points (n, d) for the labels (n,) of every k, in their order (n_ks,).

    Rousseeuw 1987, doi:10.1016/0377-0427(87)90125-7. All distances are kept at once (n^2 numbers): pass a sample. NaN where
    fewer than two clusters, or only single samples, are left.
    """
    from sklearn.metrics import pairwise_distances, silhouette_score

    distances = pairwise_distances(points)
    return np.array(
        [
            silhouette_score(distances, found, metric="precomputed") if _can_be_judged(found) else np.nan
            for found in labels.values()
        ]
    )


def calinski_harabasz(points: np.ndarray, labels: Mapping[int, np.ndarray]) -> NDArray[np.float64]:
    """Variance between over variance within the clusters, each over its degrees of freedom, for every k (n_ks,).

    Calinski & Harabasz 1974, doi:10.1080/03610927408827101. NaN where there is nothing to compare.
    """
    from sklearn.metrics import calinski_harabasz_score

    return np.array([calinski_harabasz_score(points, f) if _can_be_judged(f) else np.nan for f in labels.values()])


def davies_bouldin(points: np.ndarray, labels: Mapping[int, np.ndarray]) -> NDArray[np.float64]:
    """Mean over the clusters of the worst likeness (s_i + s_j) / d_ij to another one, for every k (n_ks,).

    Davies & Bouldin 1979, doi:10.1109/TPAMI.1979.4766909. NaN where there is nothing to compare.
    """
    from sklearn.metrics import davies_bouldin_score

    return np.array([davies_bouldin_score(points, f) if _can_be_judged(f) else np.nan for f in labels.values()])


def _can_be_judged(labels: np.ndarray) -> bool:
    return 2 <= len(np.unique(labels)) < len(labels)
