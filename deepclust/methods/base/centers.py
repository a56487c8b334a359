"""Centres of clusters: k-means from random starts or from given centres, and the means of groups."""

from __future__ import annotations

import warnings

import numpy as np
from numpy.typing import NDArray


def kmeans_centers(embedding: np.ndarray, n_clusters: int, seed: int, n_init: int) -> np.ndarray:
    """Centres float32 (n_clusters, d) of scikit-learn's k-means on embedding (n, d); where points coincide, so do centres."""
    from sklearn.cluster import KMeans
    from sklearn.exceptions import ConvergenceWarning

    with warnings.catch_warnings():
        # empty clusters are told of by `fit_events`, once and in the project's words
        warnings.simplefilter("ignore", ConvergenceWarning)
        fitted = KMeans(n_clusters, n_init=n_init, random_state=seed).fit(embedding)
    return np.asarray(fitted.cluster_centers_)


def kmeans_from(embedding: np.ndarray, centers: np.ndarray) -> NDArray[np.float32]:
    """Centres float32 (k, d) of k-means on embedding (n, d), begun at given ones (k, d)."""
    from sklearn.cluster import KMeans

    return np.asarray(KMeans(len(centers), init=centers, n_init=1).fit(embedding).cluster_centers_, np.float32)


def group_means(space: np.ndarray, groups: np.ndarray, n_groups: int) -> np.ndarray:
    """Mean float32 (n_groups, d) of the rows of a space (n, d) in each group int (n,); 0 for an empty group."""
    counts = np.maximum(np.bincount(groups, minlength=n_groups), 1)
    sums = np.zeros((n_groups, space.shape[1]))
    for group in np.unique(groups):
        sums[group] = space[groups == group].sum(axis=0, dtype=np.float64)
    return np.asarray(sums / counts[:, None], np.float32)
