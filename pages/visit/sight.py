"""What a page looks at: a run with its data, at one number of clusters, and whether its true classes may be told."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from deepclust.data.dataset import Dataset
from deepclust.runs import Run
from pages.visit import cached, session
from pages.visit.clusters import Clusters


@dataclass(frozen=True, eq=False)
class Sight:
    """A run at k. revealed: whether its true classes may be told; never where there are none."""

    run: Run
    data: Dataset
    k: int
    revealed: bool

    @property
    def outcome(self) -> cached.Outcome:
        """What the run has learned. Only of a run that has a result."""
        return cached.outcome(self.run)

    @property
    def clusters(self) -> Clusters:
        """The clusters at k as they are now, with the edits made to them. Only of a run that has a result."""
        return cached.clusters(self.run, self.k)

    @property
    def classes(self) -> np.ndarray | None:
        """The true classes int64 (n,) where they may be told; else None."""
        return self.data.y if self.revealed else None

    @property
    def judged(self) -> np.ndarray | None:
        """The true classes as scores see them, -1 where a sample has none; None where they may not be told."""
        return self.data.judged if self.revealed else None

    @property
    def n_classes(self) -> int:
        """Number of true classes; 0 where they may not be told."""
        return (self.data.n_classes or 0) if self.revealed else 0

    @property
    def class_names(self) -> list[str]:
        """What the true classes are called; none where they may not be told."""
        return [self.data.class_name(number) for number in range(self.n_classes)]

    @property
    def key(self) -> str:
        """Names the run and k."""
        return f"{self.run.id}-k{self.k}"


def sight_of(run: Run) -> Sight:
    """A run as this session looks at it. ValueError, in plain words, if its data cannot be opened."""
    data = cached.dataset(run.config.dataset)
    revealed = data.y is not None and session.labels_revealed(data.fingerprint)
    return Sight(run, data, session.current_k(run), revealed)
