"""Drawn points: the asked-for number, groups where they belong, noise of the asked-for size."""

from __future__ import annotations

import numpy as np
import pytest

from deepclust.data.catalog.drawn import Blobs, Moons, Rings, Spirals, Square


@pytest.mark.parametrize(("drawn", "n_groups"), [(Moons, 2), (Rings, 2), (Blobs, 4), (Spirals, 3), (Square, 1)])
def test_number_type_and_balance(drawn, n_groups):
    ds = drawn(n_samples=101, seed=3).load("points", "Points")
    assert ds.X.shape == (101, 2)
    assert ds.y is not None
    assert ds.n_classes == n_groups
    assert np.ptp(np.bincount(ds.y)) <= 1
    assert np.unique(ds.y[:20]).size == n_groups  # in random order
    assert (ds.kind, ds.title) == ("vector", "Points")


def test_seed_decides_the_points():
    first, again, other = (Moons(n_samples=50, seed=s).load("m", "") for s in (1, 1, 2))
    assert first.fingerprint == again.fingerprint != other.fingerprint
    assert np.array_equal(first.y, again.y)


def test_rings_without_noise_have_their_radii():
    ds = Rings(n_samples=90, noise=0.0, n_rings=3).load("r", "")
    np.testing.assert_allclose(np.linalg.norm(ds.X, axis=1), (ds.y + 1) / 3, rtol=1e-6)


def test_moons_without_noise_lie_on_two_half_circles():
    ds = Moons(n_samples=90, noise=0.0).load("m", "")
    centre = np.array([[0.0, 0.0], [1.0, 0.5]])[ds.y]
    np.testing.assert_allclose(np.linalg.norm(ds.X - centre, axis=1), 1.0, rtol=1e-6)
    assert (ds.X[ds.y == 0, 1] >= 0).all()
    assert (ds.X[ds.y == 1, 1] <= 0.5).all()


@pytest.mark.parametrize("n_blobs", [2, 5])
def test_blobs_without_noise_are_their_centres_one_apart(n_blobs):
    ds = Blobs(n_samples=60, noise=0.0, n_blobs=n_blobs).load("b", "")
    centres = np.array([ds.X[ds.y == k].mean(axis=0) for k in range(n_blobs)])
    np.testing.assert_allclose(np.linalg.norm(centres[0] - centres[1]), 1.0, rtol=1e-5)
    np.testing.assert_allclose(ds.X, centres[ds.y], atol=1e-6)


def test_spirals_without_noise_never_leave_the_disc_and_arms_are_turned_copies():
    ds = Spirals(n_samples=400, noise=0.0, n_arms=4).load("s", "")
    radius, angle = np.linalg.norm(ds.X, axis=1), np.arctan2(ds.X[:, 1], ds.X[:, 0])
    assert radius.max() <= 1.0
    turned = angle - 2 * np.pi * (1.25 * radius + ds.y / 4)
    np.testing.assert_allclose(np.cos(turned), 1.0, atol=1e-4)


def test_noise_fills_its_square_evenly():
    X = Square(n_samples=4000).load("n", "").X
    assert 0 <= X.min() < X.max() <= 1
    quarters = np.histogram2d(*X.T, bins=2, range=[[0, 1], [0, 1]])[0]
    np.testing.assert_allclose(quarters, 1000, atol=120)


def test_noise_is_a_standard_deviation():
    clean = Blobs(n_samples=4000, noise=0.0).load("b", "").X
    ds = Blobs(n_samples=4000, noise=0.3).load("b", "")
    assert np.std(ds.X - clean) == pytest.approx(0.3, rel=0.05)


@pytest.mark.parametrize(
    "bad", [{"n_samples": 5}, {"n_samples": 1e9}, {"noise": -1}, {"noise": float("nan")}, {"seed": -1}]
)
def test_bad_options_say_what_is_allowed(bad):
    with pytest.raises(ValueError, match=f"{next(iter(bad))}=.*is not allowed.*must be"):
        Moons(**bad).load("m", "")
