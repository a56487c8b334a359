"""k-means as the criteria use it, without a word about points that are too few or too alike for k clusters."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from sklearn.cluster import KMeans


def kmeans(points: np.ndarray, k: int, n_init: int, random_state: int) -> KMeans:
    """Fitted k-means of points (n, d), the best of ``n_init`` starts of k-means++; clusters may stay empty."""
    from sklearn.cluster import KMeans
    from sklearn.exceptions import ConvergenceWarning

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        return KMeans(k, n_init=n_init, random_state=random_state).fit(points)
