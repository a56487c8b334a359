"""Scores of a clustering against known labels: ACC, NMI, ARI, purity, and the contingency table they share.

Every function takes two label arrays of shape (n_samples,). The names of the labels do not matter; noise (-1) among
the clusters counts as one of its own, and samples whose class is -1, which nobody knows, do not count. Labels only ever judge a result here: nothing in training or selection
calls this module.
"""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

IntArray = NDArray[np.int64]


def contingency(y_true: ArrayLike, y_pred: ArrayLike) -> tuple[IntArray, np.ndarray, np.ndarray]:
    """Count how often each cluster meets each class.

    Returns (counts, cluster_ids, class_ids): `counts` is (n_clusters, n_classes) with counts[i, j] = number of samples of
    class class_ids[j] in cluster cluster_ids[i]; both id arrays are ascending. ValueError for labels that are not
    one-dimensional, empty, or of different lengths.
    """
    true, pred = _checked(y_true, y_pred)
    class_ids, classes = np.unique(true, return_inverse=True)
    cluster_ids, clusters = np.unique(pred, return_inverse=True)
    cells = clusters * len(class_ids) + classes
    counts = np.bincount(cells, minlength=len(cluster_ids) * len(class_ids))
    return counts.reshape(len(cluster_ids), len(class_ids)).astype(np.int64), cluster_ids, class_ids


def labelled_contingency(y_true: ArrayLike, y_pred: ArrayLike) -> tuple[IntArray, np.ndarray, np.ndarray]:
    """`contingency` of the samples whose class is known: -1 in y_true is a sample without a label, and does not count."""
    true, pred = _checked(y_true, y_pred)
    known = true != -1 if true.dtype.kind in "iu" else np.ones(len(true), bool)
    return contingency(true[known], pred[known])


def majorities(y_true: ArrayLike, y_pred: ArrayLike) -> dict[int, tuple[int, float]]:
    """For each cluster the class that most of its samples are of, and their share in (0, 1]; ValueError as above."""
    counts, cluster_ids, class_ids = labelled_contingency(y_true, y_pred)
    best = class_ids[counts.argmax(axis=1)].tolist()  # of equally frequent classes the first
    shares = (counts.max(axis=1) / counts.sum(axis=1)).tolist()
    return dict(zip(cluster_ids.tolist(), zip(best, shares, strict=True), strict=True))


def acc(y_true: ArrayLike, y_pred: ArrayLike) -> float:
    """Clustering accuracy in [0, 1]: the best one-to-one map of clusters to classes (Hungarian algorithm).

    With more clusters than classes the surplus clusters count as wrong, with fewer the surplus classes do: the
    rectangular assignment equals the square one padded with zeros (Yang et al. 2010, "Image clustering using local
    discriminant models and global integration", the definition used by DEC and everyone after it).
    """
    from scipy.optimize import linear_sum_assignment

    counts, _, _ = labelled_contingency(y_true, y_pred)
    rows, columns = linear_sum_assignment(counts, maximize=True)
    return float(counts[rows, columns].sum() / counts.sum())


def purity(y_true: ArrayLike, y_pred: ArrayLike) -> float:
    """Share of samples that belong to the majority class of their cluster, in (0, 1]; never below ACC.

    It grows with the number of clusters (n clusters of one sample reach 1), so it says little across different k.
    """
    counts, _, _ = labelled_contingency(y_true, y_pred)
    return float(counts.max(axis=1).sum() / counts.sum())


def nmi(y_true: ArrayLike, y_pred: ArrayLike, average: Literal["max", "arithmetic"] = "max") -> float:
    """Normalised mutual information in [0, 1], I(true; pred) / average(H(true), H(pred)).

    `average="max"` divides by the larger entropy (the dual-autoencoder paper and many others; the stricter number),
    "arithmetic" by their mean (scikit-learn's default). Two labellings of one cluster each agree fully: 1.
    """
    if average not in ("max", "arithmetic"):
        raise ValueError(f"average={average!r} is not known: choose 'max' or 'arithmetic'.")
    counts, _, _ = labelled_contingency(y_true, y_pred)
    joint = counts / counts.sum()
    p_pred, p_true = joint.sum(axis=1), joint.sum(axis=0)
    h_pred, h_true = _entropy(p_pred), _entropy(p_true)
    if len(p_pred) == 1 and len(p_true) == 1:
        return 1.0
    filled = joint > 0
    information = float(np.sum(joint[filled] * np.log(joint[filled] / np.outer(p_pred, p_true)[filled])))
    normaliser = max(h_pred, h_true) if average == "max" else (h_pred + h_true) / 2
    return min(1.0, max(0.0, information / normaliser))


def ari(y_true: ArrayLike, y_pred: ArrayLike) -> float:
    """Adjusted Rand index: 1 for equal partitions, 0 on average for random ones, down to -0.5 for worse than random.

    Hubert & Arabie 1985, "Comparing partitions", eq. (5): agreement of all pairs of samples, corrected for chance.
    """
    counts, _, _ = labelled_contingency(y_true, y_pred)
    # pairs are counted in float64: their products pass 2**63 at 70,000 samples
    together = _pairs(counts).sum()
    in_cluster, in_class = _pairs(counts.sum(axis=1)).sum(), _pairs(counts.sum(axis=0)).sum()
    total = _pairs(counts.sum())
    expected = in_cluster * in_class / total if total else 0.0
    best = (in_cluster + in_class) / 2
    if best == expected:  # both put everything together, or everything apart
        return 1.0
    return float((together - expected) / (best - expected))


def scores(y_true: ArrayLike, y_pred: ArrayLike) -> dict[str, float]:
    """All scores at once, under the keys "acc", "nmi" (max normaliser), "nmi_arithmetic", "ari", "purity"."""
    return {
        "acc": acc(y_true, y_pred),
        "nmi": nmi(y_true, y_pred),
        "nmi_arithmetic": nmi(y_true, y_pred, average="arithmetic"),
        "ari": ari(y_true, y_pred),
        "purity": purity(y_true, y_pred),
    }


def _checked(y_true: ArrayLike, y_pred: ArrayLike) -> tuple[np.ndarray, np.ndarray]:
    true, pred = np.asarray(y_true), np.asarray(y_pred)
    for name, labels in (("y_true", true), ("y_pred", pred)):
        if labels.ndim != 1:
            raise ValueError(f"{name} has shape {labels.shape}: labels must be one-dimensional, one per sample.")
    if len(true) != len(pred):
        raise ValueError(
            f"y_true has {len(true)} labels and y_pred has {len(pred)}: both need one label for each of the same samples."
        )
    if len(true) == 0:
        raise ValueError("There are no labels to compare: pass at least one sample.")
    return true, pred


def _entropy(p: np.ndarray) -> float:
    filled = p[p > 0]
    return float(-np.sum(filled * np.log(filled)))


def _pairs(counts: np.ndarray | np.int64) -> np.ndarray:
    n = np.asarray(counts, dtype=np.float64)
    return np.asarray(n * (n - 1) / 2)
