"""Maps of samples in 2 or 3 dimensions: PCA, UMAP and t-SNE behind one function, project()."""

from __future__ import annotations

from deepclust.projections._base import METHODS, Cancelled, Projection, cache_key, project, sample_ids

__all__ = ["METHODS", "Cancelled", "Projection", "cache_key", "project", "sample_ids"]
