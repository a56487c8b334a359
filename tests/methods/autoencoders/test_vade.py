"""VaDE: a mixture on the codes, learned on with the network; it can be stopped before there is one."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.datasets import load_digits, make_blobs
from sklearn.metrics import adjusted_rand_score

from deepclust.events import Progress
from deepclust.methods.autoencoders.vade import VaDE, start_mixture


@pytest.fixture(scope="module")
def digits() -> tuple[np.ndarray, np.ndarray]:
    X, y = load_digits(n_class=4, return_X_y=True)
    return (X[:300] / 16).reshape(-1, 8, 8).astype(np.float32), y[:300]


def test_it_explains_better_and_finds_digits(digits):
    X, y = digits
    method = VaDE(4, pretrain_epochs=20, max_epochs=10, n_hidden=32, learning_rate=3e-3, device="cpu")
    events = [e for e in method.fit_events(X) if isinstance(e, Progress)]
    errors = [e.losses["reconstruction"] for e in events if e.stage == "Autoencoder"]
    assert errors[-1] < errors[0] / 2
    assert adjusted_rand_score(y, method.labels_) > 0.5
    first, *_, last = (sum(e.losses.values()) for e in events if e.stage == "Mixture")
    assert last < first


def test_labels_are_those_of_the_likeliest_gaussian(digits):
    method = VaDE(4, pretrain_epochs=2, max_epochs=2, n_hidden=16, device="cpu").fit(digits[0])
    for code, label in zip(method.embedding_[:20].astype(float), method.labels_, strict=False):
        scores = []
        for weight, mean, variance in zip(method._weights, method.cluster_centers_, method._vars, strict=True):
            density = np.exp(-0.5 * (code - mean) ** 2 / variance) / np.sqrt(2 * np.pi * variance)
            scores.append(np.log(weight) + np.log(np.maximum(density, 1e-300)).sum())
        assert label == int(np.argmax(scores))


def test_without_epochs_of_the_mixture_it_is_that_of_the_codes(digits):
    method = VaDE(4, pretrain_epochs=2, max_epochs=0, n_hidden=16, device="cpu").fit(digits[0])
    np.testing.assert_allclose(
        method.cluster_centers_, start_mixture(method.embedding_, 4, method._fit_seed)[1], rtol=1e-5, atol=1e-6
    )


def test_values_beyond_0_and_1_are_explained_by_gaussians():
    X, y = make_blobs(200, n_features=5, centers=3, random_state=0)
    method = VaDE(3, scaling="standard", pretrain_epochs=10, max_epochs=10, n_hidden=16, device="cpu").fit(X)
    assert adjusted_rand_score(y, method.labels_) > 0.8
    with pytest.raises(ValueError, match=r"bernoulli.*from 0 to 1.*scaling='range'"):
        VaDE(3, scaling="standard", likelihood="bernoulli", device="cpu").fit(X)
