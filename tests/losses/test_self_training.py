"""DEC's assignments, targets and loss (Xie et al. 2016, eqs. 1 to 3) against plain loops."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch

from deepclust.losses.self_training import self_training_loss, soft_assignment, target_distribution


@pytest.fixture
def codes() -> tuple[np.ndarray, np.ndarray]:
    random = np.random.default_rng(0)
    return random.normal(size=(7, 3)), random.normal(size=(4, 3))


def assignments_by_loops(z: np.ndarray, centers: np.ndarray) -> np.ndarray:
    q = np.zeros((len(z), len(centers)))
    for i in range(len(z)):
        for j in range(len(centers)):
            q[i, j] = 1 / (1 + sum((z[i, d] - centers[j, d]) ** 2 for d in range(z.shape[1])))
        q[i] /= q[i].sum()
    return q


def targets_by_loops(q: np.ndarray) -> np.ndarray:
    p = np.zeros_like(q)
    for i in range(len(q)):
        for j in range(q.shape[1]):
            p[i, j] = q[i, j] ** 2 / sum(q[other, j] for other in range(len(q)))
        p[i] /= p[i].sum()
    return p


def test_all_three_are_those_of_plain_loops(codes):
    z, centers = codes
    q = soft_assignment(torch.from_numpy(z), torch.from_numpy(centers))
    np.testing.assert_allclose(q, assignments_by_loops(z, centers))
    p = target_distribution(q)
    np.testing.assert_allclose(p, targets_by_loops(q.numpy()))
    by_loops = sum(p[i, j].item() * math.log(p[i, j].item() / q[i, j].item()) for i in range(7) for j in range(4))
    assert self_training_loss(p, q).item() == pytest.approx(by_loops / 7)


def test_targets_are_surer_than_assignments_and_carry_no_gradient(codes):
    z = torch.from_numpy(codes[0]).requires_grad_()
    q = soft_assignment(z, torch.from_numpy(codes[1]))
    p = target_distribution(q)
    assert not p.requires_grad
    assert (p.max(dim=1).values >= q.max(dim=1).values - 0.1).all()
    assert p.max(dim=1).values.mean() > q.max(dim=1).values.mean()
    self_training_loss(p, q).backward()
    assert z.grad.abs().max() > 0


def test_a_sample_on_its_centre_far_from_all_others_has_no_loss():
    centers = torch.tensor([[0.0, 0.0], [1e6, 0.0]])
    q = soft_assignment(centers.clone(), centers)
    torch.testing.assert_close(q, torch.eye(2), atol=1e-6, rtol=0)
    assert self_training_loss(target_distribution(q), q).item() == pytest.approx(0.0, abs=1e-6)
