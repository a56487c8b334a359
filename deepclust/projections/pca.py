"""PCA (Pearson 1901): the directions of largest variance, with signs that do not depend on the machine."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from deepclust.projections.base import ProjectionMethod, Report

# UMAP and t-SNE search neighbours in this many principal components: the usual practice, and many times faster
REDUCED_DIMENSIONS = 50
CHUNK = 8_192


def principal_axes(X: NDArray[np.float32], n_axes: int) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Mean (d,) of X (n, d) and its first principal axes (d, m), m at most n_axes, n and d; missing directions are 0.

    By the smaller of the two Gram matrices: X^T X (d, d), or X X^T (n, n) with fewer samples than features. Products in
    float32, sums in float64. The entry of largest magnitude in each axis is positive, so the picture is never mirrored.
    """
    n_samples, n_features = X.shape
    m = min(n_axes, n_samples, n_features)
    mean = X.mean(axis=0, dtype=np.float64).astype(np.float32)
    centred = X - mean
    scale = float(np.abs(centred).max())
    if scale == 0:
        return mean, np.zeros((n_features, m), np.float32)
    centred /= scale  # squares of very large or small values would leave the range of float32
    if n_features <= n_samples:
        parts = (centred[start : start + CHUNK] for start in range(0, n_samples, CHUNK))
        axes = _largest_eigenvectors(sum((part.T @ part).astype(np.float64) for part in parts), m)  # (d, m)
    else:
        axes = centred.T @ _largest_eigenvectors((centred @ centred.T).astype(np.float64), m)  # (d, m)
        length = np.linalg.norm(axes, axis=0)
        # what is shorter is rounding (n centred samples span n - 1 dimensions), and points nowhere in particular
        axes = np.divide(axes, length, out=np.zeros_like(axes), where=length > 1e-3 * length.max())
    largest = np.abs(axes).argmax(axis=0)
    axes *= np.where(axes[largest, np.arange(m)] < 0, -1.0, 1.0)
    return mean, axes.astype(np.float32)


def embed(X: NDArray[np.float32], n_components: int) -> NDArray[np.float32]:
    """Coordinates (n, n_components) of X (n, d) on its first principal axes; missing axes (d or n too small) are 0."""
    mean, axes = principal_axes(X, n_components)
    points = np.zeros((len(X), n_components), dtype=np.float32)
    points[:, : axes.shape[1]] = (X - mean) @ axes
    return points


def reduce(X: NDArray[np.float32]) -> NDArray[np.float32]:
    """X itself up to 50 features, else its first 50 principal components."""
    return X if X.shape[1] <= REDUCED_DIMENSIONS else embed(X, min(REDUCED_DIMENSIONS, len(X)))


def start_positions(X: NDArray[np.float32], n_components: int, random_state: int) -> NDArray[np.float32]:
    """Where an iterative layout begins: PCA with standard deviation 1 along its first axis, and a little noise.

    The noise keeps copies of one sample, and data of one dimension, from starting on one spot or line for ever.
    """
    points = embed(X, n_components)
    spread = points[:, 0].std()
    if spread > 0:
        points = points / spread
    noise = np.random.default_rng(random_state).normal(scale=1e-3, size=points.shape)
    return (points + noise).astype(np.float32)


def _largest_eigenvectors(gram: np.ndarray, m: int) -> np.ndarray:
    from scipy.linalg import eigh

    n = len(gram)
    vectors: np.ndarray = eigh(gram, subset_by_index=(n - m, n - 1))[1]
    return vectors[:, ::-1]


class PCA(ProjectionMethod):
    """Coordinates along the first principal axes."""

    title = "PCA"
    summary = "Turns the data so that the directions in which it varies most lie in the picture."
    note = "Distances are true to scale, as seen from one side: groups that differ in other directions may overlap."
    reference = "Pearson 1901, doi:10.1080/14786440109462720"
    rank = 90
    slow = False
    at_once = 250_000
    min_samples = 1

    def embed(
        self, X: NDArray[np.float32], n_components: int, random_state: int, report: Report
    ) -> NDArray[np.float32]:
        return embed(X, n_components)

    def explained(self, X: NDArray[np.float32], points: NDArray[np.float32]) -> float | None:
        total = float(X.var(axis=0, dtype=np.float64).sum())
        return min(1.0, float(points.var(axis=0, dtype=np.float64).sum()) / total) if total > 0 else None
