"""The plane that a latent space is watched in while it is learned: PCA, turned to agree with the epoch before."""

from __future__ import annotations

import numpy as np


def aligned_plane(embedding: np.ndarray, previous: np.ndarray | None = None) -> np.ndarray:
    """First two principal components float32 (n, 2) of ``embedding`` (n, d), scaled to a spread of 1.

    PCA leaves turns and mirror images open. They are chosen so that the points lie as near as possible to
    ``previous`` (n, 2) (orthogonal Procrustes), and so a map does not flip from one epoch to the next.
    """
    centred = embedding.astype(np.float64) - embedding.mean(axis=0, dtype=np.float64)
    _, _, axes = np.linalg.svd(centred.T @ centred)
    plane = centred @ axes[:2].T
    if plane.shape[1] < 2:
        plane = np.column_stack([plane, np.zeros(len(plane))])
    plane /= max(float(np.sqrt((plane**2).sum(axis=1).mean())), 1e-12)
    if previous is not None:
        u, _, vt = np.linalg.svd(plane.T @ previous.astype(np.float64))
        plane = plane @ u @ vt
    return np.asarray(plane, dtype=np.float32)
