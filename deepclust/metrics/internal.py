"""Judging a clustering without labels: silhouette and sizes."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from deepclust.metrics.external import IntArray


def silhouette(X: ArrayLike, labels: ArrayLike, sample: int = 5000, random_state: int = 0) -> float | None:
    """Mean silhouette (b - a) / max(a, b) in [-1, 1] (Rousseeuw 1987), Euclidean; None with fewer than two clusters.

    X is (n_samples, n_features). Its cost grows with the square of the samples, so above `sample` of them it is computed
    on a fixed random sample of that size: say so beside the number. Noise (-1) is left out.
    """
    from sklearn.metrics import silhouette_score

    X, labels = _checked(X, labels)
    kept = np.flatnonzero(labels >= 0)
    if len(kept) > sample:
        kept = np.sort(np.random.default_rng(random_state).choice(kept, size=sample, replace=False))
    X, labels = X[kept], labels[kept]
    if not 2 <= len(np.unique(labels)) < len(labels):
        return None
    return float(silhouette_score(X, labels))


def sizes(labels: ArrayLike, n_clusters: int) -> IntArray:
    """How many samples each of the clusters 0 .. n_clusters - 1 holds, (n_clusters,). Noise (-1) is not counted.

    ValueError for a label >= n_clusters: labels that were aligned to a larger k may have gaps, so pass max id + 1.
    """
    labels = np.asarray(labels)
    if labels.size and labels.max() >= n_clusters:
        raise ValueError(
            f"Label {labels.max()} does not fit n_clusters={n_clusters}: pass at least {labels.max() + 1}."
        )
    return np.bincount(labels[labels >= 0], minlength=n_clusters).astype(np.int64)


def _checked(X: ArrayLike, labels: ArrayLike) -> tuple[np.ndarray, np.ndarray]:
    X, labels = np.asarray(X), np.asarray(labels)
    if X.ndim != 2:
        raise ValueError(f"The samples have shape {X.shape}: they must be (n_samples, n_features).")
    if labels.shape != (len(X),) or not np.issubdtype(labels.dtype, np.integer):
        raise ValueError(
            f"labels has shape {labels.shape} and type {labels.dtype}: it needs one integer for each of {len(X)} samples."
        )
    if len(X) == 0:
        raise ValueError("There are no samples: pass at least one.")
    return X, labels
