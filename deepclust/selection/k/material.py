"""What all criteria look at: principal components of the latent space, samples of it, and the clusters of every k."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from deepclust.projections.pca import embed
from deepclust.selection.k.every_k import recluster

CROWD = 10_000  # samples that cheap criteria look at
FEW = 3_000  # of them, for those whose cost grows with the square
COMPONENTS = 50


@dataclass(frozen=True, eq=False)
class Material:
    """points: principal components (m, d <= 50) of at most 10,000 samples, largest first. labels: their clusters (m,) at
    every k. few: rows of a smaller sample of them, at most 3,000. pictures: of at most 3,000 samples of the data (p, h, w[, c]),
    None for other data."""

    ks: tuple[int, ...]
    points: NDArray[np.float32]
    labels: dict[int, NDArray[np.int64]]
    few: NDArray[np.int64]
    random_state: int = 0
    pictures: NDArray[np.float32] | None = None

    @property
    def few_points(self) -> NDArray[np.float32]:
        """Points (f, d) of the smaller sample."""
        return self.points[self.few]

    @property
    def few_labels(self) -> dict[int, NDArray[np.int64]]:
        """Labels (f,) of the smaller sample at every k."""
        return {k: found[self.few] for k, found in self.labels.items()}


def gather(
    X: ArrayLike,
    ks: Sequence[int],
    labels: Mapping[int, ArrayLike] | None = None,
    random_state: int = 0,
    pictures: NDArray[np.float32] | None = None,
) -> Material:
    """Material of a latent space X (n_samples, d), for ks in ascending order.

    labels: clusters (n_samples,) at some of the ks, as a run keeps them; those of the others are k-means of the points.
    ValueError for X that is not (n_samples, d) or holds NaN, for samples that are all alike, and for k outside 2 .. n_samples // 2.
    """
    X = np.asarray(X, np.float32)
    if X.ndim != 2 or not np.isfinite(X).all():
        raise ValueError(f"X has shape {X.shape}: it must be (n_samples, d), with finite values only.")
    wanted = tuple(sorted({int(k) for k in ks}))
    if not wanted or wanted[0] < 2 or wanted[-1] > len(X) // 2:
        raise ValueError(
            f"k from {wanted[0] if wanted else '-'} to {wanted[-1] if wanted else '-'} cannot be compared: choose from 2 to "
            f"{len(X) // 2}, half the number of samples."
        )
    if (X[0] == X).all():
        raise ValueError(
            "All samples lie on one spot of this space, so that there is nothing to tell clusters apart by."
        )
    dice = np.random.default_rng(random_state)
    rows = np.sort(dice.permutation(len(X))[:CROWD])
    points = embed(X[rows], min(COMPONENTS, X.shape[1]))
    few = np.sort(dice.permutation(len(rows))[:FEW])
    shown = None if pictures is None else pictures[np.sort(dice.permutation(len(pictures))[:FEW])]
    given = {k: np.asarray(found)[rows] for k, found in (labels or {}).items() if k in wanted}
    missing = [k for k in wanted if k not in given]
    found = {**given, **recluster(points, missing, random_state)} if missing else given
    return Material(wanted, points, {k: found[k].astype(np.int64) for k in wanted}, few, random_state, shown)
