"""Sizes of the clusters of every k: the smallest one, and how even they are."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
from numpy.typing import NDArray

from deepclust.selection.k.criterion import Criterion, Facts, curve
from deepclust.selection.k.material import Material

HARDLY_A_CLUSTER = 0.1  # of the even share

RANK = 20
SMALLEST = Facts(
    "smallest",
    "Smallest cluster",
    "Its size as a share of n / k. A cluster that is much smaller than the others may be a splinter, or a rare group.",
    weight=0,
)
EVENNESS = Facts(
    "evenness", "Evenness of sizes", "Entropy of the sizes over log k: 1 if all clusters are of one size.", weight=0
)
FACTS = (SMALLEST, EVENNESS)


def judge(m: Material) -> Iterator[Criterion]:
    """Both; neither votes, but k with a cluster that is nearly empty are named."""
    shares = smallest_shares(m.labels)
    splinters = [k for k, share in zip(m.ks, shares, strict=True) if share < HARDLY_A_CLUSTER]
    note = f"At k = {', '.join(map(str, splinters))} a cluster is nearly empty." if splinters else ""
    yield curve(SMALLEST, m.ks, shares, note=note)
    yield curve(EVENNESS, m.ks, evenness(m.labels))


def smallest_shares(labels: Mapping[int, np.ndarray]) -> NDArray[np.float64]:
    """Size of the smallest of k clusters over the even share n / k, 0 to 1, for every k (n_ks,); 0: one is empty."""
    return np.array([_sizes(found, k).min() * k / len(found) for k, found in labels.items()])


def evenness(labels: Mapping[int, np.ndarray]) -> NDArray[np.float64]:
    """Entropy of the sizes over log k for every k (n_ks,): 1 if all k clusters are of one size."""
    return np.array([_entropy(_sizes(found, k)) / np.log(k) for k, found in labels.items()])


def _sizes(labels: np.ndarray, k: int) -> NDArray[np.int64]:
    """Sizes of the clusters, with zeros for those of the k that hold nothing; names may have gaps."""
    counts = np.unique(labels[labels >= 0], return_counts=True)[1]
    return np.concatenate([counts, np.zeros(max(0, k - len(counts)), np.int64)])


def _entropy(sizes: np.ndarray) -> float:
    shares = sizes[sizes > 0] / sizes.sum()
    return float(-np.sum(shares * np.log(shares)))
