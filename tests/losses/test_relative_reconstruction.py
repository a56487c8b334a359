"""Relative reconstruction (dual autoencoder, eq. 11) and its noises against plain loops."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from deepclust.losses.relative_reconstruction import learned_noise, multiplicative_noise, relative_reconstruction


def test_same_as_plain_loops():
    a, b = np.random.default_rng(0).random((2, 5, 2, 3, 4))
    total = 0.0
    for i in range(5):
        for c in range(2):
            for row in range(3):
                for column in range(4):
                    total += (a[i, c, row, column] - b[i, c, row, column]) ** 2
    value = relative_reconstruction(torch.from_numpy(a), torch.from_numpy(b))
    assert value.item() == pytest.approx(total / 5)


def test_noises_by_hand():
    mu, noise = torch.tensor([[2.0, -4.0]]), torch.tensor([[1.0, 0.5]])
    assert multiplicative_noise(mu, noise, 0.3).tolist() == [[pytest.approx(2.6), pytest.approx(-4.6)]]
    log_var = torch.log(torch.tensor([[4.0, 9.0]]))
    assert learned_noise(mu, log_var, noise).tolist() == [[pytest.approx(4.0), pytest.approx(-2.5)]]


def test_no_noise_changes_nothing():
    mu = torch.rand(3, 4)
    assert torch.equal(multiplicative_noise(mu, torch.randn(3, 4), 0.0), mu)
    assert torch.equal(learned_noise(mu, torch.zeros(3, 4), torch.zeros(3, 4)), mu)
