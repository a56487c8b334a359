"""The gap statistic: how much tighter the clusters of the data are than those of points without any clusters."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from deepclust.selection.k.criteria.lloyd import kmeans
from deepclust.selection.k.criterion import Criterion, Facts, curve
from deepclust.selection.k.material import Material

RANK = 40
GAP = Facts(
    "gap",
    "Gap statistic",
    "How much tighter the clusters are than those of points without any groups, on ten principal components. The pick "
    "is the first k after which the curve does not rise by more than its error.",
    weight=0.25,
)
FACTS = (GAP,)

REFERENCES = 8


def judge(m: Material) -> Iterator[Criterion]:
    """The statistic and its error, on ten principal components."""
    gaps, errors = gap_statistic(m.few_components, m.ks, random_state=m.random_state)
    pick = first_within_error(m.ks, gaps, errors)
    note = "" if pick is not None else "The curve rises to the end: no opinion."
    yield curve(GAP, m.ks, gaps, errors, pick=pick, note=note)


def gap_statistic(
    points: np.ndarray, ks: Sequence[int], n_references: int = REFERENCES, random_state: int = 0
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Gap(k) = E*[log W_k] - log W_k and its error s_k = sd_k sqrt(1 + 1/B), for every k: two arrays (n_ks,).

    Tibshirani, Walther & Hastie 2001, doi:10.1111/1467-9868.00293, eqs. (3) and section 4. points (n, d) should be principal
    components: the B references are uniform in the box along their axes (the paper's choice b).
    """
    own = np.array(list(_log_inertias(points, ks, random_state)))
    low, high = points.min(axis=0), points.max(axis=0)
    expected = np.empty((n_references, len(ks)))
    for b in range(n_references):
        generator = np.random.default_rng([random_state, b])
        expected[b] = list(_log_inertias(generator.uniform(low, high, points.shape), ks, random_state))
    error = expected.std(axis=0) * np.sqrt(1 + 1 / n_references)
    return expected.mean(axis=0) - own, error


def first_within_error(ks: Sequence[int], gaps: np.ndarray, errors: np.ndarray) -> int | None:
    """The smallest k with Gap(k) >= Gap(k + 1) - s_(k+1), as the paper chooses; None if the curve never stops rising."""
    for i, (now, then, error) in enumerate(zip(gaps, gaps[1:], errors[1:], strict=False)):
        if now >= then - error:
            return int(ks[i])
    return None


def _log_inertias(points: np.ndarray, ks: Sequence[int], random_state: int) -> Iterator[float]:
    for k in ks:
        inertia = kmeans(points, k, 1, random_state).inertia_
        yield float(np.log(max(inertia, np.finfo(np.float64).tiny)))
