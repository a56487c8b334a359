"""How much one sample belongs to each cluster, by how near their centres are."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def centres_of(embedding: np.ndarray, labels: np.ndarray) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """Clusters int64 (k,) ascending, noise left out, and the means float32 (k, d) of their samples in embedding (n, d)."""
    order = np.argsort(labels, kind="stable")
    clusters, starts, counts = np.unique(labels[order], return_index=True, return_counts=True)
    sums = np.add.reduceat(embedding[order].astype(np.float64), starts, axis=0)
    kept = clusters >= 0
    return clusters[kept].astype(np.int64), (sums[kept] / counts[kept, None]).astype(np.float32)


def memberships(sample: np.ndarray, centres: np.ndarray) -> NDArray[np.float64]:
    """Shares (k,) that add up to 1, of a sample (d,) in clusters with centres (k, d): u_i = d_i^-2 / sum_j d_j^-2.

    The memberships of fuzzy c-means with m = 2 (Bezdek 1981, "Pattern recognition with fuzzy objective function
    algorithms"): they do not depend on the scale of the space. A sample that lies on a centre belongs to it alone.
    """
    squared = ((centres.astype(np.float64) - sample) ** 2).sum(axis=1)
    on_it = squared <= 1e-12 * max(float(squared.max(initial=0.0)), 1e-300)
    if on_it.any():
        return np.asarray(on_it / on_it.sum())
    nearness = squared.min() / squared  # the nearest is 1, so that nothing overflows
    return np.asarray(nearness / nearness.sum())
