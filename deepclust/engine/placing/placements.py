"""Where new samples belong on a run, and how that is said."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from deepclust.engine.placing.known import UNUSUAL, Known

NEAREST = 12


@dataclass(frozen=True, eq=False)
class Placements:
    """m new samples on a run with k clusters that hold a sample.

    labels int64 (m,): the clusters that the method gives, numbered as the run's labels_. memberships (m, k): shares in the
    clusters ``clusters`` (k,) by how near their centres are (`deepclust.metrics.memberships`). nearest_centre int64 (m,) and
    distances (m,): the cluster whose centre is the nearest in the latent space, and how near. embedding (m, d): the latent
    space. nearest: the 12 nearest samples of the run, rows int64 (m, 12), by the name of the space. percentiles (m,) by the
    name of the space. known: those spaces, best judge first; empty where the run's data are not at hand.
    """

    labels: NDArray[np.int64]
    clusters: NDArray[np.int64]
    memberships: NDArray[np.float64]
    nearest_centre: NDArray[np.int64]
    distances: NDArray[np.float64]
    embedding: NDArray[np.float32]
    nearest: Mapping[str, NDArray[np.int64]]
    percentiles: Mapping[str, NDArray[np.float64]]
    known: tuple[Known, ...]

    def __len__(self) -> int:
        return len(self.labels)

    @property
    def judge(self) -> Known | None:
        """The space whose verdict counts: the one in which strangers stand out best; None where none can tell."""
        return self.known[0] if self.known and self.known[0].can_tell else None

    @property
    def unusual(self) -> NDArray[np.bool_] | None:
        """Whether each sample is unlike all that the run has seen; None where no space can tell."""
        return None if self.judge is None else self.percentiles[str(self.judge.space)] >= UNUSUAL

    def verdict(self, row: int) -> str:
        """ "usual", "unusual", or "cannot tell"."""
        unusual = self.unusual
        return "cannot tell" if unusual is None else "unusual" if unusual[row] else "usual"

    def strangest_first(self) -> NDArray[np.int64]:
        """Rows (m,) by percentile in the space that is asked, else by the distance to the nearest centre."""
        strange = self.distances if self.judge is None else self.percentiles[str(self.judge.space)]
        return np.argsort(-strange, kind="stable")

    def share(self, row: int, cluster: int) -> float:
        """How much a sample belongs to a cluster, 0 to 1."""
        return float(self.memberships[row, self.clusters == cluster].sum())

    def sentence(self, row: int, names: Mapping[int, str]) -> str:
        """One plain sentence about a sample; names: what each cluster is called."""
        label, centre = int(self.labels[row]), int(self.nearest_centre[row])
        near = "" if label == centre else f" (the nearest centre is that of {names[centre]})"
        belongs = f"It lands in {names[label]}{near}"
        judge = self.judge
        if judge is None:
            return f"{belongs}; whether it is unlike all that the run has seen cannot be told: {self.why_not()}."
        share = float(self.percentiles[str(judge.space)][row])
        if share >= UNUSUAL:
            return f"{belongs}, but the run has hardly seen such a thing: in {judge.title} it is stranger than {part_of(share)} its own samples."
        return f"{belongs}, and is like what the run has seen: in {judge.title} it is stranger than {part_of(share)} its own samples."

    def why_not(self) -> str:
        """Why there is no verdict, as the end of a sentence."""
        if not self.known:
            return "the data of the run are not on this computer"
        best = self.known[0]
        return f"even in {best.title} only {best.tells:.0%} of chimeras of two samples are stranger than real ones"


def part_of(percentile: float) -> str:
    """A percentile in words that go on with what it is of: "84% of", "nearly all of", "hardly any of"."""
    if percentile >= 0.995:
        return "nearly all of"
    return "hardly any of" if percentile < 0.005 else f"{percentile:.0%} of"
