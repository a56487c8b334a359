"""The clusters of a run at one k as the pages show them: with the edits made to them, and what each is called."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from deepclust.metrics.exemplars import Exemplars, exemplars
from deepclust.metrics.lineage import letter
from deepclust.runs.edit_kinds import default_name
from deepclust.runs.edits import Edited

LONGEST_ON_MAP = 24  # characters of a name
GALLERY = 100  # samples of a cluster that are kept ready for its gallery


@dataclass(frozen=True, eq=False)
class StandFor:
    """The samples that stand for each cluster, and some of each drawn at random."""

    best: Exemplars
    random: dict[int, np.ndarray]


def stand_for(labels: np.ndarray, embedding: np.ndarray) -> StandFor:
    """Of clusters labels int (n,) of an embedding (n, d)."""
    dice = np.random.default_rng(0)
    drawn = {int(c): dice.permutation(np.flatnonzero(labels == c))[:GALLERY] for c in np.unique(labels)}
    return StandFor(exemplars(embedding, labels, GALLERY), drawn)


@dataclass(frozen=True, eq=False)
class Clusters:
    """Clusters and their samples; ``key`` names run, k and labels.

    samples: finds who stands for each. It is called when they are first asked for: a map has its colours before that.
    """

    edited: Edited
    samples: Callable[[], StandFor]
    key: str

    @property
    def labels(self) -> np.ndarray:
        """int64 (n,)"""
        return self.edited.labels

    @property
    def names(self) -> tuple[str, ...]:
        """What each number is called."""
        return self.edited.names

    @property
    def best(self) -> Exemplars:
        """The samples that stand for each cluster."""
        return self.samples().best

    @property
    def random(self) -> dict[int, np.ndarray]:
        """Samples of each cluster, drawn at random."""
        return self.samples().random

    def named(self, cluster: int) -> str:
        """A cluster in words that tell it from all others: "Cluster D", or "Zebras (D)"."""
        if cluster < 0:
            return "Noise"
        name = self.names[cluster]
        return name if name == default_name(cluster) else f"{name} ({letter(cluster)})"

    def on_the_map(self) -> Sequence[str] | None:
        """Words for all numbers of a map, short where none was given; None where none was given at all."""
        given = [name if name != default_name(c) else None for c, name in enumerate(self.names)]
        if not any(given):
            return None
        return [letter(c) if name is None else _cut(name) for c, name in enumerate(given)]


def _cut(name: str) -> str:
    return name if len(name) <= LONGEST_ON_MAP else name[: LONGEST_ON_MAP - 1].rstrip() + "…"
