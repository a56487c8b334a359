"""Reconstruction loss against plain loops."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from deepclust.losses.reconstruction import reconstruction_loss


def test_sum_over_pixels_and_mean_over_the_batch():
    random = np.random.default_rng(0)
    x, x_hat = random.random((3, 2, 4, 5)), random.random((3, 2, 4, 5))
    total = 0.0
    for a, b in zip(x.ravel(), x_hat.ravel(), strict=True):
        total += (a - b) ** 2
    assert reconstruction_loss(torch.from_numpy(x), torch.from_numpy(x_hat)).item() == pytest.approx(total / 3)


def test_vectors_by_hand():
    x, x_hat = torch.tensor([[1.0, 2.0], [0.0, 0.0]]), torch.tensor([[0.0, 0.0], [0.0, 3.0]])
    assert reconstruction_loss(x, x_hat).item() == (1 + 4 + 9) / 2
