"""What a run turned out to have, for questions whose answer nobody knows before the button is pressed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from deepclust.metrics.external import acc


@dataclass(frozen=True, eq=False)
class Seen:
    """labels int (n,) of the step's run; before: of the run before it, classes: the true ones; None where there are none."""

    labels: np.ndarray
    before: np.ndarray | None
    classes: np.ndarray | None


def _sizes(seen: Seen) -> np.ndarray:
    return np.unique(seen.labels[seen.labels >= 0], return_counts=True)[1]


def _share(labels: np.ndarray, like: np.ndarray | None) -> float | None:
    return None if like is None or len(like) != len(labels) else float(round(100 * acc(like, labels)))


#: What a number means, and how it is found: None where it cannot be.
MEASURES: Mapping[str, tuple[str, Callable[[Seen], float | None]]] = {
    "agreement": (
        "% of the samples on which this run and the one before it agree",
        lambda seen: _share(seen.labels, seen.before),
    ),
    "clusters": ("clusters that hold a sample", lambda seen: float(len(_sizes(seen)))),
    "largest": ("samples in the largest cluster", lambda seen: float(_sizes(seen).max(initial=0))),
    "smallest": ("samples in the smallest cluster", lambda seen: float(_sizes(seen).min(initial=len(seen.labels)))),
    "accuracy": (
        "% of the samples in the cluster of their class (ACC), once the labels are revealed",
        lambda seen: _share(seen.labels, seen.classes),
    ),
}
