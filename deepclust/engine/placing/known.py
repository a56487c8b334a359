"""What a run knows in one of its spaces: how strange its own samples are there, and whether strangers would stand out."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from deepclust.metrics.unusual import Density, auroc, conformal_percentiles
from deepclust.spaces import Space

TELLS = 0.8  # AUROC of chimeras against held-back samples from which on a space is asked
UNUSUAL = 0.95  # percentile from which on a sample is called unusual: one usual sample in 20 is, too
HELD_BACK = 1_000  # samples that the percentile is calibrated on, at most
WORK = 2e10  # of the square of the reference samples and their dimensions, which bounds the seconds
FEWEST, MOST = 500, 5_000  # reference samples


@dataclass(frozen=True, eq=False)
class Known:
    """A space of a run, and what is usual in it.

    title: what pages call it. calibration (c,): strangeness of samples of the run, each as if it were new, or of samples that were
    kept from its training (``unseen``). tells: how often a chimera is stranger than these, 0.5 to 1
    (`deepclust.metrics.unusual.auroc`).
    """

    space: Space
    title: str
    density: Density
    calibration: NDArray[np.float64]
    tells: float
    unseen: bool = False

    @property
    def can_tell(self) -> bool:
        """Whether strangers stand out in this space at all."""
        return self.tells >= TELLS

    def percentiles(self, samples: np.ndarray) -> NDArray[np.float64]:
        """Of new samples (m, d) of the space: the share of the run's own that are less strange."""
        return conformal_percentiles(self.density.strangeness(samples), self.calibration)


def divided(n_samples: int, n_features: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Rows that new samples are compared with, and rows that the percentile is calibrated on.

    The latter are not among the former where there are enough; of a small run all are both, each left out in its turn.
    """
    order = np.random.default_rng(0).permutation(n_samples)
    most = int(np.clip(np.sqrt(WORK / n_features), FEWEST, MOST))
    if n_samples <= most:
        return np.arange(n_samples), np.sort(order[:HELD_BACK])
    return np.sort(order[:most]), np.sort(order[most : most + HELD_BACK])


def known_in(
    space: Space, title: str, fitted: np.ndarray, strangers: np.ndarray, unseen: np.ndarray | None = None
) -> Known:
    """What is known of a space with the run's samples ``fitted`` (n, d), in which chimeras of them are ``strangers`` (m, d).

    unseen: samples (c, d) that the run has not learned from, where there are any; the percentile is then calibrated on them.
    """
    reference, held_back = divided(len(fitted), fitted.shape[1])
    density = Density.of(fitted[reference])
    if unseen is not None:
        calibration = density.strangeness(unseen)
    elif len(reference) == len(fitted):
        calibration = density.strangeness_of_its_own(held_back)
    else:
        calibration = density.strangeness(fitted[held_back])
    return Known(
        space, title, density, calibration, auroc(calibration, density.strangeness(strangers)), unseen is not None
    )
