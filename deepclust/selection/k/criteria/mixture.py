"""Gaussian mixtures of every size, and what BIC and ICL say about them."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from deepclust.selection.k.criterion import Criterion, Facts, curve
from deepclust.selection.k.material import Material

RANK = 50
BIC = Facts(
    "bic",
    "Gaussian mixture, BIC",
    "How well k Gaussians describe the data, less a price for every number that they need.",
    "low",
    weight=0.25,
)
ICL = Facts(
    "icl",
    "Gaussian mixture, ICL",
    "As BIC, with a second price for samples that two Gaussians share: groups that are not round are split less often.",
    "low",
    weight=0.25,
)
FACTS = (BIC, ICL)

ITERATIONS = 60
RIDGE = 1e-3  # of the mean variance, on the diagonal of every covariance


def judge(m: Material) -> Iterator[Criterion]:
    """Both, of the same mixtures."""
    bic, icl = mixture_criteria(m.few_components, m.ks, m.random_state)
    yield curve(BIC, m.ks, bic)
    yield curve(ICL, m.ks, icl)


def mixture_criteria(
    points: np.ndarray, ks: Sequence[int], random_state: int = 0
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """BIC and ICL per sample of a mixture of k Gaussians with full covariances, for every k; low is good: two (n_ks,).

    points (n, d): some ten principal components, as a covariance has d (d + 1) / 2 numbers to learn. BIC = p log n - 2 log L
    (Schwarz 1978); ICL adds twice the entropy of the assignments (Biernacki, Celeux & Govaert 2000, eq. (9)), and so does
    not count two Gaussians for one group that merely is not Gaussian.
    """
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.mixture import GaussianMixture

    points = np.asarray(points, np.float64)
    ridge = RIDGE * (float(points.var(axis=0).mean()) or 1.0)
    bic, icl = [], []
    for k in ks:
        mixture = GaussianMixture(k, reg_covar=ridge, max_iter=ITERATIONS, random_state=random_state)
        with warnings.catch_warnings():
            # a few more iterations would not change the order of the k
            warnings.simplefilter("ignore", ConvergenceWarning)
            mixture.fit(points)
        shares = mixture.predict_proba(points)
        entropy = -float(np.sum(shares * np.log(np.maximum(shares, 1e-300))))
        bic.append(mixture.bic(points) / len(points))
        icl.append(bic[-1] + 2 * entropy / len(points))
    return np.array(bic), np.array(icl)
