"""What every export is made of: the clusters of a run at one k with their names, and the data that they sort."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from deepclust.data.dataset import Dataset
from deepclust.data.references import open_dataset
from deepclust.metrics.exemplars import Exemplars, exemplars
from deepclust.results import ClusterResult
from deepclust.runs import Run, RunStore
from deepclust.runs.edit_kinds import default_name
from deepclust.runs.edits import edited
from deepclust.runs.selections import Selections, selections_of

LISTED = 28  # samples that stand for a cluster


@dataclass(frozen=True, eq=False)
class View:
    """The clusters of a run at k as they are shown: labels int64 (n,), names, and the samples that stand for each.

    data: None where the samples are not at hand; then names of files, pictures and classes are missing. revealed:
    whether classes may be told, too. selections: those that were saved with names.
    """

    run: Run
    k: int
    labels: NDArray[np.int64]
    names: tuple[str, ...]
    result: ClusterResult
    best: Exemplars
    data: Dataset | None
    revealed: bool
    selections: Selections

    @property
    def clusters(self) -> list[int]:
        """The numbers of the clusters that hold a sample, ascending; -1 is noise."""
        return [int(c) for c in np.unique(self.labels)]

    def name(self, cluster: int) -> str:
        """What a cluster is called."""
        if cluster < 0:
            return "Noise"
        return self.names[cluster] if cluster < len(self.names) else default_name(cluster)

    @property
    def classes(self) -> NDArray[np.int64] | None:
        """The true classes int64 (n,) where they may be told; else None."""
        return self.data.y if self.revealed and self.data is not None else None

    @property
    def judged(self) -> NDArray[np.int64] | None:
        """The true classes as scores see them, -1 where a sample has none; None where they may not be told."""
        return self.data.judged if self.revealed and self.data is not None else None

    def class_name(self, number: int) -> str:
        """What a true class is called."""
        return str(number) if self.data is None else self.data.class_name(number)

    @property
    def is_edited(self) -> bool:
        """Whether the labels are no longer those that were found, because clusters were merged or split by hand."""
        found = self.run.labels_by_k().get(self.k, self.result.labels)
        return not np.array_equal(found, self.labels)


def view_of(run: Run, data: Dataset | None, k: int | None = None, *, revealed: bool = False) -> View:
    """The view of a finished run at k (None: at its own). ValueError if it has no result, or none for this k."""
    if not run.has_result:
        raise ValueError(f"The run {run.id} has found nothing yet. Wait until it has ended, or stop and keep it.")
    k = run.config.n_clusters if k is None else k
    there = [*run.labels_by_k()] or [run.config.n_clusters]
    if k not in there:
        raise ValueError(f"The run {run.id} has no clusters for k = {k}. Choose one of {', '.join(map(str, there))}.")
    labels, names = edited(run, k)
    result = run.result()
    best = exemplars(result.embedding, labels, LISTED)
    return View(run, k, labels, names, result, best, data, revealed, selections_of(run))


def data_of(run: Run, store: RunStore) -> Dataset | None:
    """The data set of a run if it is here and still the same; else None."""
    try:
        data = open_dataset(run.config.dataset, store.datasets)
    except (ValueError, OSError):
        return None
    return data if data.n_samples == run.config.n_samples else None
