"""Spherical k-means: clusters of directions, by alternating two closed-form steps."""

from __future__ import annotations

import numpy as np

MAX_ITERATIONS = 100


def assign(z: np.ndarray, centers: np.ndarray) -> np.ndarray:
    """Cluster int64 (n,) whose centre has the largest cosine; z (n, d), centers (k, d), rows of length 1."""
    labels: np.ndarray = (z @ centers.T).argmax(axis=1)
    return labels


def mean_directions(z: np.ndarray, labels: np.ndarray, centers: np.ndarray) -> np.ndarray:
    """Unit vectors float32 (k, d) that maximise sum_i z_i . mu_label(i) (DDLS, algorithm 2 line 3).

    The sum of a cluster's members, brought to length 1. A cluster without members keeps its row of ``centers``.
    """
    member = np.eye(len(centers), dtype=z.dtype)[labels]  # (n, k)
    sums = member.T @ z
    length = np.linalg.norm(sums, axis=1, keepdims=True)
    return np.where(length > 1e-12, sums / np.maximum(length, 1e-12), centers)


def alternate(z: np.ndarray, centers: np.ndarray) -> tuple[np.ndarray, np.ndarray, float]:
    """Assignments by centers (k, d), then the centres of those (DDLS, algorithm 2, lines 2 and 3).

    Returns centres (k, d), labels (n,) and L_c, the mean cosine of a row of z (n, d) and its centre.
    """
    labels = assign(z, centers)
    centers = mean_directions(z, labels, centers)
    return centers, labels, float((z * centers[labels]).sum(axis=1).mean())


def spherical_kmeans(z: np.ndarray, n_clusters: int, seed: int, n_init: int = 10) -> tuple[np.ndarray, np.ndarray]:
    """Centres float32 (k, d) of length 1 and labels int64 (n,) for z float32 (n, d), rows of length 1.

    The best of ``n_init`` starts (k-means++), by the sum of cosines to the own centre: eq. (7) of DDLS with fixed z.
    """
    from sklearn.cluster import kmeans_plusplus

    random = np.random.RandomState(seed)
    best, best_centers, best_labels = -np.inf, z[:n_clusters], np.zeros(len(z), np.int64)
    for _ in range(n_init):
        centers, _ = kmeans_plusplus(z, n_clusters, random_state=random)
        labels = assign(z, centers)
        for _ in range(MAX_ITERATIONS):
            centers = mean_directions(z, labels, centers)
            before, labels = labels, assign(z, centers)
            if np.array_equal(before, labels):
                break
        agreement = float((z * centers[labels]).sum())
        if agreement > best:
            best, best_centers, best_labels = agreement, centers, labels
    return best_centers, best_labels
