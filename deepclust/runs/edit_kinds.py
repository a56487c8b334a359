"""The edits of clusters: rename, merge, split, gather and reset, as values that are applied to labels and names.

A split keeps the parts that were found, so that it means the same wherever it is applied again.
"""

from __future__ import annotations

import unicodedata
import warnings
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from deepclust.metrics.lineage import letter

Labels = NDArray[np.int64]
Names = tuple[str, ...]

LONGEST_NAME = 60  # characters
MOST_PARTS = 10
STARTS = 10  # of k-means in a split
# they turn the direction of whatever is written after them
_TURNING = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


@dataclass(frozen=True)
class Rename:
    """Another name for a cluster; "" gives back the one it had at first."""

    cluster: int
    name: str

    @property
    def words(self) -> str:
        return (
            f"name of cluster {letter(self.cluster)}: {self.name}"
            if self.name
            else f"no name for cluster {letter(self.cluster)}"
        )

    def apply(self, labels: Labels, names: Names) -> tuple[Labels, Names]:
        _members(labels, self.cluster)
        return labels, _renamed(names, self.cluster, cleaned(self.name) or default_name(self.cluster))


@dataclass(frozen=True)
class Merge:
    """Clusters that become one: the largest keeps its number, and its name unless only another has been given one."""

    clusters: tuple[int, ...]

    @property
    def words(self) -> str:
        return f"merge of clusters {', '.join(map(letter, self.clusters))}"

    def apply(self, labels: Labels, names: Names) -> tuple[Labels, Names]:
        together = sorted(set(self.clusters))
        if len(together) < 2:
            raise ValueError(f"{len(together)} cluster cannot be merged. Choose two or more.")
        sizes = {cluster: int(_members(labels, cluster).sum()) for cluster in together}
        by_size = sorted(together, key=lambda cluster: (-sizes[cluster], cluster))
        kept = by_size[0]
        given = [names[cluster] for cluster in by_size if names[cluster] != default_name(cluster)]
        merged = np.where(np.isin(labels, together), kept, labels)
        return merged, _renamed(names, kept, given[0] if given else names[kept])


@dataclass(frozen=True, eq=False)
class Split:
    """A cluster in parts: ``parts`` uint8 (members,) says which part each member is of, in the order of the samples.

    Part 0 keeps number and name, the others get new numbers after all others.
    """

    cluster: int
    parts: NDArray[np.uint8]

    @property
    def words(self) -> str:
        return f"split of cluster {letter(self.cluster)} into {int(self.parts.max(initial=0)) + 1}"

    def apply(self, labels: Labels, names: Names) -> tuple[Labels, Names]:
        members = np.flatnonzero(_members(labels, self.cluster))
        n_parts = int(self.parts.max(initial=0)) + 1
        if len(self.parts) != len(members):
            raise ValueError(
                f"Cluster {letter(self.cluster)} has {len(members):,} samples, but it was split when it had {len(self.parts):,}: it "
                "has changed since, perhaps in another window. Split it again."
            )
        if n_parts < 2 or len(np.unique(self.parts)) < n_parts:
            raise ValueError(f"The split of cluster {letter(self.cluster)} leaves parts empty. Split it again.")
        numbers = np.array([self.cluster, *range(len(names), len(names) + n_parts - 1)])
        apart = labels.copy()
        apart[members] = numbers[self.parts]
        return apart, (*names, *(default_name(int(number)) for number in numbers[1:]))


@dataclass(frozen=True, eq=False)
class Gather:
    """Samples int64 (m,) that leave their clusters and become one of their own, with a number after all others."""

    samples: NDArray[np.int64]

    @property
    def words(self) -> str:
        return f"cluster of {len(self.samples):,} selected"

    def apply(self, labels: Labels, names: Names) -> tuple[Labels, Names]:
        inside = self.samples[(self.samples >= 0) & (self.samples < len(labels))]
        if not len(inside) or len(inside) < len(self.samples):
            raise ValueError(
                f"{len(self.samples)} samples were chosen, of which {len(inside)} are there. Choose again."
            )
        homes = np.unique(labels[inside])
        if len(homes) == 1 and homes[0] >= 0 and int((labels == homes[0]).sum()) == len(np.unique(inside)):
            raise ValueError(
                f"These samples are the whole of cluster {letter(homes[0])}: they are a cluster of their own already."
            )
        gathered = labels.copy()
        gathered[inside] = len(names)
        return gathered, (*names, default_name(len(names)))


@dataclass(frozen=True)
class Reset:
    """Back to what the method found. It is an edit, so that it can be undone."""

    words = "return to what the method found"


Edit = Rename | Merge | Split | Gather | Reset


def apply(labels: Labels, names: Names, edits: Sequence[Edit]) -> tuple[Labels, Names]:
    """Labels int64 (n,) and names after some edits; what is passed in stays as it is.

    names[c] is what cluster c is called; noise (-1) has no name. Numbers of clusters that are gone keep their place.
    ValueError, in words, for an edit that does not fit: its cluster is gone, or has other samples.
    """
    at_first = labels, names
    for edit in edits:
        labels, names = at_first if isinstance(edit, Reset) else edit.apply(labels, names)
    return labels, names


def split(labels: Labels, embedding: np.ndarray, cluster: int, n_parts: int, random_state: int = 0) -> Split:
    """Split a cluster by k-means (10 starts) on its rows of embedding (n, d); the largest part comes first.

    ValueError, in words, if that cannot be: other than 2 to 10 parts, fewer samples, or fewer different ones.
    """
    from sklearn.cluster import KMeans
    from sklearn.exceptions import ConvergenceWarning

    if not 2 <= n_parts <= MOST_PARTS:
        raise ValueError(f"A cluster cannot be split into {n_parts} parts. Choose 2 to {MOST_PARTS}.")
    members = np.flatnonzero(_members(labels, cluster))
    if len(members) < n_parts:
        raise ValueError(
            f"Cluster {letter(cluster)} has {_samples(len(members))}: too few for {n_parts} parts."
            + (f" Choose {len(members)} or fewer." if len(members) > 2 else "")
        )
    rows = np.ascontiguousarray(embedding[members], dtype=np.float32)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # fewer different points than parts: said below
        found = KMeans(n_parts, n_init=STARTS, random_state=random_state).fit(rows).labels_
    sizes = np.bincount(found, minlength=n_parts)
    if not sizes.all():
        n_places = int((sizes > 0).sum())
        raise ValueError(
            f"The {_samples(len(members))} of cluster {letter(cluster)} lie at only {n_places} place{'s' * (n_places > 1)} "
            f"of the space, so that they make no {n_parts} parts."
        )
    rank = np.empty(n_parts, np.uint8)
    rank[np.argsort(-sizes, kind="stable")] = np.arange(n_parts)
    return Split(cluster, rank[found])


def first_names(labels: Labels) -> Names:
    """A name for every number from 0 to the largest, before any edit."""
    return tuple(default_name(cluster) for cluster in range(int(labels.max(initial=-1)) + 1))


def default_name(cluster: int) -> str:
    """What a cluster is called until it is given a name."""
    return f"Cluster {letter(cluster)}"


def cleaned(name: str, longest: int = LONGEST_NAME) -> str:
    """A name as it is kept: on one line, without characters that control how others are shown.

    ValueError if it is too long.
    """
    kept = (c for c in name if unicodedata.category(c) not in ("Cs", "Cn") and c not in _TURNING)
    one_line = " ".join("".join(" " if unicodedata.category(c) == "Cc" else c for c in kept).split())
    if len(one_line) > longest:
        raise ValueError(f"This name has {len(one_line)} characters. Choose one of at most {longest}.")
    return one_line


def _members(labels: Labels, cluster: int) -> NDArray[np.bool_]:
    members: NDArray[np.bool_] = labels == cluster
    if cluster < 0 or not members.any():
        raise ValueError(
            f"There is no cluster {letter(cluster)} any more: it was merged or undone, perhaps in another window."
        )
    return members


def _renamed(names: Names, cluster: int, name: str) -> Names:
    return (*names[:cluster], name, *names[cluster + 1 :])


def _samples(n: int) -> str:
    return f"{n:,} sample{'s' * (n != 1)}"
