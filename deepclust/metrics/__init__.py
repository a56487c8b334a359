"""Judging a clustering: against labels (external), without them (internal), and matching of cluster names."""

from __future__ import annotations

from deepclust.metrics.external import acc, ari, contingency, nmi, purity, scores
from deepclust.metrics.internal import (
    borderline,
    cluster_means,
    margin,
    recluster,
    silhouette,
    sizes,
    typical,
)
from deepclust.metrics.matching import align_labels, confusion

__all__ = [
    "acc",
    "align_labels",
    "ari",
    "borderline",
    "cluster_means",
    "confusion",
    "contingency",
    "margin",
    "nmi",
    "purity",
    "recluster",
    "scores",
    "silhouette",
    "sizes",
    "typical",
]
