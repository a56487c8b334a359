"""Collapse: has a clustering left clusters empty, or put nearly everything into one?"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from deepclust.metrics.internal import sizes

SMALL = 0.02  # a smallest cluster of less than this share of the largest is worth a word
NEARLY_ALL = 0.9  # of the samples in one cluster of three or more: nothing was told apart
ADVICE = (
    "Ask for another number of clusters, or train again with another seed or other settings: a smaller learning rate, more weight "
    "on reconstruction, more or fewer neighbours. Else another method suits these data better."
)


def collapse_warning(labels: ArrayLike, n_clusters: int) -> str | None:
    """A sentence on what went wrong and what to do, or None where every cluster is used and none is tiny.

    labels (n_samples,) with values in 0 .. n_clusters - 1. The smallest cluster counts as tiny below 2 % of the largest;
    with fewer than 50 samples for each cluster on average that says nothing, and only empty ones are looked for, and one that
    holds nearly all samples.
    """
    labels = np.asarray(labels)
    found = sizes(labels, n_clusters)
    used = int((found > 0).sum())
    if used < n_clusters:
        share = found.max() / max(1, len(labels))
        return (
            f"Only {used} of the {n_clusters} clusters are used, and the largest holds {share:.0%} of the samples. "
            f"The clusters may have collapsed. {ADVICE}"
        )
    if n_clusters > 2 and found.max() > NEARLY_ALL * len(labels):
        return (
            f"The clusters have collapsed: the largest holds {found.max() / len(labels):.0%} of the samples, and the other "
            f"{n_clusters - 1} share the rest. {ADVICE}"
        )
    if len(labels) >= 50 * n_clusters and found.min() < SMALL * found.max():
        return (
            f"The clusters are very uneven: the smallest holds {found.min():,} samples, the largest {found.max():,}. That is "
            "right for rare kinds of samples; else a few outliers have taken a cluster, and another number of "
            "clusters, another seed or longer training may mend it."
        )
    return None
