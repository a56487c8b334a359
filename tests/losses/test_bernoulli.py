"""The Bernoulli likelihood against plain loops."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch

from deepclust.losses.bernoulli import bernoulli_loss


def test_it_is_that_of_plain_loops_less_the_entropy():
    random = np.random.default_rng(0)
    x, logits = random.random((3, 4)), random.normal(size=(3, 4))
    total = 0.0
    for value, logit in zip(x.ravel(), logits.ravel(), strict=True):
        p = 1 / (1 + math.exp(-logit))
        total += value * math.log(value / p) + (1 - value) * math.log((1 - value) / (1 - p))
    assert bernoulli_loss(torch.from_numpy(x), torch.from_numpy(logits)).item() == pytest.approx(total / 3)


def test_black_and_white_are_no_danger():
    x = torch.tensor([[0.0, 1.0]], requires_grad=False)
    logits = torch.tensor([[-100.0, 100.0]], requires_grad=True)
    loss = bernoulli_loss(x, logits)
    loss.backward()
    assert loss.item() == pytest.approx(0.0)
    assert torch.isfinite(logits.grad).all()
