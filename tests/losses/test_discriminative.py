"""Pairwise discriminative loss (DDLS, eq. 5) against plain loops and hand-worked values."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from deepclust.losses.discriminative import discriminative_loss


def loss_by_loops(z: np.ndarray, anchors: np.ndarray, alpha: float) -> float:
    n = len(z)
    apart = together = 0.0
    for i in range(n):
        for j in range(n):
            cosine = float(z[i] @ z[j])
            if anchors[i, j]:
                together += cosine
            else:
                apart += abs(cosine)
    n_anchors = int(anchors.sum())
    return apart / (n * n - n_anchors) - (1 - alpha) / n_anchors * together


@pytest.mark.parametrize("alpha", [0.0, 0.1, 0.9])
def test_same_value_as_plain_loops(alpha):
    random = np.random.default_rng(0)
    z = random.normal(size=(12, 5))
    z /= np.linalg.norm(z, axis=1, keepdims=True)
    anchors = np.triu(random.random((12, 12)) < 0.2, 1)
    anchors |= anchors.T
    value = discriminative_loss(torch.from_numpy(z), torch.from_numpy(anchors), alpha)
    assert value.item() == pytest.approx(loss_by_loops(z, anchors, alpha))


def test_hand_worked_value():
    # three unit vectors: 0 and 1 alike (anchors), 2 opposite to them; |-1| counts as alike
    z = torch.tensor([[1.0, 0.0], [1.0, 0.0], [-1.0, 0.0]])
    anchors = torch.zeros(3, 3, dtype=torch.bool)
    anchors[0, 1] = anchors[1, 0] = True
    assert discriminative_loss(z, anchors, alpha=0.1).item() == pytest.approx(7 / 7 - 0.9)


def test_opposite_anchors_are_not_alike():
    z = torch.tensor([[1.0, 0.0], [-1.0, 0.0]])
    anchors = ~torch.eye(2, dtype=torch.bool)
    assert discriminative_loss(z, anchors, alpha=0.0).item() == pytest.approx(1 + 1)


def test_without_anchors_only_pulling_apart_is_left():
    z = torch.eye(4)
    assert discriminative_loss(z, torch.zeros(4, 4, dtype=torch.bool), 0.1).item() == pytest.approx(4 / 16)


def test_pairs_that_are_together_are_neither_pulled_apart_nor_joined():
    random = np.random.default_rng(1)
    z = random.normal(size=(8, 3))
    z /= np.linalg.norm(z, axis=1, keepdims=True)
    anchors, together = (m | m.T for m in np.triu(random.random((2, 8, 8)) < 0.3, 1))
    others = [abs(z[i] @ z[j]) for i in range(8) for j in range(8) if not anchors[i, j] and not together[i, j]]
    trusted = [z[i] @ z[j] for i in range(8) for j in range(8) if anchors[i, j]]
    value = discriminative_loss(*(torch.from_numpy(a) for a in (z, anchors)), 0.1, torch.from_numpy(together))
    assert value.item() == pytest.approx(np.mean(others) - 0.9 * np.mean(trusted))
