"""Cosine clustering objective (DDLS, eq. 7) against plain loops."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from deepclust.losses.cosine_clustering import cosine_agreement


def unit_rows(random: np.random.Generator, n: int, d: int) -> np.ndarray:
    rows = random.normal(size=(n, d))
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def test_same_value_as_plain_loops():
    random = np.random.default_rng(0)
    z, centers, assigned = unit_rows(random, 9, 4), unit_rows(random, 3, 4), random.integers(0, 3, 9)
    total = 0.0
    for i in range(9):
        for k in range(3):
            total += (assigned[i] == k) * float(centers[k] @ z[i])
    value = cosine_agreement(torch.from_numpy(z), torch.from_numpy(centers), torch.from_numpy(assigned))
    assert value.item() == pytest.approx(total / 9)


def test_samples_on_their_centres_agree_fully():
    z = torch.eye(3)
    assert cosine_agreement(z, z, torch.tensor([0, 1, 2])).item() == 1
    assert cosine_agreement(z, -z, torch.tensor([0, 1, 2])).item() == -1
