"""Centres of clusters: k-means from random starts or from given centres, and the means of groups."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import torch

WORTH_A_GPU = 10_000  # samples
TOLERANCE, MOST_STEPS = 1e-4, 300  # of Lloyd's steps, as in scikit-learn


def kmeans_centers(
    embedding: np.ndarray, n_clusters: int, seed: int, n_init: int, device: torch.device | None = None
) -> np.ndarray:
    """Centres float32 (n_clusters, d) of scikit-learn's k-means on embedding (n, d); where points coincide, so do centres.

    On a CUDA ``device``, large embeddings are clustered there (`centers_on_device`).
    """
    if device is not None and device.type == "cuda" and len(embedding) >= WORTH_A_GPU:
        return centers_on_device(embedding, n_clusters, seed, n_init, device)
    from sklearn.cluster import KMeans
    from sklearn.exceptions import ConvergenceWarning

    with warnings.catch_warnings():
        # empty clusters are told of by `fit_events`, once and in the project's words
        warnings.simplefilter("ignore", ConvergenceWarning)
        fitted = KMeans(n_clusters, n_init=n_init, random_state=seed).fit(embedding)
    return np.asarray(fitted.cluster_centers_)


def centers_on_device(
    embedding: np.ndarray, n_clusters: int, seed: int, n_init: int, device: torch.device
) -> NDArray[np.float32]:
    """The same by Lloyd's steps on a device, each start from scikit-learn's k-means++; the tightest of n_init is kept."""
    import torch
    from sklearn.cluster import kmeans_plusplus

    places = np.ascontiguousarray(embedding, np.float32)
    x, random = torch.from_numpy(places).to(device), np.random.RandomState(seed)
    enough = TOLERANCE * float(x.var(dim=0, correction=0).mean())
    ones = torch.ones(len(x), device=device)
    best, best_centers = float("inf"), places[:n_clusters]
    for _ in range(n_init):
        centers = torch.from_numpy(kmeans_plusplus(places, n_clusters, random_state=random)[0]).to(device)
        for _ in range(MOST_STEPS):
            nearest = torch.cdist(x, centers).argmin(dim=1)
            counts = torch.zeros(n_clusters, device=device).index_add_(0, nearest, ones)[:, None]
            sums = torch.zeros_like(centers).index_add_(0, nearest, x)
            moved = torch.where(counts > 0, sums / counts.clamp(min=1), centers)
            shift, centers = float((moved - centers).square().sum()), moved
            if shift <= enough:
                break
        inertia = float(torch.cdist(x, centers).amin(dim=1).double().square().sum())
        if inertia < best:
            best, best_centers = inertia, centers.cpu().numpy()
    return best_centers


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
