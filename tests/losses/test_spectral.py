"""Spectral and contrastive losses, and the affinities of a batch, against plain loops and against eigenvalues."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from scipy.linalg import eigh

from deepclust.losses.batch_affinity import batch_affinity
from deepclust.losses.contrastive import contrastive_loss, pair_distance
from deepclust.losses.spectral import edge_loss, pair_loss, spectral_loss


def affinities(m: int = 12, seed: int = 0) -> np.ndarray:
    A = np.random.default_rng(seed).random((m, m))
    return (A + A.T) / 2 * (1 - np.eye(m))


def test_spectral_loss_by_loops():
    W, y = affinities(), np.random.default_rng(1).normal(size=(12, 3))
    expected = sum(W[i, j] * ((y[i] - y[j]) ** 2).sum() for i in range(12) for j in range(12)) / (2 * 12)
    found = spectral_loss(torch.from_numpy(W), torch.from_numpy(y))
    assert float(found) == pytest.approx(expected)
    scaled = y / np.sqrt(W.sum(axis=1))[:, None]
    expected = sum(W[i, j] * ((scaled[i] - scaled[j]) ** 2).sum() for i in range(12) for j in range(12)) / 24
    assert float(spectral_loss(torch.from_numpy(W), torch.from_numpy(y), normalized=True)) == pytest.approx(expected)


@pytest.mark.parametrize("normalized", [False, True])
def test_least_at_the_eigenvectors_and_then_the_sum_of_eigenvalues(normalized):
    W = affinities()
    L = np.diag(W.sum(axis=1)) - W
    if normalized:
        L = L / np.sqrt(np.outer(W.sum(axis=1), W.sum(axis=1)))
    values, vectors = eigh(L)
    Y = vectors[:, :4] * np.sqrt(12)  # Y^T Y / m = I
    found = float(spectral_loss(torch.from_numpy(W), torch.from_numpy(Y), normalized=normalized))
    assert found == pytest.approx(values[:4].sum())
    other = np.linalg.qr(np.random.default_rng(2).normal(size=(12, 4)))[0] * np.sqrt(12)
    assert float(spectral_loss(torch.from_numpy(W), torch.from_numpy(other), normalized=normalized)) > found


def test_losses_of_pairs_and_edges_are_those_of_the_graph():
    W, y = affinities(), np.random.default_rng(1).normal(size=(12, 3))
    whole = float(spectral_loss(torch.from_numpy(W), torch.from_numpy(y)))
    i, j = (torch.from_numpy(ends) for ends in np.triu_indices(12, 1))
    Y = torch.from_numpy(y)
    weights = torch.from_numpy(W)[i, j]
    assert float(edge_loss(weights, Y[i], Y[j])) * 66 / 12 == pytest.approx(whole)
    drawn = np.random.default_rng(0).choice(144, 200_000, p=W.ravel() / W.sum())
    pairs = float(pair_loss(Y[drawn // 12], Y[drawn % 12]))
    assert pairs == pytest.approx(whole * 12 / W.sum(), rel=0.01)


@pytest.mark.parametrize("scale", [None, 0.7])
def test_batch_affinity_by_loops(scale):
    z = np.random.default_rng(0).normal(size=(15, 2))
    distance = np.linalg.norm(z[:, None] - z, axis=2)
    nearest = np.argsort(distance, axis=1)[:, 1:5]
    own = np.sort(distance, axis=1)[:, 4]
    W = np.zeros((15, 15))
    for i in range(15):
        for j in nearest[i]:
            spread = own[i] * own[j] if scale is None else 2 * scale**2
            W[i, j] = np.exp(-(distance[i, j] ** 2) / spread)
    found = batch_affinity(torch.from_numpy(z), 4, scale).numpy()
    np.testing.assert_allclose(found, (W + W.T) / 2, rtol=1e-6, atol=1e-12)


@pytest.mark.parametrize("m", [1, 2, 3])
def test_batches_smaller_than_the_neighbourhood(m):
    for scale in (None, 1.0):
        W = batch_affinity(torch.arange(float(m)).unsqueeze(1), 5, scale)
        assert W.shape == (m, m)
        assert (W >= 0).all()
        assert not W.diagonal().any()


def test_copies_are_as_alike_as_can_be():
    W = batch_affinity(torch.ones(6, 2), 3)
    assert torch.isfinite(W).all()
    assert float(W.max()) == 1.0


def test_contrastive_loss_by_hand():
    distance = torch.tensor([0.5, 2.0, 0.25, 3.0])
    positive = torch.tensor([True, True, False, False])
    # 0.25 + 4 + (1 - 0.25)^2 + 0
    assert float(contrastive_loss(distance, positive)) == pytest.approx((0.25 + 4 + 0.5625) / 4)


def test_equal_outputs_have_a_finite_gradient():
    z = torch.ones(3, 2, requires_grad=True)
    contrastive_loss(pair_distance(z, torch.ones(3, 2)), torch.zeros(3, dtype=torch.bool)).backward()
    assert torch.isfinite(z.grad).all()
    assert float(pair_distance(torch.zeros(1, 2), torch.tensor([[3.0, 4.0]]))) == 5.0


def test_neighbours_that_are_near_enough_cost_nothing():
    distance, positive = torch.tensor([0.04, 0.25, 0.5]), torch.tensor([True, True, False])
    assert float(contrastive_loss(distance, positive, near=0.05)) == pytest.approx((0 + 0.2**2 + 0.5**2) / 3)
