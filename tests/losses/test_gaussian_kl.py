"""Priors of the codes (dual autoencoder, eqs. 10 and 19) against plain loops and against sampling."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch

from deepclust.losses.gaussian_kl import assignment_kl, cluster_kl, gaussian_kl


def kl_by_loops(mu: np.ndarray, log_var: np.ndarray, center: np.ndarray) -> float:
    total = 0.0
    for m, v, c in zip(mu, log_var, center, strict=True):
        total += 0.5 * ((m - c) ** 2 + math.exp(v) - 1 - v)
    return total


@pytest.fixture
def batch() -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    random = np.random.default_rng(0)
    q = random.random((6, 3))
    return (
        random.normal(size=(6, 4)),
        random.normal(size=(6, 4)),
        q / q.sum(1, keepdims=True),
        random.normal(size=(3, 4)),
    )


def test_one_prior_is_that_of_plain_loops(batch):
    mu, log_var, _, _ = batch
    expected = np.mean([kl_by_loops(mu[i], log_var[i], np.zeros(4)) for i in range(6)])
    assert gaussian_kl(torch.from_numpy(mu), torch.from_numpy(log_var)).item() == pytest.approx(expected)


def test_a_prior_for_each_cluster_is_that_of_plain_loops(batch):
    mu, log_var, q, centers = batch
    expected = np.mean([sum(q[i, k] * kl_by_loops(mu[i], log_var[i], centers[k]) for k in range(3)) for i in range(6)])
    value = cluster_kl(*(torch.from_numpy(a) for a in (mu, log_var, q, centers)))
    assert value.item() == pytest.approx(expected)


def test_it_is_what_sampling_gives():
    mu, sigma = 0.7, 1.5
    z = mu + sigma * np.random.default_rng(0).normal(size=400_000)
    log_p = -0.5 * ((z - mu) / sigma) ** 2 - math.log(sigma)
    sampled = float((log_p - -0.5 * z**2).mean())
    value = gaussian_kl(torch.tensor([[mu]]), torch.tensor([[2 * math.log(sigma)]]))
    assert value.item() == pytest.approx(sampled, abs=0.01)


def test_signs():
    zero = torch.zeros(2, 3)
    assert gaussian_kl(zero, zero).item() == 0
    assert gaussian_kl(zero + 1, zero).item() == pytest.approx(1.5)
    assert gaussian_kl(zero, zero - 1).item() > 0
    assert gaussian_kl(zero, zero + 1).item() > 0
    centers = torch.tensor([[1.0, 1.0, 1.0], [0.0, 0.0, 0.0]])
    own, other = torch.tensor([[1.0, 0.0]] * 2), torch.tensor([[0.0, 1.0]] * 2)
    assert cluster_kl(zero + 1, zero, own, centers) < cluster_kl(zero + 1, zero, other, centers)


def test_decision_by_hand():
    undecided, certain = torch.full((3, 4), 0.25), torch.eye(4)[:3]
    assert assignment_kl(undecided, undecided.log()).item() == pytest.approx(0.0, abs=1e-6)
    scores = 60 * certain
    assert assignment_kl(scores.softmax(1), scores.log_softmax(1)).item() == pytest.approx(math.log(4))
