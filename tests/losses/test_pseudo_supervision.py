"""Pseudo-supervision against the pooled softmax in plain loops."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch

from deepclust.losses.pseudo_supervision import pseudo_accuracy, pseudo_supervision
from deepclust.nets.acol import pool_duplicates

N_PARENTS, N_DUPLICATES = 3, 4


@pytest.fixture
def batch() -> tuple[np.ndarray, np.ndarray]:
    random = np.random.default_rng(0)
    return random.normal(size=(9, N_PARENTS * N_DUPLICATES)) * 3, random.integers(0, N_PARENTS, 9)


def pooled_by_loops(z: np.ndarray) -> np.ndarray:
    y = np.zeros((len(z), N_PARENTS))
    for i in range(len(z)):
        total = sum(math.exp(v) for v in z[i])
        for u in range(z.shape[1]):
            y[i, u % N_PARENTS] += math.exp(z[i, u]) / total
    return y


def test_the_loss_is_that_of_plain_loops(batch):
    z, parents = batch
    y = pooled_by_loops(z)
    expected = -sum(math.log(y[i, parents[i]]) for i in range(len(z))) / len(z)
    scores = pool_duplicates(torch.from_numpy(z), N_PARENTS)
    assert pseudo_supervision(scores, torch.from_numpy(parents)).item() == pytest.approx(expected)


def test_the_accuracy_counts_the_largest_pooled_share(batch):
    z, parents = batch
    expected = (pooled_by_loops(z).argmax(axis=1) == parents).mean()
    scores = pool_duplicates(torch.from_numpy(z), N_PARENTS)
    assert pseudo_accuracy(scores, torch.from_numpy(parents)).item() == pytest.approx(expected)
    assert 0 < expected < 1


def test_guessing_costs_the_logarithm_of_the_number_of_parents():
    scores = pool_duplicates(torch.zeros(5, 12), 3)
    assert pseudo_supervision(scores, torch.arange(5) % 3).item() == pytest.approx(math.log(3))


def test_large_outputs_do_not_overflow():
    scores = pool_duplicates(torch.tensor([[1e4, -1e4]]), 2)
    assert pseudo_supervision(scores, torch.tensor([0])).item() == 0
