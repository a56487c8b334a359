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
    return np.asarray(plane if previous is None else turned(plane, previous), dtype=np.float32)


def turn(points: np.ndarray, previous: np.ndarray) -> np.ndarray:
    """The turn or mirror image (2, 2) about the origin that brings points (n, 2) nearest to ``previous`` (n, 2)."""
    u, _, vt = np.linalg.svd(points.T.astype(np.float64) @ previous.astype(np.float64))
    return np.asarray(u @ vt)


def turned(points: np.ndarray, previous: np.ndarray) -> np.ndarray:
    """Points (n, 2) turned and mirrored about the origin to lie as near as possible to ``previous`` (n, 2)."""
    return np.asarray(points @ turn(points, previous))
