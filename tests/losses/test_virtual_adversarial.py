"""Virtual adversarial steps: the divergence against plain loops, lengths, and the direction of a linear network."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch

from deepclust.losses.virtual_adversarial import divergence, stepped, unit, worst_direction


def shares(logits: np.ndarray) -> list[float]:
    weights = [math.exp(value) for value in logits]
    return [weight / sum(weights) for weight in weights]


def test_the_divergence_is_that_of_plain_loops_and_its_first_side_is_fixed():
    one, two = np.random.default_rng(0).normal(size=(2, 5, 3))
    by_loops = 0.0
    for i in range(5):
        p, q = shares(one[i]), shares(two[i])
        by_loops += sum(p[j] * math.log(p[j] / q[j]) for j in range(3)) / 5
    first, second = torch.from_numpy(one).requires_grad_(), torch.from_numpy(two).requires_grad_()
    value = divergence(first, second)
    assert value.item() == pytest.approx(by_loops)
    value.backward()
    assert first.grad is None
    assert second.grad.abs().max() > 0
    assert divergence(first, first).item() == pytest.approx(0)


def test_a_step_has_the_length_of_its_sample():
    dice = torch.Generator().manual_seed(0)
    x, direction = torch.randn(4, 1, 3, 3, generator=dice), torch.randn(4, 1, 3, 3, generator=dice)
    radius = torch.tensor([0.5, 1.0, 2.0, 0.0])
    moved = stepped(x, unit(direction), radius)
    torch.testing.assert_close((moved - x).flatten(1).norm(dim=1), radius)


def test_the_worst_direction_of_two_linear_outputs_is_along_their_difference():
    """KL depends on x by the difference of the two logits alone, so its gradient lies along that of the weights."""
    weights = torch.tensor([[1.0, -2.0, 0.5], [0.0, 1.0, 0.5]])
    x = torch.tensor([[0.3, 0.1, -0.2], [0.0, 0.4, 0.9]])
    logits = x @ weights.T
    start = torch.tensor([[1.0, 0.0, 0.0], [0.0, 1.0, 1.0]])
    direction = worst_direction(x, logits, lambda moved: moved @ weights.T, start, torch.tensor([0.1, 0.1]))
    along = unit((weights[0] - weights[1]).expand(2, 3))
    torch.testing.assert_close((direction * along).sum(dim=1).abs(), torch.ones(2))
    assert not direction.requires_grad
