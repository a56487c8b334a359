"""NMF: scikit-learn's parts, shares that are exact for every sample by itself, clusters of the shares."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from sklearn import decomposition
from sklearn.datasets import load_digits

from deepclust.events import Progress
from deepclust.methods.classical.nmf import NMF, shares_of


@pytest.fixture(scope="module")
def digits() -> np.ndarray:
    return (load_digits().data[:300] / 16).astype(np.float32)


def test_shares_are_the_least_squares_under_the_sign():
    random = np.random.default_rng(0)
    H = random.random((2, 6))
    wanted = np.array([[1.0, 2.0], [0.0, 0.5]])
    np.testing.assert_allclose(shares_of(wanted @ H, H), wanted, atol=1e-6)
    x = random.random((1, 6)) - 0.5
    grid = np.stack(np.meshgrid(np.linspace(0, 2, 201), np.linspace(0, 2, 201)), axis=-1).reshape(-1, 2)
    best = grid[np.square(x - grid @ H).sum(axis=1).argmin()]
    np.testing.assert_allclose(shares_of(x, H)[0], best, atol=0.02)


def test_rounds_go_on_where_the_last_ended_and_come_as_far_as_scikit_learn(digits):
    method = NMF(8, max_epochs=20, random_state=0)
    errors = [e.losses["error"] for e in method.fit_events(digits) if isinstance(e, Progress)]
    assert all(after <= before * (1 + 1e-6) for before, after in pairwise(errors))
    theirs = decomposition.NMF(8, init="nndsvda", max_iter=2000, tol=1e-6).fit(digits)
    assert errors[-1] <= 1.01 * theirs.reconstruction_err_**2 / 300


def test_the_largest_part_is_a_cluster(digits):
    method = NMF(8, max_epochs=3, clusters="largest part").fit(digits)
    np.testing.assert_array_equal(method.labels_, method.embedding_.argmax(axis=1))


def test_negative_numbers_are_moved_up(digits):
    method = NMF(4, max_epochs=3, scaling="standard").fit(digits)
    assert method._lifted(method._scale(digits)).min() == 0
    assert method.embedding_.min() >= 0
