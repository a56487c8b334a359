"""Matching of two clusterings by the Hungarian algorithm: stable cluster names, and a confusion matrix in order."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from deepclust.metrics.external import IntArray, contingency, labelled_contingency


def align_labels(reference: ArrayLike, labels: ArrayLike) -> IntArray:
    """Rename the clusters of `labels` so that overlapping clusters keep the names of `reference`.

    Both are integer arrays (n_samples,). Pairs are chosen to share as many samples as possible in total, one to one.
    Clusters without a partner get the smallest non-negative ids that no matched cluster holds. So with fewer clusters than
    the reference the ids may have gaps: cluster 7 stays 7, and keeps its colour. Noise (-1) stays noise on both sides.
    """
    from scipy.optimize import linear_sum_assignment

    counts, label_ids, reference_ids = contingency(reference, labels)
    rows, columns = np.flatnonzero(label_ids >= 0), np.flatnonzero(reference_ids >= 0)
    counts = counts[np.ix_(rows, columns)]
    renamed: dict[int, int] = {}
    for i, j in zip(*linear_sum_assignment(counts, maximize=True), strict=True):
        if counts[i, j] > 0:
            renamed[int(label_ids[rows[i]])] = int(reference_ids[columns[j]])
    taken = set(renamed.values())
    free = (name for name in range(len(taken) + len(rows)) if name not in taken)
    for old in label_ids[rows].tolist():
        if old not in renamed:
            renamed[old] = next(free)
    new_ids = np.array([renamed.get(int(old), int(old)) for old in label_ids], dtype=np.int64)
    return new_ids[np.searchsorted(label_ids, np.asarray(labels))]


def align_series(final: ArrayLike, series: ArrayLike) -> IntArray:
    """Rename the clusters of a series of clusterings (s, n_samples) of the same samples, from its end to its beginning.

    The last one takes the names of ``final`` (n_samples,), each earlier one those of the one that follows it, by
    `align_labels`. So a cluster keeps its name for as long as it can be followed back.
    """
    named: list[IntArray] = []
    for labels in np.asarray(series)[::-1]:
        named.append(align_labels(named[-1] if named else final, labels))
    return np.stack(named[::-1])


def confusion(y_true: ArrayLike, y_pred: ArrayLike) -> tuple[IntArray, np.ndarray, np.ndarray]:
    """The contingency table with every matched pair of cluster and class on the diagonal.

    Returns (counts, cluster_ids, class_ids): counts (n_clusters, n_classes) with row i = cluster cluster_ids[i] and column
    j = class class_ids[j]. Classes stand in ascending order where each has a cluster; unmatched clusters (more clusters
    than classes) are the last rows, unmatched classes (fewer) the last columns.
    """
    from scipy.optimize import linear_sum_assignment

    counts, cluster_ids, class_ids = labelled_contingency(y_true, y_pred)
    rows, columns = linear_sum_assignment(counts, maximize=True)
    order = np.argsort(columns)
    rows, columns = rows[order], columns[order]
    rows = np.concatenate([rows, np.setdiff1d(np.arange(len(cluster_ids)), rows)])
    columns = np.concatenate([columns, np.setdiff1d(np.arange(len(class_ids)), columns)])
    return counts[np.ix_(rows, columns)], cluster_ids[rows], class_ids[columns]


def agreement(labels: np.ndarray, other: np.ndarray) -> NDArray[np.float32]:
    """How far two clusterings int (n,) agree about each sample, float32 (n,) in 0..1: of all samples that share its cluster
    in one of them, the share of those that share it in both (Jaccard's index of its two clusters). Names of clusters play no
    part."""
    _, a = np.unique(labels, return_inverse=True)
    _, b = np.unique(other, return_inverse=True)
    width = int(b.max(initial=0)) + 1
    pairs = a * width + b
    both = np.bincount(pairs)[pairs]
    return np.asarray(both / (np.bincount(a)[a] + np.bincount(b)[b] - both), dtype=np.float32)
