"""VaDE's prior against plain loops and against sampling."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch

from deepclust.losses.mixture_prior import log_responsibilities, mixture_kl


@pytest.fixture
def mixture() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    random = np.random.default_rng(0)
    weights = np.array([0.5, 0.3, 0.2])
    return np.log(weights), random.normal(size=(3, 2)), random.normal(size=(3, 2))


def log_normal(z: np.ndarray, mean: np.ndarray, log_var: np.ndarray) -> float:
    return sum(
        -0.5 * (math.log(2 * math.pi) + v + (a - m) ** 2 / math.exp(v))
        for a, m, v in zip(z, mean, log_var, strict=True)
    )


def test_responsibilities_are_those_of_plain_loops(mixture):
    log_weights, centers, log_vars = mixture
    z = np.random.default_rng(1).normal(size=(5, 2))
    found = log_responsibilities(*(torch.from_numpy(a) for a in (z, *mixture))).exp().numpy()
    for i in range(5):
        shares = [math.exp(log_weights[c] + log_normal(z[i], centers[c], log_vars[c])) for c in range(3)]
        np.testing.assert_allclose(found[i], np.array(shares) / sum(shares))


def test_the_divergence_is_what_sampling_gives(mixture):
    log_weights, centers, log_vars = mixture
    random = np.random.default_rng(2)
    mu, log_var, q = np.array([0.3, -0.4]), np.array([-1.0, 0.2]), np.array([0.2, 0.7, 0.1])
    z = mu + np.exp(log_var / 2) * random.normal(size=(20_000, 2))
    sampled = 0.0
    for c in range(3):
        ratios = [log_normal(a, mu, log_var) - log_normal(a, centers[c], log_vars[c]) for a in z[:, :]]
        sampled += q[c] * (np.mean(ratios) + math.log(q[c]) - log_weights[c])
    arrays = (mu[None], log_var[None], np.log(q)[None], *mixture)
    assert mixture_kl(*(torch.from_numpy(a) for a in arrays)).item() == pytest.approx(sampled, abs=0.03)


def test_it_is_nothing_where_the_posterior_is_the_only_gaussian():
    mu, log_var = torch.tensor([[1.0, 2.0]]), torch.tensor([[0.3, -0.5]])
    none = torch.zeros(1, 1)
    assert mixture_kl(mu, log_var, none, none[0], mu, log_var).item() == pytest.approx(0.0, abs=1e-6)
    assert mixture_kl(mu, log_var, none, none[0], mu + 1, log_var).item() > 0
