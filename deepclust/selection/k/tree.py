"""How the clusters of one k become those of the next: flows of samples, and a tree over all k."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from deepclust.metrics.external import contingency
from deepclust.metrics.lineage import letter

#: A branch counts when it brings at least this share of a cluster, or takes it away from one.
BRANCH = 0.15


@dataclass(frozen=True)
class Flow:
    """Samples that are in ``source`` at one k and in ``target`` at the next; shares of either cluster."""

    source: int
    target: int
    count: int
    of_source: float
    of_target: float


@dataclass(frozen=True)
class Node:
    """A cluster at one k: its samples, and its place from left to right in 0..1."""

    k: int
    cluster: int
    size: int
    x: float


@dataclass(frozen=True)
class Edge:
    """Samples that go from a cluster to one of the next k."""

    k: int
    next_k: int
    flow: Flow


def flows(before: ArrayLike, after: ArrayLike) -> list[Flow]:
    """All flows that are not empty between two sortings (n,) of the same samples, by source and target."""
    counts, targets, sources = contingency(before, after)  # (n_targets, n_sources)
    of_source, of_target = counts / counts.sum(axis=0), counts / counts.sum(axis=1, keepdims=True)
    return [
        Flow(int(s), int(t), int(counts[i, j]), float(of_source[i, j]), float(of_target[i, j]))
        for j, s in enumerate(sources)
        for i, t in enumerate(targets)
        if counts[i, j]
    ]


def branches(found: list[Flow]) -> list[Flow]:
    """The flows that matter: a fair share of either of the two clusters."""
    return [f for f in found if max(f.of_source, f.of_target) >= BRANCH]


def changed(found: list[Flow]) -> tuple[set[int], set[int]]:
    """Clusters before and after that are not simply the same ones: that split, merged, came or went."""
    kept = branches(found)
    out = {f.source for f in kept if sum(g.source == f.source for g in kept) > 1}
    into = {f.target for f in kept if sum(g.target == f.target for g in kept) > 1}
    sources = {f.source for f in kept if f.source in out or f.target in into}
    targets = {f.target for f in kept if f.source in out or f.target in into}
    return sources, targets


def cluster_tree(labels: Mapping[int, np.ndarray]) -> tuple[list[Node], list[Edge]]:
    """Nodes and edges of the tree over the ks of ``labels`` {k: (n,)}, ascending.

    In the manner of clustree (Zappia & Oshlack 2018, doi:10.1093/gigascience/giy083). The clusters of a level stand in the
    order of the middle of where their samples come from, so that few edges cross, and keep a distance of 1 / k.
    """
    nodes: list[Node] = []
    edges: list[Edge] = []
    place: dict[int, float] = {}
    ks = sorted(labels)
    for i, k in enumerate(ks):
        names, sizes = np.unique(labels[k], return_counts=True)
        middle = {int(name): float(j) for j, name in enumerate(names)}
        if i:
            found = flows(labels[ks[i - 1]], labels[k])
            edges += [Edge(ks[i - 1], k, flow) for flow in found]
            middle = {int(n): sum(place[f.source] * f.of_target for f in found if f.target == n) for n in names}
        order = sorted(middle, key=lambda name: (middle[name], name))
        place = {name: (j + 0.5) / len(order) for j, name in enumerate(order)}
        size_of = dict(zip(names.tolist(), sizes.tolist(), strict=True))
        nodes += [Node(k, name, size_of[name], place[name]) for name in order]
    return nodes, edges


def words_of_change(before: ArrayLike, after: ArrayLike) -> list[str]:
    """What happens between two ks in sentences: which clusters split, and which take from several."""
    found = flows(before, after)
    kept = branches(found)
    words = []
    for source in sorted({f.source for f in kept}):
        parts = sorted((f for f in kept if f.source == source), key=lambda f: -f.of_source)
        parts = [f for f in parts if f.of_source >= BRANCH]
        if len(parts) > 1:
            listed = ", ".join(f"{letter(f.target)} ({f.of_source:.0%})" for f in parts)
            words.append(f"Cluster {letter(source)} splits into {listed}.")
    for target in sorted({f.target for f in kept}):
        parts = sorted((f for f in kept if f.target == target), key=lambda f: -f.of_target)
        parts = [f for f in parts if f.of_target >= BRANCH]
        if len(parts) > 1:
            listed = ", ".join(f"{letter(f.source)} ({f.of_target:.0%})" for f in parts)
            words.append(f"Cluster {letter(target)} takes its samples from {listed}.")
    return words
