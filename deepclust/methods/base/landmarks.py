"""Landmarks: a few points that stand for all samples, where comparing all with all would be too much."""

from __future__ import annotations

import numpy as np

LLOYD_ROUNDS = 10  # landmarks need to be spread out, not optimal (the code of Chen & Cai takes 5)
CHUNK = 4_096


def choose_landmarks(X: np.ndarray, n_landmarks: int, choice: str, seed: int) -> np.ndarray:
    """Landmarks float32 (p, d) of X (n, d): centres of a short k-means, or random samples. p is at most n."""
    n_landmarks = min(n_landmarks, len(X))
    if choice == "random" or n_landmarks == len(X):
        rows = np.random.RandomState(seed).choice(len(X), n_landmarks, replace=False)
        return np.asarray(X[np.sort(rows)], np.float32)
    from sklearn.cluster import MiniBatchKMeans

    fitted = MiniBatchKMeans(
        n_landmarks, init="random", n_init=1, max_iter=LLOYD_ROUNDS, batch_size=4 * CHUNK, random_state=seed
    ).fit(X)
    return np.asarray(fitted.cluster_centers_, np.float32)
