"""Judging an eigenspace: how near two subspaces are, and how orthonormal outputs are."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

SMALLEST_BATCH = 64
BATCHES = 20  # of each size


def grassmann_distance(A: ArrayLike, B: ArrayLike) -> float:
    """Sum of the squared sines of the principal angles between the column spaces of A (n, a) and B (n, b).

    0: one space lies in the other; min(a, b) at most: they are orthogonal. This is what the SpectralNet package
    reports, and the 0.026 for MNIST (k = 10). The columns need not be orthonormal; directions that they do not reach
    (rank below their number) count as orthogonal. ValueError for different numbers of rows.
    """
    A, B = np.asarray(A, np.float64), np.asarray(B, np.float64)
    if A.ndim != 2 or B.ndim != 2 or len(A) != len(B):
        raise ValueError(f"A {A.shape} and B {B.shape} must be (n, a) and (n, b), with the same samples as rows.")
    cosines = np.linalg.svd(_basis(A).T @ _basis(B), compute_uv=False)
    return float(min(A.shape[1], B.shape[1]) - np.sum(np.minimum(cosines, 1.0) ** 2))


def orthonormality_error(Y: ArrayLike) -> float:
    """How far Y (m, k) is from Y^T Y / m = I: the Frobenius norm of the difference over sqrt(k), 0 if orthonormal."""
    Y = np.asarray(Y, np.float64)
    k = Y.shape[1]
    return float(np.linalg.norm(Y.T @ Y / len(Y) - np.eye(k)) / np.sqrt(k))


def principal_angles(A: ArrayLike, B: ArrayLike) -> NDArray[np.float64]:
    """Angles between the column spaces of A (n, a) and B (n, b), in degrees, ascending: (min(a, b),).

    Their squared sines add up to `grassmann_distance`; directions that the columns do not reach count as 90 degrees.
    """
    A, B = np.asarray(A, np.float64), np.asarray(B, np.float64)
    cosines = np.linalg.svd(_basis(A).T @ _basis(B), compute_uv=False)
    angles = np.degrees(np.arccos(np.minimum(cosines, 1.0)))
    return np.concatenate([angles, np.full(min(A.shape[1], B.shape[1]) - len(angles), 90.0)])


def rotated_onto(Y: ArrayLike, target: ArrayLike) -> NDArray[np.float64]:
    """Y (n, k) turned (and mirrored) as a whole so that it comes closest to target (n, k): orthogonal Procrustes.

    A subspace has no axes of its own, so two bases of the same one look alike only once they are turned onto each other.
    """
    Y, target = np.asarray(Y, np.float64), np.asarray(target, np.float64)
    left, _, right = np.linalg.svd(Y.T @ target)
    return np.asarray(Y @ (left @ right))


def orthonormality(Y: ArrayLike, unseen: ArrayLike | None = None, random_state: int = 0) -> NDArray[np.float64]:
    """How well weights that make all samples orthonormal, or one batch, hold on other batches: (r, 4), a row per size.

    Y (n, k): orthonormal outputs of all samples. Columns: batch size m = 64, 128, ... up to n / 2; mean
    `orthonormality_error` of random batches under the weights of all samples; the same under weights of another batch
    of that size; and the first for batches of ``unseen`` samples only (row numbers; NaN where there are too few).
    Means of 20 batches. Sizes of less than 2 k are left out.
    """
    Y = np.asarray(Y, np.float64)
    n, k = Y.shape
    hidden = np.empty(0, np.int64) if unseen is None else np.asarray(unseen)
    rng = np.random.default_rng(random_state)
    rows = []
    size = SMALLEST_BATCH
    while size <= n // 2:
        if size >= 2 * k:
            own, other = [], []
            for _ in range(BATCHES):
                first, second = rng.permutation(n)[: 2 * size].reshape(2, size)
                own.append(orthonormality_error(Y[first]))
                other.append(orthonormality_error(Y[second] @ _orthonormal_weights(Y[first])))
            far = float("nan")
            if size <= len(hidden):
                drawn = [rng.permutation(hidden)[:size] for _ in range(BATCHES)]
                far = float(np.mean([orthonormality_error(Y[members]) for members in drawn]))
            rows.append([size, np.mean(own), np.mean(other), far])
        size *= 2
    return np.array(rows).reshape(-1, 4)


def _orthonormal_weights(Y: np.ndarray) -> np.ndarray:
    """Weights R (k, k) with (Y R)^T (Y R) / m = I, by eigenvectors, directions without variance left out."""
    values, vectors = np.linalg.eigh(Y.T @ Y / len(Y))
    kept = values > values[-1] * 1e-10
    return np.asarray(vectors[:, kept] / np.sqrt(values[kept]) @ vectors[:, kept].T)


def _basis(A: np.ndarray) -> np.ndarray:
    """An orthonormal basis (n, rank) of the columns of A."""
    left, values, _ = np.linalg.svd(A, full_matrices=False)
    return left[:, values > values[:1].max(initial=0) * max(A.shape) * np.finfo(np.float64).eps]
