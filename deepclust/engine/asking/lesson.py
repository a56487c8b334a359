"""The first lesson for a class: the same points in the plane given to k-means and to two methods that look at neighbours."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from deepclust.data.catalog.table import CATALOG
from deepclust.data.dataset import Dataset
from deepclust.engine.asking.ask import BETWEEN, make_config
from deepclust.metrics.external import acc
from deepclust.runs import RunConfig, RunGroup

KIND = "lesson"
KMEANS, EXACT, LEARNED = METHODS = ("KMeans", "SpectralClustering", "SpectralNet")
#: What each of them does with points in the plane, in one line.
DOES = {
    KMEANS: "every point to the nearest of k centres: borders are straight lines",
    EXACT: "joins neighbours, and cuts this graph where few edges are lost",
    LEARNED: "a network learns that cut from batches, and can place new points",
}
AGREE = 0.95  # share of points from which on two clusterings are called the same


def has_lesson(ref: Mapping[str, Any]) -> bool:
    """Whether these data are points in the plane that are drawn on demand, whose groups everyone can see."""
    entry = CATALOG.get(str(ref.get("name")))
    return entry is not None and entry.drawn is not None


def lesson(
    ref: Mapping[str, Any], dataset: Dataset, *, seed: int = 0, device: str = "auto", labels_seen: bool = False
) -> list[RunConfig]:
    """A group of configs, one for each method, with their defaults and as many clusters as groups were drawn.

    ValueError for data that are not drawn on demand.
    """
    if not has_lesson(ref):
        drawn = ", ".join(name for name, entry in CATALOG.items() if entry.drawn is not None)
        raise ValueError(f"{dataset.title or dataset.name} has no lesson: it is there for {drawn}.")
    group = RunGroup.new("Where k-means fails", kind=KIND)
    configs = [
        make_config(
            ref,
            dataset,
            method,
            values={"n_clusters": dataset.n_classes},
            seed=seed,
            device=device,
            labels_seen=labels_seen,
            group=group,
        )
        for method in METHODS
    ]
    return [replace(c, created=configs[0].created + i * BETWEEN) for i, c in enumerate(configs)]


def moral(labels: Mapping[str, np.ndarray]) -> list[str]:
    """What the clusterings (method -> int (n,)) teach, as sentences in Markdown; found without labels, by agreement."""
    if KMEANS not in labels or EXACT not in labels:
        return []
    by_centres, by_neighbours = labels[KMEANS], labels[EXACT]
    alike = acc(by_neighbours, by_centres)
    if alike >= AGREE:
        words = [
            f"**Here k-means is all one needs**: it puts {alike:.0%} of the points where the cut of the neighbour graph puts "
            "them. These groups are round and apart, the case that k-means is made for. Draw rings, moons or spirals to see "
            "it fail."
        ]
    else:
        words = [
            f"**k-means puts {1 - alike:.0%} of the points elsewhere than the cut of the neighbour graph.** Each of its "
            "points goes to the nearest of k centres, so that two groups always meet in a straight line. A ring around a "
            "ring, or a half moon that grips another, cannot be cut out with a ruler: both rings even have the same centre.",
            "The other two never ask where a point lies, only who its neighbours are. From neighbour to neighbour one gets "
            "all along a ring, but not across the gap to the next one.",
        ]
    if LEARNED in labels:
        same = acc(by_neighbours, labels[LEARNED])
        words.append(
            f"SpectralNet, which has to learn the cut from batches of points, agrees with the exact one on {same:.0%} of them."
            + ("" if same >= AGREE else " Try another seed, or more epochs.")
        )
    return words
