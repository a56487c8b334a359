"""Judging a clustering: against labels (external), without them (internal), and matching of cluster names."""

from __future__ import annotations

from deepclust.metrics.exemplars import Exemplars, exemplars
from deepclust.metrics.external import acc, ari, contingency, nmi, purity, scores
from deepclust.metrics.internal import silhouette, sizes
from deepclust.metrics.matching import align_labels, confusion

__all__ = [
    "Exemplars",
    "acc",
    "align_labels",
    "ari",
    "confusion",
    "contingency",
    "exemplars",
    "nmi",
    "purity",
    "scores",
    "silhouette",
    "sizes",
]
