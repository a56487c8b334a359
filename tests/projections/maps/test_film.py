"""Maps of one space at several moments: groups stay where they were, and the film can be stopped."""

from __future__ import annotations

import numpy as np
import pytest

from deepclust.projections.maps.film import film
from deepclust.projections.maps.plane import turned


@pytest.fixture(scope="module")
def moments() -> tuple[list[np.ndarray], np.ndarray]:
    """Three groups of 40 that come apart, in a space that is turned from one moment to the next."""
    dice = np.random.default_rng(0)
    labels = np.repeat(np.arange(3), 40)
    noise, centers = dice.normal(size=(120, 6)), dice.normal(size=(3, 6)) * 3
    turns = [np.linalg.qr(dice.normal(size=(6, 6)))[0] for _ in range(3)]
    return [(noise + apart * centers[labels]) @ t for apart, t in zip((1, 2, 3), turns, strict=True)], labels


def test_every_map_agrees_with_the_one_before(moments):
    spaces, labels = moments
    told = []
    frames = film(spaces, 0, lambda fraction, text: told.append((fraction, text)))
    assert frames.shape == (3, 120, 2)
    assert frames.dtype == np.float32
    np.testing.assert_allclose(np.sqrt((frames**2).sum(axis=2).mean(axis=1)), 1, rtol=1e-4)
    middles = np.stack([[f[labels == g].mean(axis=0) for g in range(3)] for f in frames])
    assert np.linalg.norm(middles[1:] - middles[:-1], axis=2).max() < 0.5
    last = np.linalg.norm(frames[-1][:, None] - middles[-1], axis=2).argmin(axis=1)
    assert (last == labels).mean() > 0.95
    fractions = [fraction for fraction, _ in told]
    assert fractions == sorted(fractions)
    assert told[-1][1] == "map 3 of 3"


def test_a_film_can_be_stopped(moments):
    def stop(fraction, text):
        if text == "map 2 of 3":
            raise KeyError("enough")

    with pytest.raises(KeyError):
        film(moments[0], 0, stop)


@pytest.mark.parametrize("spaces", [[], [np.zeros((3, 5))]])
def test_too_little_for_a_film_is_said(spaces):
    with pytest.raises(ValueError, match="at least 4 samples"):
        film(spaces, 0, lambda fraction, text: None)


def test_points_are_turned_and_mirrored_back():
    points = np.random.default_rng(0).normal(size=(30, 2))
    mirrored = points @ np.array([[np.cos(2), np.sin(2)], [np.sin(2), -np.cos(2)]])
    np.testing.assert_allclose(turned(mirrored, points), points, atol=1e-9)
