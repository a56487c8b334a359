"""A sample of the ids of samples in which every cluster has its share."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray


def sample_ids(n_samples: int, size: int, seed: int = 0, labels: ArrayLike | None = None) -> NDArray[np.int64]:
    """`size` of the ids 0 .. n_samples - 1 without repeats, ascending; all of them if size >= n_samples.

    labels (n_samples,), cluster ids: every cluster gets its share of the sample (largest remainders), and at least one
    place if there are as many places as clusters, so that no cluster is missing from the map.
    """
    if size < 1:
        raise ValueError(f"A sample of {size} is empty: choose 1 or more.")
    if size >= n_samples:
        return np.arange(n_samples)
    generator = np.random.default_rng(seed)
    if labels is None:
        return np.sort(generator.choice(n_samples, size=size, replace=False)).astype(np.int64)
    labels = np.asarray(labels)
    if labels.shape != (n_samples,):
        raise ValueError(f"labels has shape {labels.shape}: it needs one cluster for each of {n_samples} samples.")
    _, cluster_of, counts = np.unique(labels, return_inverse=True, return_counts=True)
    places = _shares(counts, size)
    chosen = [
        generator.choice(np.flatnonzero(cluster_of == cluster), size=n, replace=False)
        for cluster, n in enumerate(places)
    ]
    return np.sort(np.concatenate(chosen)).astype(np.int64)


def _shares(counts: np.ndarray, size: int) -> NDArray[np.int64]:
    """Split `size` places in proportion to `counts`, by largest remainders, with one place each where that is possible."""
    exact = counts * size / counts.sum()
    places: NDArray[np.int64] = np.floor(exact).astype(np.int64)
    if size >= len(counts):
        places = np.maximum(places, 1)
    while places.sum() > size:  # the lifted minima took places: the best served give them back
        places[np.where(places > 1, places - exact, -np.inf).argmax()] -= 1
    order = np.argsort(places - exact, kind="stable")
    places[order[: size - places.sum()]] += 1
    return places
