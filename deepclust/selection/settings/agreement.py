"""How much partitions of the same samples agree: over the seeds of one setting, and with those of the other settings."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from deepclust.metrics.external import ari


def pairwise_ari(partitions: Sequence[np.ndarray]) -> NDArray[np.float64]:
    """Adjusted Rand index of every two of m partitions (n,): symmetric (m, m), 1 on the diagonal."""
    agreement = np.eye(len(partitions))
    for i, j in itertools.combinations(range(len(partitions)), 2):
        agreement[i, j] = agreement[j, i] = ari(partitions[i], partitions[j])
    return agreement


def within(agreement: np.ndarray, settings: Sequence[str]) -> dict[str, float | None]:
    """Mean over all pairs of runs of the same setting: does it find the same clusters from another start?

    agreement (m, m) as from `pairwise_ari`, settings (m,). None for a setting with a single run.
    """
    found: dict[str, float | None] = {}
    for name in dict.fromkeys(settings):
        rows = _rows(settings, name)
        pairs = agreement[np.ix_(rows, rows)][np.triu_indices(len(rows), 1)]
        found[name] = float(pairs.mean()) if len(pairs) else None
    return found


def across(agreement: np.ndarray, settings: Sequence[str]) -> dict[str, float | None]:
    """Mean over all pairs of a run of the setting and one of another setting, every other setting counting the same.

    agreement (m, m), settings (m,). None where there is no other setting.
    """
    names = list(dict.fromkeys(settings))
    found: dict[str, float | None] = {}
    for name in names:
        means = [agreement[np.ix_(_rows(settings, name), _rows(settings, o))].mean() for o in names if o != name]
        found[name] = float(np.mean(means)) if means else None
    return found


def most_typical(agreement: np.ndarray, settings: Sequence[str]) -> dict[str, int]:
    """For every setting the run (its row) that agrees most with the others of the setting; the first of equals."""
    found = {}
    for name in dict.fromkeys(settings):
        rows = _rows(settings, name)
        found[name] = int(rows[int(agreement[np.ix_(rows, rows)].sum(axis=1).argmax())])
    return found


def _rows(settings: Sequence[str], name: str) -> NDArray[np.int64]:
    return np.flatnonzero(np.array([s == name for s in settings]))
