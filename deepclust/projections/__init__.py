"""Maps of samples in 2 or 3 dimensions: every file here that defines a projection is one, and project() maps by any of them."""

from __future__ import annotations

from deepclust.projections.discovery import BEST_FIRST, PROJECTIONS, find_projection
from deepclust.projections.maps.making import Cancelled, cache_key, project
from deepclust.projections.maps.projection import Projection
from deepclust.projections.maps.sampling import sample_ids

__all__ = [
    "BEST_FIRST",
    "PROJECTIONS",
    "Cancelled",
    "Projection",
    "cache_key",
    "find_projection",
    "project",
    "sample_ids",
]
