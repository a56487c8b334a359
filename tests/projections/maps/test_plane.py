"""The plane of a snapshot: principal components, turned to agree with the one before."""

from __future__ import annotations

import numpy as np
import pytest

from deepclust.projections.maps.plane import aligned_plane


def test_it_shows_the_two_directions_of_largest_variance() -> None:
    generator = np.random.default_rng(0)
    X = generator.normal(size=(500, 5)) * [1, 10, 0.1, 5, 0.1]
    plane = aligned_plane(X)
    assert abs(np.corrcoef(plane[:, 0], X[:, 1])[0, 1]) > 0.99
    assert abs(np.corrcoef(plane[:, 1], X[:, 3])[0, 1]) > 0.98
    assert float((plane**2).sum(axis=1).mean()) == pytest.approx(1, abs=1e-5)


def test_a_turned_and_mirrored_space_gives_the_same_plane_again() -> None:
    X = np.random.default_rng(1).normal(size=(200, 4)) * [4, 2, 0.1, 0.1]
    before = aligned_plane(X)
    turn, _ = np.linalg.qr(np.random.default_rng(2).normal(size=(4, 4)))
    after = aligned_plane(-X @ turn, before)
    assert np.abs(after - before).max() < 1e-4


def test_one_feature_and_equal_points() -> None:
    assert aligned_plane(np.arange(5.0)[:, None]).shape == (5, 2)
    assert np.isfinite(aligned_plane(np.ones((4, 3)))).all()


@pytest.mark.parametrize("shape", [(30, 4000), (400, 3000), (3000, 400)], ids=str)
def test_wide_data_are_shown_on_the_same_axes_without_a_matrix_of_their_width(shape, monkeypatch) -> None:
    generator = np.random.default_rng(3)
    spread = np.r_[9.0, 5.0, np.full(38, 1.0)]
    X = (generator.normal(size=(shape[0], 40)) * spread) @ np.linalg.qr(generator.normal(size=(shape[1], 40)))[0].T
    X = (X + 0.01 * generator.normal(size=shape)).astype(np.float32)
    u, s, _ = np.linalg.svd(X - X.mean(axis=0), full_matrices=False)
    exact = u[:, :2] * s[:2]
    exact /= np.sqrt((exact**2).sum(axis=1).mean())
    monkeypatch.setattr(np.linalg, "svd", small(np.linalg.svd))
    assert np.abs(aligned_plane(X, exact) - exact).max() < 0.02


def small(decompose):
    """The decomposition, for matrices that are not as large both ways as the data are wide."""

    def checked(A, *arguments, **options):
        assert min(A.shape) < 64
        return decompose(A, *arguments, **options)

    return checked
