"""GAR affinity and balance, and the activity norm (LALNet, eqs. 10 to 13), against plain loops and by hand."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from deepclust.losses.activity_norm import activity_norm
from deepclust.losses.gar_affinity import gar_affinity
from deepclust.losses.gar_balance import gar_balance

N_PARENTS, N_DUPLICATES = 3, 4


@pytest.fixture
def z() -> np.ndarray:
    return np.random.default_rng(0).normal(size=(10, N_PARENTS * N_DUPLICATES))


def n_matrix(z: np.ndarray, parent: int) -> np.ndarray:
    """N of one parent, eq. (4) and section 3.2, entry by entry; output u belongs to parent u mod n_parents."""
    units = [u for u in range(z.shape[1]) if u % N_PARENTS == parent]
    n = np.zeros((len(units), len(units)))
    for i, u in enumerate(units):
        for j, v in enumerate(units):
            n[i, j] = sum(max(0.0, row[u]) * max(0.0, row[v]) for row in z)
    return n


def off_diagonal_share(m: np.ndarray) -> float:
    off = sum(m[i, j] for i in range(len(m)) for j in range(len(m)) if i != j)
    return off / ((len(m) - 1) * sum(m[i, i] for i in range(len(m))))


def test_affinity_is_that_of_plain_loops(z):
    expected = np.mean([off_diagonal_share(n_matrix(z, p)) for p in range(N_PARENTS)])
    assert gar_affinity(torch.from_numpy(z), N_PARENTS).item() == pytest.approx(expected, rel=1e-6)


def test_balance_is_that_of_plain_loops(z):
    diagonals = [np.diag(n_matrix(z, p)) for p in range(N_PARENTS)]
    expected = np.mean([off_diagonal_share(np.outer(v, v)) for v in diagonals])
    assert gar_balance(torch.from_numpy(z), N_PARENTS).item() == pytest.approx(expected, rel=1e-6)


def test_the_terms_before_their_modification_are_those_of_one_group_of_all_outputs(z):
    """Eqs. (5) and (6): N over all nodes."""
    b = np.maximum(z, 0)
    n = b.T @ b
    assert gar_affinity(torch.from_numpy(z), 1).item() == pytest.approx(off_diagonal_share(n), rel=1e-6)
    v = np.diag(n)
    assert gar_balance(torch.from_numpy(z), 1).item() == pytest.approx(off_diagonal_share(np.outer(v, v)), rel=1e-6)


def test_one_duplicate_per_sample_used_equally_is_the_best_there_is():
    z = torch.eye(4) - 0.5 * (1 - torch.eye(4))  # 2 parents of 2 duplicates, each active for one sample
    assert gar_affinity(z, 2).item() == 0
    assert gar_balance(z, 2).item() == pytest.approx(1, abs=1e-5)


def test_duplicates_that_say_the_same_are_the_worst():
    z = torch.ones(5, 6)
    assert gar_affinity(z, 2).item() == pytest.approx(1, abs=1e-5)
    collapsed = torch.zeros(5, 6)
    collapsed[:, :2] = 1  # the first duplicate of both parents does everything
    assert gar_balance(collapsed, 2).item() == 0


def test_scale_does_not_matter(z):
    for term in (gar_affinity, gar_balance):
        small, large = (term(torch.from_numpy(z * factor), N_PARENTS).item() for factor in (1, 100))
        assert small == pytest.approx(large, rel=1e-5)


def test_nothing_active_gives_numbers_and_gradients():
    for n_duplicates in (1, 4):
        z = torch.full((3, 2 * n_duplicates), -1.0, requires_grad=True)
        total = gar_affinity(z, 2) + gar_balance(z, 2)
        total.backward()
        assert total.item() == 0
        assert torch.isfinite(z.grad).all()


def test_activity_is_the_sum_of_squares_of_a_batch_of_400():
    z = np.random.default_rng(1).normal(size=(8, 5))
    expected = sum(v * v for v in z.ravel()) * 50
    assert activity_norm(torch.from_numpy(z)).item() == pytest.approx(expected)
    twice = torch.from_numpy(np.vstack([z, z]))
    assert activity_norm(twice).item() == pytest.approx(expected)
