"""The runs of a group as a table: a row for each member, with mean and spread over its seeds, never the best."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from statistics import fmean, stdev
from typing import Any

from deepclust.runs.run import Run

#: What is known without labels, and what only with them.
UNLABELLED = ("silhouette", "n_used", "seconds")
WEIGHTS = "n_parameters"  # of the network, the same for all seeds
LABELLED = ("acc", "nmi", "ari")
#: How samples that were kept from training are sorted, in words.
HOW_TESTED = {"placed": "placed by what was learned", "alone": "clustered by itself (k-means on the learned space)"}
#: Scores of samples that were kept from training, and where in the metrics they stand.
TESTED = {f"test_{how}_{score}": (how, score) for how in HOW_TESTED for score in ("acc", "nmi")}


@dataclass(frozen=True)
class Row:
    """A member of a group: its name, its runs in the order of their start, and the metrics of those that have ended."""

    part: str
    runs: tuple[Run, ...]
    found: dict[str, list[float]] = field(default_factory=dict)

    def mean(self, name: str) -> float | None:
        """Mean of a metric over the seeds; None before there is any."""
        values = self.found.get(name, [])
        return fmean(values) if values else None

    def spread(self, name: str) -> float | None:
        """Standard deviation of a metric over the seeds (of a sample: n - 1); None with fewer than two."""
        values = self.found.get(name, [])
        return stdev(values) if len(values) > 1 else None

    @property
    def n_ended(self) -> int:
        """How many of its runs have found something."""
        return len(self.found.get("seconds", []))


def table(runs: Sequence[Run]) -> list[Row]:
    """The members of a group in the order of their first runs."""
    by_part: dict[str, list[Run]] = {}
    for run in runs:
        by_part.setdefault(run.config.part, []).append(run)
    return [Row(part, tuple(members), _found(members)) for part, members in by_part.items()]


def _found(runs: Sequence[Run]) -> dict[str, list[float]]:
    found: dict[str, list[float]] = {}
    for run in runs:
        metrics = run.metrics() if run.has_result else {}
        for name, value in (metrics | scores_of_test(metrics)).items():
            if name in (*UNLABELLED, *LABELLED, *TESTED, WEIGHTS) and value is not None:
                found.setdefault(name, []).append(float(value))
    return found


def scores_of_test(metrics: Mapping[str, Any]) -> dict[str, float | None]:
    """The scores TESTED of metrics as of `Run.metrics`; None where there is no test part, or it has no labels."""
    parts = metrics.get("test_part", {})
    return {name: parts.get(how, {}).get(score) for name, (how, score) in TESTED.items()}
