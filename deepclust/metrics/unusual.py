"""How unusual a new sample is: how much farther its nearest samples are than they are from their own, as a percentile.

The percentile is conformal (Vovk, Gammerman, Shafer 2005, "Algorithmic learning in a random world", section 2.2; as a test
for strangers: Guan & Tibshirani 2022, "Prediction and outlier detection in classification problems", arXiv:1905.04396):
where new samples and those that it is calibrated on are alike, a percentile of p or more comes with a chance of 1 - p or
less, whatever their distribution. What is compared is a distance relative to how dense the samples lie there (the simplified
local outlier factor: Schubert, Zimek, Kriegel 2014, doi:10.1007/s10618-012-0300-z), as the same distance is much where
samples are all alike and nothing where each is different.

Shapes: n reference samples, m new ones, c that the percentile is calibrated on, d dimensions.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from deepclust.neighbors import Neighborhood

NEIGHBORS = 5
TINY = 1e-12  # of the size of the space: copies of a sample are at no distance


@dataclass(frozen=True, eq=False)
class Density:
    """The samples that a new one is compared with, and how far each is from its own nearest.

    hood: reference (n, d). own: mean distance float64 (n,) of each reference sample to its `NEIGHBORS` nearest others.
    """

    hood: Neighborhood
    own: NDArray[np.float64]

    @classmethod
    def of(cls, reference: np.ndarray) -> Density:
        """Of reference samples (n, d), n >= 2."""
        hood = Neighborhood(reference)
        return cls(hood, hood.of_its_own(np.arange(len(reference)), NEIGHBORS)[1].mean(axis=1, dtype=np.float64))

    def strangeness(self, samples: np.ndarray) -> NDArray[np.float64]:
        """Of new samples (m, d): mean distance to the nearest, over the mean ``own`` of these. 1 is as usual."""
        return self._relative(*self.hood.of(samples, NEIGHBORS))

    def strangeness_of_its_own(self, rows: np.ndarray) -> NDArray[np.float64]:
        """Of the reference samples ``rows`` int (m,), each as if it were new and not among the others."""
        return self._relative(*self.hood.of_its_own(rows, NEIGHBORS))

    def _relative(self, nearest: np.ndarray, distances: np.ndarray) -> NDArray[np.float64]:
        floor = max(TINY, TINY * float(self.own.max(initial=0.0)))
        usual = np.maximum(self.own[nearest].mean(axis=1), floor)
        return np.asarray(np.maximum(distances.mean(axis=1, dtype=np.float64), floor) / usual)


def conformal_percentiles(scores: np.ndarray, calibration: np.ndarray) -> NDArray[np.float64]:
    """Percentiles (m,) in 0..1 of scores (m,) among those of samples held back (c,), c >= 1: 1 - (1 + #{c_i >= s}) / (c + 1).

    One minus the conformal p-value: at most c / (c + 1), as so few samples allow no more, and ties count as larger.
    """
    ordered = np.sort(calibration)
    at_least = len(ordered) - np.searchsorted(ordered, scores, side="left")
    return np.asarray(1.0 - (1.0 + at_least) / (len(ordered) + 1.0))


def auroc(usual: np.ndarray, unusual: np.ndarray) -> float:
    """How often a score of unusual samples (u,) is above one of usual samples (v,), ties half: the area under the ROC curve.

    The statistic of Mann and Whitney over u v: 0.5 tells nothing, 1 tells all.
    """
    ordered = np.sort(usual)
    below = np.searchsorted(ordered, unusual, side="left") + np.searchsorted(ordered, unusual, side="right")
    return float(below.mean() / (2 * len(ordered)))


def chimeras(X: np.ndarray, labels: np.ndarray, n: int, seed: int = 0) -> NDArray[np.float32]:
    """Samples (n, ...) that are none, each made of two samples X (n_samples, ...) of different clusters labels (n_samples,).

    Of pictures (height, width, ...) the left or the upper half is of one and the rest of the other; of vectors half of the
    features, drawn anew for each. Strangers that every data set can make for itself, with all its details: what cannot
    tell them from real samples should not be asked whether a sample is unusual. With a single cluster, of any two samples.
    """
    dice = np.random.default_rng(seed)
    first = dice.integers(len(X), size=n)
    second = dice.integers(len(X), size=n)
    for _ in range(100):  # until both are of different clusters, where there are several
        same = labels[first] == labels[second]
        if not same.any() or len(np.unique(labels)) == 1:
            break
        second[same] = dice.integers(len(X), size=int(same.sum()))
    made = np.array(X[first], np.float32)
    if X.ndim == 2:
        d = X.shape[1]
        taken = dice.permuted(np.tile(np.arange(d) < d // 2, (n, 1)), axis=1)
        made[taken] = X[second][taken]
        return made
    height, width = X.shape[1:3]
    across = np.arange(n) < n // 2
    made[across, :, width // 2 :] = X[second[across], :, width // 2 :]
    made[~across, height // 2 :] = X[second[~across], height // 2 :]
    return made
