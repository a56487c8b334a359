"""Grassmann distance against scipy's principal angles, and orthonormality by hand."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.linalg import subspace_angles

from deepclust.metrics.subspace import (
    grassmann_distance,
    orthonormality,
    orthonormality_error,
    principal_angles,
    rotated_onto,
)


def random(n: int, k: int, seed: int) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=(n, k))


@pytest.mark.parametrize(("a", "b"), [(3, 3), (2, 5), (1, 1), (10, 10)])
def test_grassmann_distance_is_the_sum_of_squared_sines(a, b):
    A, B = random(40, a, 0), random(40, b, 1)
    assert grassmann_distance(A, B) == pytest.approx(np.sum(np.sin(subspace_angles(A, B)) ** 2))
    assert grassmann_distance(A @ random(a, a, 2), B * 1e-6) == pytest.approx(grassmann_distance(A, B))


def test_grassmann_distance_at_its_ends():
    A = random(20, 3, 0)
    assert grassmann_distance(A, A[:, ::-1] * 3) == pytest.approx(0, abs=1e-12)
    assert grassmann_distance(np.eye(6)[:, :2], np.eye(6)[:, 2:4]) == 2.0
    assert grassmann_distance(np.eye(6)[:, :2], np.eye(6)[:, 1:3]) == pytest.approx(1.0)
    # one direction short of the space: it counts as orthogonal
    assert grassmann_distance(np.eye(6)[:, [0, 0]], np.eye(6)[:, :2]) == pytest.approx(1.0)
    assert grassmann_distance(np.zeros((6, 2)), np.eye(6)[:, :2]) == 2.0
    with pytest.raises(ValueError, match="same samples as rows"):
        grassmann_distance(A, A[:5])


def test_orthonormality_error_by_hand():
    Y = np.sqrt(2) * np.eye(2)
    assert orthonormality_error(Y) == pytest.approx(0)
    assert orthonormality_error(2 * Y) == pytest.approx(3.0)  # 4 I - I, over sqrt(2)
    assert orthonormality_error(np.ones((5, 2))) == pytest.approx(1.0)


def test_larger_batches_are_nearer_to_orthonormal():
    Y = np.linalg.qr(random(4000, 5, 0))[0] * np.sqrt(4000)
    rows = orthonormality(Y, unseen=np.arange(0, 4000, 10), random_state=0)
    sizes, errors, other, unseen = rows.T
    assert sizes.tolist() == [64, 128, 256, 512, 1024]
    assert (np.diff(errors) < 0).all()
    assert errors[0] == pytest.approx(np.sqrt(6 / 64), rel=0.3)  # (k + 1) / m for Gaussian samples
    assert (other > errors).all()  # both batches are chance
    assert np.isfinite(unseen[:3]).all()
    assert np.isnan(unseen[-1])  # only 400 samples are unseen
    np.testing.assert_array_equal(rows, orthonormality(Y, unseen=np.arange(0, 4000, 10), random_state=0))


def test_few_samples_have_no_batches():
    assert orthonormality(random(50, 3, 0)).shape == (0, 4)


def test_principal_angles_agree_with_scipy_and_add_up_to_the_distance():
    from scipy.linalg import subspace_angles

    A, B = random(30, 4, 0), random(30, 3, 1)
    np.testing.assert_allclose(principal_angles(A, B), np.degrees(subspace_angles(A, B))[::-1], atol=1e-4)
    squares = np.sin(np.radians(principal_angles(A, B))) ** 2
    assert squares.sum() == pytest.approx(grassmann_distance(A, B), abs=1e-6)
    assert principal_angles(np.eye(4)[:, [0, 0]], np.eye(4)[:, :2]).tolist() == pytest.approx([0, 90], abs=1e-4)


def test_a_turned_basis_is_turned_back():
    Y, turn = np.linalg.qr(random(40, 3, 0))[0], np.linalg.qr(random(3, 3, 1))[0]
    np.testing.assert_allclose(rotated_onto(Y @ turn, Y), Y, atol=1e-12)


def test_the_error_on_another_batch_is_that_of_the_layer_whatever_its_weights_are():
    """Orthonormalising a batch of Y = Y~ R is orthonormalising the batch of Y~, up to a rotation: R does not matter."""
    outputs = random(400, 5, 1) ** 3
    ours, theirs = orthonormality(outputs), orthonormality(outputs @ random(5, 5, 2))
    np.testing.assert_allclose(ours[:, 2], theirs[:, 2], rtol=1e-4)
