"""Partitions judged in the latent spaces of other runs, in the manner of ACE: no run is its own judge.

Wang & Ye 2024, "Deep clustering evaluation: how to validate internal clustering validation measures" (arXiv:2403.14830): a
score that a run gets in its own space cannot be compared with that of another run in another space, and scores in the raw
space say next to nothing. So every partition is scored in every space; spaces whose rankings agree are kept, weighted by a
link analysis (PageRank on their agreement), and the weighted mean ranks the partitions.

Shapes: m runs; scores, standings (m partitions, m spaces) with NaN on the diagonal; agreement (m, m) between spaces.
Different from the paper: three indices are averaged as ranks inside each space, the own space is left out, and groups of
spaces come from average linkage instead of density.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from deepclust.selection.k.criteria.compactness import calinski_harabasz, davies_bouldin, silhouettes
from deepclust.selection.settings.rank_correlation import ranks, spearman

ALIKE = 0.5  # rank correlation from which on two groups of spaces count as one, on average
FEWEST = 5  # runs, below which rankings are too short to agree or disagree: all spaces are kept
DAMPING = 0.85  # as in Page, Brin, Motwani & Winograd 1999
STEPS = 100


@dataclass(frozen=True, eq=False)
class CrossSpace:
    """What came of it. scores (m,): of each run's partition in 0..1, 1 if it is first in all kept spaces, NaN if unknown.

    kept (m,): whether the run's space is among those whose rankings agree. weights (m,): of the spaces, 0 for the
    others, sum 1. agreement (m, m): Spearman's correlation between the rankings of two spaces, NaN where it is unknown.
    """

    scores: NDArray[np.float64]
    kept: NDArray[np.bool_]
    weights: NDArray[np.float64]
    agreement: NDArray[np.float64]


def standings_in_spaces(
    spaces: Sequence[np.ndarray], partitions: Sequence[np.ndarray]
) -> Iterator[tuple[int, np.ndarray]]:
    """Column by column the standings of all partitions in each space: (number of the space, standings (m,)).

    spaces: m arrays (n, d) of the same samples, a few thousand at most; partitions: m arrays (n,). The partition of a space's
    own run is NaN there.
    """
    for i, points in enumerate(spaces):
        others = {j: labels for j, labels in enumerate(partitions) if j != i}
        column = np.full(len(partitions), np.nan)
        column[list(others)] = standing(
            np.stack(
                [
                    silhouettes(points, others),
                    calinski_harabasz(points, others),
                    -davies_bouldin(points, others),  # low is good
                ]
            )
        )
        yield i, column


def standing(scores: np.ndarray) -> NDArray[np.float64]:
    """Mean over indices of how far up each partition is among those of one space, 0 (last) to 1 (first).

    scores (n_indices, m), high is good; NaN (a partition that cannot be judged, such as a single cluster) is last.
    """
    known = np.where(np.isfinite(scores), scores, -np.inf)
    if known.shape[1] < 2:
        return np.full(known.shape[1], np.nan)
    return np.asarray(np.mean([(ranks(row) - 1) / (known.shape[1] - 1) for row in known], axis=0))


def judge_across(standings: np.ndarray) -> CrossSpace:
    """Agreement of the spaces, those that are kept, their weights, and the score of every partition.

    standings (m partitions, m spaces), NaN where a partition is not judged in a space.
    """
    m = len(standings)
    agreement = agreement_of(standings)
    kept = agreeing(agreement) if m >= FEWEST else np.ones(m, bool)
    weights = np.zeros(m)
    weights[kept] = page_rank(agreement[np.ix_(kept, kept)])
    known = np.isfinite(standings)
    total = (known * weights).sum(axis=1)
    summed = (np.where(known, standings, 0.0) * weights).sum(axis=1)
    scores = np.divide(summed, total, out=np.full(m, np.nan), where=total > 0)
    return CrossSpace(scores, kept, weights, agreement)


def agreement_of(standings: np.ndarray) -> NDArray[np.float64]:
    """Spearman's correlation between every two spaces over the partitions of other runs, 1 on the diagonal, else NaN."""
    m = standings.shape[1]
    agreement = np.full((m, m), np.nan)
    for i in range(m):
        for j in range(i):
            found = spearman(standings[:, i], standings[:, j])
            agreement[i, j] = agreement[j, i] = np.nan if found is None else found
        agreement[i, i] = 1.0
    return agreement


def agreeing(agreement: np.ndarray, alike: float = ALIKE) -> NDArray[np.bool_]:
    """The largest group of spaces whose rankings agree (m,), by average linkage on 1 - correlation.

    Of groups of the same size the one that agrees more is taken; what is unknown counts as no correlation.
    """
    from scipy.cluster.hierarchy import fcluster, linkage
    from scipy.spatial.distance import squareform

    known = np.where(np.isfinite(agreement), agreement, 0.0)
    if len(known) < 2:
        return np.ones(len(known), bool)
    distance = np.clip(1 - known, 0, 2)
    np.fill_diagonal(distance, 0)
    groups = fcluster(linkage(squareform(distance, checks=False), "average"), 1 - alike, "distance")
    best = max(np.unique(groups), key=lambda g: ((groups == g).sum(), known[np.ix_(groups == g, groups == g)].mean()))
    return np.asarray(groups == best)


def page_rank(agreement: np.ndarray) -> NDArray[np.float64]:
    """Weights (m,) with sum 1 of spaces that point at each other as strongly as their rankings agree.

    Negative and unknown correlations are no link. A space without any link passes its weight on to all alike.
    """
    m = len(agreement)
    links = np.maximum(np.where(np.isfinite(agreement), agreement, 0.0), 0.0)
    np.fill_diagonal(links, 0)
    out = links.sum(axis=0)
    passed = np.divide(links, out, out=np.full((m, m), 1 / max(m, 1)), where=out > 0)
    weights = np.full(m, 1 / max(m, 1))
    for _ in range(STEPS):
        weights = DAMPING * passed @ weights + (1 - DAMPING) / m
    return np.asarray(weights / weights.sum())
