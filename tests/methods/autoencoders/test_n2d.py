"""N2D: the map keeps neighbours of the codes, the mixture sorts the map, new samples land beside their nearest."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.datasets import make_blobs
from sklearn.metrics import adjusted_rand_score
from sklearn.mixture import GaussianMixture

from deepclust.events import Progress, Snapshot
from deepclust.methods.autoencoders.n2d import N2D, fit_mixture, kept_neighbors, mixture_labels


def test_labels_of_a_mixture_are_those_of_plain_loops():
    Y, _ = make_blobs(60, centers=3, cluster_std=2.0, random_state=0)
    fitted = fit_mixture(Y, 3, seed=0)
    expected = []
    for y in Y:
        likelihoods = []
        for weight, mean, covariance in zip(fitted.weights_, fitted.means_, fitted.covariances_, strict=True):
            apart = y - mean
            exponent = apart @ np.linalg.inv(covariance) @ apart
            likelihoods.append(np.log(weight) - 0.5 * (np.log(np.linalg.det(covariance)) + exponent))
        expected.append(int(np.argmax(likelihoods)))
    assert isinstance(fitted, GaussianMixture)
    found = mixture_labels(Y, fitted.weights_, fitted.means_, fitted.precisions_cholesky_)
    np.testing.assert_array_equal(found, expected)


def test_kept_neighbors_by_hand():
    Z = np.arange(40.0)[:, None]
    assert kept_neighbors(Z, 3 * Z) == 1
    assert kept_neighbors(Z, np.random.default_rng(0).permutation(40)[:, None]) == pytest.approx(0.25, abs=0.1)


@pytest.mark.slow  # numba compiles
def test_groups_and_those_that_come_later():
    X, y = make_blobs(300, n_features=6, centers=4, random_state=2)
    method = N2D(4, max_epochs=10, n_hidden=32, n_neighbors=20, n_init=2, device="cpu")
    events = list(method.fit_events(X[:240]))
    assert adjusted_rand_score(y[:240], method.labels_) > 0.9
    assert adjusted_rand_score(y[240:], method.predict(X[240:])) > 0.9
    (kept,) = [e.losses["neighbours"] for e in events if isinstance(e, Progress) and e.stage == "Map"]
    assert kept > 0.5
    last = [e for e in events if isinstance(e, Snapshot)][-1]
    assert last.stage == "Mixture"
    assert last.embedding.shape == method.embedding_.shape == (240, 4)
    assert method.further_spaces(X[:3])["Code"].shape == (3, 10)


@pytest.mark.slow
def test_stopped_while_the_map_is_laid_out_the_codes_are_clustered():
    X, _ = make_blobs(120, n_features=6, centers=4, random_state=2)
    method = N2D(4, max_epochs=0, n_hidden=16, device="cpu")
    answers = iter([True] * 5)
    method.between_batches = lambda: next(answers, False)
    list(method.fit_events(X))
    assert method.embedding_.shape == (120, 10)
    np.testing.assert_array_equal(method.predict(X), method.labels_)
