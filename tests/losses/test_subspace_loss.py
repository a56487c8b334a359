"""What eigenvectors keep outside of the outputs' span, and the distance of edges' ends."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from scipy.linalg import subspace_angles

from deepclust.losses.edges_apart import edges_apart
from deepclust.losses.subspace import subspace_loss


def orthonormal(seed: int, m: int = 30, k: int = 3) -> np.ndarray:
    return np.linalg.qr(np.random.default_rng(seed).normal(size=(m, k)))[0] * m**0.5


def test_it_is_the_sum_of_squared_sines():
    y, u = orthonormal(0), orthonormal(1)
    expected = float((np.sin(subspace_angles(y, u)) ** 2).sum())
    assert subspace_loss(torch.from_numpy(y), torch.from_numpy(u)).item() == pytest.approx(expected)


def test_turning_does_not_matter():
    y = orthonormal(0)
    turn = np.linalg.qr(np.random.default_rng(2).normal(size=(3, 3)))[0]
    assert subspace_loss(torch.from_numpy(y @ turn), torch.from_numpy(y)).item() == pytest.approx(0, abs=1e-9)


def test_edges_apart_by_loops():
    a, b = np.random.default_rng(0).normal(size=(2, 7, 3))
    expected = np.mean([sum((a[i, k] - b[i, k]) ** 2 for k in range(3)) for i in range(7)])
    assert edges_apart(torch.from_numpy(a), torch.from_numpy(b)).item() == pytest.approx(expected)
