"""Whether the same clusters come out again on other samples: agreement of halves, and prediction strength."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from deepclust.metrics.external import ari, contingency
from deepclust.selection.k.criteria.lloyd import kmeans
from deepclust.selection.k.criterion import Criterion, Facts, curve
from deepclust.selection.k.material import Material

HALVES_IN = 20  # principal components
NEARLY_AS_STABLE, NEARLY_AS_STRONG = 0.95, 0.9

RANK = 60
STABILITY = Facts(
    "stability",
    "Stability of halves",
    "Agreement (ARI) of the clusters of two halves of the data. The pick is the largest k that is nearly as stable as "
    "the best.",
    weight=0.25,
)
PREDICTION_STRENGTH = Facts(
    "prediction_strength",
    "Prediction strength",
    "Share of pairs of a cluster that the clusters of the other half keep together, where it is least. The pick is "
    "the largest k that is nearly as strong as the best.",
    weight=0.25,
)
FACTS = (STABILITY, PREDICTION_STRENGTH)

HALVES = 8


def judge(m: Material) -> Iterator[Criterion]:
    """Both, of the same halves."""
    agreement, error, strength = stability(m.few_points[:, :HALVES_IN], m.ks, random_state=m.random_state)
    yield curve(STABILITY, m.ks, agreement, error, last_above=(NEARLY_AS_STABLE,))
    yield curve(PREDICTION_STRENGTH, m.ks, strength, last_above=(NEARLY_AS_STRONG,))


def stability(
    points: np.ndarray, ks: Sequence[int], n_draws: int = HALVES, random_state: int = 0
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Agreement (ARI) of the k-means clusters of two halves, its standard error, and the prediction strength: three (n_ks,).

    points (n, d) are cut into two random halves ``n_draws`` times. Each half is clustered, and the second is also sorted by
    the centres of the first. ARI compares both sortings (Lange, Roth, Braun & Buhmann 2004, with ARI for their distance). The
    prediction strength is the share of pairs of a cluster of the second half that the first keeps together, in the cluster
    where it is least (Tibshirani & Walther 2005, doi:10.1198/106186005X59243, eq. (2.1)).
    """
    agreement, strength = np.empty((n_draws, len(ks))), np.empty((n_draws, len(ks)))
    for draw in range(n_draws):
        order = np.random.default_rng([random_state, draw]).permutation(len(points))
        first, second = points[order[::2]], points[order[1::2]]
        for i, k in enumerate(ks):
            teacher = kmeans(first, k, 2, random_state + 2 * draw)
            own = kmeans(second, k, 2, random_state + 2 * draw + 1).labels_
            taught = teacher.predict(second)
            agreement[draw, i] = ari(own, taught)
            strength[draw, i] = prediction_strength(own, taught)
    error = agreement.std(axis=0) / np.sqrt(n_draws)
    return agreement.mean(axis=0), error, strength.mean(axis=0)


def prediction_strength(own: np.ndarray, taught: np.ndarray) -> float:
    """The least share, over the clusters of ``own`` (n,), of pairs that are together in ``taught`` (n,) too, 0 to 1.

    A cluster of a single sample has no pair, and counts as 0.
    """
    counts = contingency(taught, own)[0].astype(np.float64)  # (n_own, n_taught)
    sizes = counts.sum(axis=1)
    together, pairs = (counts * (counts - 1)).sum(axis=1), sizes * (sizes - 1)
    return float(np.min(np.divide(together, pairs, out=np.zeros_like(pairs), where=pairs > 0)))
