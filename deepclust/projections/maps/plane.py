"""The plane that a latent space is watched in while it is learned: PCA, turned to agree with the epoch before."""

from __future__ import annotations

import numpy as np

from deepclust.projections.pca import embed

EXACT_UP_TO = 256  # samples or features, whichever are fewer
OVERSAMPLING = 8
ROUNDS = 6


def aligned_plane(embedding: np.ndarray, previous: np.ndarray | None = None) -> np.ndarray:
    """First two principal components float32 (n, 2) of ``embedding`` (n, d), scaled to a spread of 1.

    PCA leaves turns and mirror images open. They are chosen so that the points lie as near as possible to
    ``previous`` (n, 2) (orthogonal Procrustes), and so a map does not flip from one epoch to the next.
    """
    plane = _on_first_axes(np.asarray(embedding, np.float32)).astype(np.float64)
    plane /= max(float(np.sqrt((plane**2).sum(axis=1).mean())), 1e-12)
    return np.asarray(plane if previous is None else turned(plane, previous), dtype=np.float32)


def turn(points: np.ndarray, previous: np.ndarray) -> np.ndarray:
    """The turn or mirror image (2, 2) about the origin that brings points (n, 2) nearest to ``previous`` (n, 2)."""
    u, _, vt = np.linalg.svd(points.T.astype(np.float64) @ previous.astype(np.float64))
    return np.asarray(u @ vt)


def turned(points: np.ndarray, previous: np.ndarray) -> np.ndarray:
    """Points (n, 2) turned and mirrored about the origin to lie as near as possible to ``previous`` (n, 2)."""
    return np.asarray(points @ turn(points, previous))


def _on_first_axes(X: np.ndarray) -> np.ndarray:
    """Coordinates (n, 2) of X (n, d) on its first two principal axes.

    Wide data would need the eigenvectors of a large Gram matrix at every snapshot. There, subspace iteration (Halko,
    Martinsson, Tropp 2011, algorithm 4.4) finds the axes in ROUNDS passes over X; what is left of other directions turns
    the plane by less than one sees.
    """
    if min(X.shape) <= EXACT_UP_TO:
        return embed(X, 2)
    centred = X - X.mean(axis=0, dtype=np.float64).astype(np.float32)
    centred /= max(float(np.abs(centred).max()), np.finfo(np.float32).tiny)
    basis = np.random.default_rng(0).normal(size=(X.shape[1], 2 + OVERSAMPLING)).astype(np.float32)
    for _ in range(ROUNDS):
        basis, _ = np.linalg.qr(centred.T @ (centred @ basis))  # (d, 2 + OVERSAMPLING)
    inside = centred @ basis
    _, _, turns = np.linalg.svd(inside, full_matrices=False)
    return np.asarray(inside @ turns[:2].T)
