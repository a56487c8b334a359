"""DEPICT's targets, cross-entropy and layer reconstruction (Ghasedi Dizaji et al. 2017) against plain loops."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch

from deepclust.losses.balanced_targets import balanced_targets, cross_entropy, layer_reconstruction


def test_targets_are_those_of_plain_loops_and_even_the_sizes_out():
    p = np.random.default_rng(0).dirichlet([4.0, 1.0, 1.0], size=8)
    by_loops = np.zeros_like(p)
    for i in range(8):
        for k in range(3):
            by_loops[i, k] = p[i, k] / math.sqrt(sum(p[other, k] for other in range(8)))
        by_loops[i] /= by_loops[i].sum()
    q = balanced_targets(torch.from_numpy(p).requires_grad_())
    assert not q.requires_grad
    np.testing.assert_allclose(q, by_loops)
    assert np.ptp(q.numpy().sum(axis=0)) < np.ptp(p.sum(axis=0))


def test_a_cluster_without_samples_does_no_harm():
    q = balanced_targets(torch.tensor([[1.0, 0.0], [1.0, 0.0]]))
    torch.testing.assert_close(q, torch.tensor([[1.0, 0.0], [1.0, 0.0]]))


def test_the_cross_entropy_is_that_of_plain_loops():
    dice = np.random.default_rng(1)
    q, logits = dice.dirichlet(np.ones(3), size=5), dice.normal(size=(5, 3))
    by_loops = 0.0
    for i in range(5):
        total = sum(math.exp(value) for value in logits[i])
        by_loops -= sum(q[i, k] * math.log(math.exp(logits[i, k]) / total) for k in range(3)) / 5
    assert cross_entropy(torch.from_numpy(q), torch.from_numpy(logits)).item() == pytest.approx(by_loops)


def test_layers_count_by_their_weights_and_the_clean_ones_are_fixed():
    clean = [torch.ones(2, 3, requires_grad=True), torch.zeros(2, 4)]
    back = [torch.zeros(2, 3, requires_grad=True), torch.full((2, 4), 2.0)]
    loss = layer_reconstruction(clean, back, (1.0, 0.1))
    assert loss.item() == pytest.approx(1 + 0.1 * 4)
    loss.backward()
    assert clean[0].grad is None
    assert back[0].grad is not None
