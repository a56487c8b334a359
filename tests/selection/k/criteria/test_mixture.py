"""BIC and ICL of Gaussian mixtures: BIC of one Gaussian by hand, ICL never below it, both find separate groups."""

from __future__ import annotations

import numpy as np
import pytest

from deepclust.selection.k.criteria.mixture import RIDGE, mixture_criteria


def test_one_gaussian_by_hand() -> None:
    X = np.random.default_rng(0).normal(size=(300, 2)) * [1.0, 3.0]
    bic, icl = mixture_criteria(X, [1])
    centred = X - X.mean(axis=0)
    covariance = centred.T @ centred / 300 + RIDGE * X.var(axis=0).mean() * np.eye(2)
    squares = np.einsum("ni,ij,nj->n", centred, np.linalg.inv(covariance), centred)
    likelihood = -0.5 * (squares + np.log(np.linalg.det(covariance)) + 2 * np.log(2 * np.pi)).sum()
    assert bic[0] == pytest.approx((5 * np.log(300) - 2 * likelihood) / 300)
    assert icl[0] == pytest.approx(bic[0])  # one Gaussian shares no sample


def test_four_groups_are_found_and_icl_is_never_below_bic(groups) -> None:
    ks = list(range(2, 8))
    bic, icl = mixture_criteria(groups[0], ks)
    assert ks[int(bic.argmin())] == ks[int(icl.argmin())] == 4
    assert (icl >= bic - 1e-12).all()


def test_copies_of_one_sample_do_not_fail() -> None:
    assert np.isfinite(mixture_criteria(np.zeros((30, 3)), [1])[0]).all()
