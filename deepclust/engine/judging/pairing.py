"""Two sortings of the same samples beside each other: what changed its cluster, how far they agree, and why they differ."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from deepclust.methods import find_method
from deepclust.metrics.external import ari, nmi
from deepclust.metrics.matching import agreement, align_labels
from deepclust.params import params_of
from deepclust.runs import Run, RunConfig
from deepclust.selection.k.tree import Flow, flows


@dataclass(frozen=True, eq=False)
class Pair:
    """Clusters int64 (n,) of one sorting and of another, whose numbers are matched to those of the first (Hungarian)."""

    before: np.ndarray
    after: np.ndarray

    @classmethod
    def of(cls, labels: np.ndarray, others: np.ndarray) -> Pair:
        """ValueError unless both are of the same samples."""
        return cls(labels, align_labels(labels, others))

    @property
    def changed(self) -> np.ndarray:
        """Which samples are in another cluster, bool (n,)."""
        return np.asarray(self.before != self.after)

    @property
    def ari(self) -> float:
        """Adjusted Rand index of the two."""
        return ari(self.before, self.after)

    @property
    def nmi(self) -> float:
        """Normalised mutual information of the two, by the larger entropy."""
        return nmi(self.before, self.after)

    def moves(self) -> list[Flow]:
        """From which cluster to which other one samples went, most first."""
        return sorted((f for f in flows(self.before, self.after) if f.source != f.target), key=lambda f: -f.count)

    def moved(self, source: int, target: int) -> np.ndarray:
        """The samples that went from one cluster to another, int64 (m,)."""
        return np.flatnonzero((self.before == source) & (self.after == target))


def same_samples(run: Run, runs: Sequence[Run]) -> list[Run]:
    """The other runs of the same samples, in order: those that can be held against a run."""
    config = run.config
    return [
        other
        for other in runs
        if other.id != run.id
        and (other.config.fingerprint, other.config.n_samples) == (config.fingerprint, config.n_samples)
        and other.has_result
    ]


def mean_agreement(sortings: Sequence[np.ndarray]) -> list[np.ndarray]:
    """For each of several sortings int (n,) how far the others agree with it about every sample, float32 (n,) in 0..1.

    It is the mean of `deepclust.metrics.matching.agreement` with all others. ValueError for fewer than two.
    """
    if len(sortings) < 2:
        raise ValueError(f"{len(sortings)} sortings cannot agree with others: give two or more.")
    between = {(i, j): agreement(sortings[i], sortings[j]) for i in range(len(sortings)) for j in range(i)}
    return [
        np.stack([between[max(i, j), min(i, j)] for j in range(len(sortings)) if j != i]).mean(axis=0)
        for i in range(len(sortings))
    ]


def differing(configs: Sequence[RunConfig]) -> dict[str, list[str]]:
    """What was asked of several runs where not all were asked the same: a value for each, "" where a method lacks it."""
    told = [_asked(config) for config in configs]
    names = dict.fromkeys(name for one in told for name in one)
    rows = {name: [one.get(name, "") for one in told] for name in names}
    return {name: values for name, values in rows.items() if len(set(values)) > 1}


def _asked(config: RunConfig) -> dict[str, str]:
    params = {name: param.label for name, param in params_of(find_method(config.method)).items()}
    values = {params[name]: value for name, value in config.params.items() if name in params}
    facts = {"Method": config.method, "Preset": config.preset or "", "Seed": config.seed, "Device": config.device}
    return {name: f"{value:g}" if isinstance(value, float) else str(value) for name, value in (facts | values).items()}
