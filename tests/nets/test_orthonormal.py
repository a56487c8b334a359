"""The orthonormalising layer against numpy: Cholesky, growing jitter, the last resort, and batches of too low a rank."""

from __future__ import annotations

import numpy as np
import pytest
import torch

import deepclust.nets.orthonormal as orthonormal
from deepclust.nets.orthonormal import Orthonormal, orthonormal_weights, weights_of_gram


def outputs(m: int, k: int, seed: int = 0) -> torch.Tensor:
    generator = torch.Generator().manual_seed(seed)
    return torch.tanh(torch.randn(m, k, generator=generator) @ torch.randn(k, k, generator=generator)).requires_grad_()


@pytest.mark.parametrize(("m", "k"), [(200, 3), (500, 40), (7, 7), (1000, 1)])
def test_a_batch_becomes_orthonormal(m, k):
    y = outputs(m, k).detach().double()
    Y = (y @ orthonormal_weights(y)).numpy()
    np.testing.assert_allclose(Y.T @ Y / m, np.eye(k), atol=1e-4)


def test_weights_are_those_of_the_paper():
    y = outputs(100, 4).detach().double().numpy()
    L = np.linalg.cholesky(y.T @ y)
    expected = np.sqrt(100) * np.linalg.inv(L).T
    np.testing.assert_allclose(orthonormal_weights(torch.from_numpy(y)).numpy(), expected, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize(
    "y",
    [
        torch.ones(50, 5),
        torch.zeros(50, 5),
        torch.rand(3, 1).expand(3, 5),
        torch.rand(2, 5).repeat(20, 1),
        torch.full((50, 5), 1e-30),
        torch.rand(4, 40),
        torch.rand(50, 5) * torch.tensor([1.0, 1.0, 1.0, 1e-12, 0.0]),
    ],
)
def test_too_low_a_rank_gives_finite_weights(y):
    weights = orthonormal_weights(y)
    assert torch.isfinite(weights).all()
    Y = y.double() @ weights
    assert torch.linalg.eigvalsh(Y.T @ Y / len(Y)).max() < 1 + 1e-6


def test_more_jitter_until_there_is_a_factor(monkeypatch):
    tried = []
    real = torch.linalg.cholesky_ex

    def stubborn(A, **options):
        tried.append(A)
        factor, failed = real(A, **options)
        return factor, failed if len(tried) > 3 else torch.tensor(1)

    monkeypatch.setattr(torch.linalg, "cholesky_ex", stubborn)
    gram = torch.eye(3, dtype=torch.float64)
    weights = weights_of_gram(gram)
    added = [float(A[0, 0] - 1) for A in tried]
    np.testing.assert_allclose(added, [1e-7, 1e-6, 1e-5, 1e-4], rtol=1e-6)
    np.testing.assert_allclose(weights.numpy(), np.eye(3) / np.sqrt(1 + 1e-4))


def test_qr_is_the_last_resort(monkeypatch):
    monkeypatch.setattr(torch.linalg, "cholesky_ex", lambda A, **_: (torch.full_like(A, torch.nan), torch.tensor(1)))
    y = outputs(60, 4).detach().double()
    Y = (y @ orthonormal_weights(y)).numpy()
    np.testing.assert_allclose(Y.T @ Y / 60, np.eye(4), atol=1e-10)
    for poor in (torch.ones(50, 4), torch.zeros(50, 4), torch.rand(2, 4)):
        assert torch.isfinite(orthonormal_weights(poor)).all()


def test_the_gradient_flows_through_and_points_along_the_constraint():
    y = outputs(30, 3)
    target = outputs(30, 3, seed=1).detach().double()
    assert torch.autograd.gradcheck(
        lambda v: v @ orthonormal_weights(v), (y.detach().double().requires_grad_(),), atol=1e-4
    )
    loss = ((y.double() @ orthonormal_weights(y)) * target).sum()
    (gradient,) = torch.autograd.grad(loss, y)
    # a longer Y~ is the same Y: along itself nothing changes
    assert abs(float((gradient * y.detach()).sum())) < 1e-3 * float(gradient.norm() * y.detach().norm())


def test_what_is_not_finite_stays_visible():
    assert not torch.isfinite(orthonormal_weights(torch.full((9, 2), torch.nan))).any()


def test_the_layer_keeps_its_weights_with_the_network():
    layer = Orthonormal(3)
    y = outputs(40, 3)
    assert torch.equal(layer(y), y)
    layer.set_weights(orthonormal_weights(y))
    assert not layer.weights.requires_grad
    assert not list(layer.parameters())
    copy = Orthonormal(3)
    copy.load_state_dict(layer.state_dict())
    assert torch.equal(copy(y[:1]), layer(y[:1]))
    np.testing.assert_allclose((layer(y).T @ layer(y) / 40).detach().numpy(), np.eye(3), atol=1e-4)


def test_the_jitter_has_an_end():
    assert orthonormal.FIRST_JITTER < orthonormal.LAST_JITTER < 0.1
