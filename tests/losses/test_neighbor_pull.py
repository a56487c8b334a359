"""The pull of neighbours (Leiber et al. 2024) against plain loops, and that it does not depend on scale."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from deepclust.losses.neighbor_pull import neighbor_pull


def test_it_is_that_of_plain_loops_at_any_scale():
    z = np.random.default_rng(0).normal(size=(6, 3))
    squares = [[sum((a - b) ** 2 for a, b in zip(one, other, strict=True)) for other in z] for one in z]
    nearest = [sorted(squares[i][j] for j in range(6) if j != i)[:2] for i in range(6)]
    expected = (sum(map(sum, nearest)) / 12) / (sum(map(sum, squares)) / 30)
    assert neighbor_pull(torch.from_numpy(z), 2).item() == pytest.approx(expected)
    assert neighbor_pull(torch.from_numpy(1000 * z), 2).item() == pytest.approx(expected)
    assert neighbor_pull(torch.from_numpy(z), 5).item() == pytest.approx(1), "all others are as far as all others"


def test_equal_codes_have_a_gradient_all_the_same():
    z = torch.ones(4, 2, requires_grad=True)
    neighbor_pull(z, 1).backward()
    assert z.grad.isfinite().all()
