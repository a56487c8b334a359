"""Where clusters are read from: what a network answers to each view of the samples, reduced and put side by side.

Shapes: a view (n, d) is one space of all samples under one transformation; v views, m principal axes.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np

from deepclust.projections.pca import principal_axes

AXES = 64  # principal components of a space that are kept: k-means on more finds the same clusters


class ViewAxes(NamedTuple):
    """Principal axes of each view, and of all views side by side: what placing new samples needs."""

    view_mean: np.ndarray  # (v, d)
    view_axes: np.ndarray  # (v, d, m)
    space_mean: np.ndarray  # (v * m,)
    space_axes: np.ndarray  # (v * m, m')

    def place(self, views: Iterable[np.ndarray]) -> np.ndarray:
        """Samples seen in v views (n, d) to float32 (n, m')."""
        stages = zip(views, self.view_mean, self.view_axes, strict=True)
        return self._join([(view - mean) @ axes for view, mean, axes in stages])

    def _join(self, parts: list[np.ndarray]) -> np.ndarray:
        return np.asarray((np.hstack(parts) - self.space_mean) @ self.space_axes, np.float32)


def fit_axes(views: Iterable[np.ndarray]) -> tuple[ViewAxes, np.ndarray]:
    """The axes of v views (n, d), and the samples placed by them float32 (n, m'); one view is held at a time."""
    means, axes, parts = [], [], []
    for view in views:
        mean, directions = principal_axes(view, AXES)
        means.append(mean)
        axes.append(directions)
        parts.append((view - mean) @ directions)
    fitted = ViewAxes(np.stack(means), np.stack(axes), *principal_axes(np.hstack(parts), AXES))
    return fitted, fitted._join(parts)


def reduced(space: np.ndarray) -> np.ndarray:
    """First principal components float32 (n, m) of a space (n, d)."""
    mean, axes = principal_axes(space, AXES)
    return np.asarray((space - mean) @ axes, np.float32)
