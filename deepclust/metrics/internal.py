"""Judging a clustering without labels: silhouette, sizes, and the clusters of every k at once."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Collection, Iterable

import numpy as np
from numpy.typing import ArrayLike, NDArray

from deepclust.metrics.external import IntArray
from deepclust.metrics.lineage import lineage

# k-means++ with 3 restarts: on MNIST (PCA-10, PCA-60) the best of 10 lowers the inertia by less than 1 % more
RESTARTS = 3


def silhouette(X: ArrayLike, labels: ArrayLike, sample: int = 5000, random_state: int = 0) -> float | None:
    """Mean silhouette (b - a) / max(a, b) in [-1, 1] (Rousseeuw 1987), Euclidean; None with fewer than two clusters.

    X is (n_samples, n_features). Its cost grows with the square of the samples, so above `sample` of them it is computed
    on a fixed random sample of that size: say so beside the number. Noise (-1) is left out.
    """
    from sklearn.metrics import silhouette_score

    X, labels = _checked(X, labels)
    kept = np.flatnonzero(labels >= 0)
    if len(kept) > sample:
        kept = np.sort(np.random.default_rng(random_state).choice(kept, size=sample, replace=False))
    X, labels = X[kept], labels[kept]
    if not 2 <= len(np.unique(labels)) < len(labels):
        return None
    return float(silhouette_score(X, labels))


def sizes(labels: ArrayLike, n_clusters: int) -> IntArray:
    """How many samples each of the clusters 0 .. n_clusters - 1 holds, (n_clusters,). Noise (-1) is not counted.

    ValueError for a label >= n_clusters: labels that were aligned to a larger k may have gaps, so pass max id + 1.
    """
    labels = np.asarray(labels)
    if labels.size and labels.max() >= n_clusters:
        raise ValueError(
            f"Label {labels.max()} does not fit n_clusters={n_clusters}: pass at least {labels.max() + 1}."
        )
    return np.bincount(labels[labels >= 0], minlength=n_clusters).astype(np.int64)


def recluster(
    embedding: ArrayLike,
    ks: Iterable[int] = range(2, 21),
    random_state: int = 0,
    progress: Callable[[float, str], object] | None = None,
    base: ArrayLike | None = None,
    base_k: int | None = None,
    taken: Collection[int] = (),
) -> dict[int, IntArray]:
    """k-means labels of the same embedding for every k, with names that follow the clusters from one k to the next.

    embedding (n_samples, d). Each k is the best of 3 starts of k-means++. The clusters of neighbouring k are then followed
    (`lineage`) upwards from the smallest k, or outwards from `base`: the labels (n_samples,) of a finished run, which stand
    unchanged as the answer for `base_k` (None: the number of clusters they use). A number means one cluster at whatever k
    it appears, so the numbers of a k have gaps. taken: numbers that clusters at other k have. `progress(fraction, text)` is
    called after each k.
    Measured on 2 idle cores for k = 2..20: 10,000 x 60 in 2 s, 70,000 x 10 in 5 s. ValueError for k outside 1..n_samples.
    """
    embedding = np.ascontiguousarray(embedding, dtype=np.float32)
    wanted = sorted({int(k) for k in ks})
    if embedding.ndim != 2 or not np.isfinite(embedding).all():
        raise ValueError(f"embedding has shape {embedding.shape}: it must be (n_samples, d) with finite values only.")
    if wanted and not 1 <= wanted[0] <= wanted[-1] <= len(embedding):
        raise ValueError(
            f"ks runs from {wanted[0]} to {wanted[-1]}: each must be from 1 to the number of samples ({len(embedding)})."
        )
    found: dict[int, IntArray] = {}
    anchor = 0
    if base is not None:
        _, base = _checked(embedding, base)
        anchor = len(np.unique(base[base >= 0])) if base_k is None else base_k
        found[anchor] = base.astype(np.int64)
    for done, k in enumerate(wanted, start=1):
        if k not in found:
            found[k] = _kmeans(embedding, k, random_state)
        if progress is not None:
            progress(done / len(wanted), f"k = {k}")
    named = lineage(found, anchor if base is not None else wanted[0], taken=taken) if found else {}
    return {k: named[k] for k in wanted}


def _kmeans(embedding: NDArray, k: int, random_state: int) -> IntArray:
    from sklearn.cluster import KMeans
    from sklearn.exceptions import ConvergenceWarning

    with warnings.catch_warnings():
        # fewer distinct points than k: some clusters stay empty, which the sizes show
        warnings.simplefilter("ignore", ConvergenceWarning)
        fitted = KMeans(k, n_init=RESTARTS, random_state=random_state).fit(embedding)
    return np.asarray(fitted.labels_, dtype=np.int64)


def _checked(X: ArrayLike, labels: ArrayLike) -> tuple[NDArray, NDArray]:
    X, labels = np.asarray(X), np.asarray(labels)
    if X.ndim != 2:
        raise ValueError(f"The samples have shape {X.shape}: they must be (n_samples, n_features).")
    if labels.shape != (len(X),) or not np.issubdtype(labels.dtype, np.integer):
        raise ValueError(
            f"labels has shape {labels.shape} and type {labels.dtype}: it needs one integer for each of {len(X)} samples."
        )
    if len(X) == 0:
        raise ValueError("There are no samples: pass at least one.")
    return X, labels
