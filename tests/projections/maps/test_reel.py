"""One space at many moments seen from the last: same axes, other spaces turned to agree, and neighbours that settle."""

from __future__ import annotations

import numpy as np
import pytest

from deepclust.projections import PROJECTIONS
from deepclust.projections.maps.plane import turn
from deepclust.projections.maps.reel import REELS, reel_by_neighbours, reel_by_pca, unit
from deepclust.projections.pca import embed


@pytest.fixture(scope="module")
def growing() -> tuple[list[np.ndarray], np.ndarray]:
    """Three groups of 40 in six dimensions that come apart in four steps, in a space that does not turn."""
    dice = np.random.default_rng(0)
    labels = np.repeat(np.arange(3), 40)
    noise, centers = dice.normal(size=(120, 6)), dice.normal(size=(3, 6)) * 3
    return [noise + apart * centers[labels] for apart in (0.2, 0.5, 1, 2)], labels


def spread(points: np.ndarray) -> float:
    return float(np.sqrt((points**2).sum(axis=1).mean()))


def test_a_space_in_its_unit_has_its_middle_at_0_and_a_spread_of_1() -> None:
    X = np.random.default_rng(0).normal(3, 7, size=(50, 4)).astype(np.float16)
    assert np.abs(unit(X).mean(axis=0)).max() < 1e-6
    assert spread(unit(X)) == pytest.approx(1, abs=1e-5)
    assert not unit(np.full((5, 3), 2.0)).any()


def test_the_last_map_is_pca_and_the_others_are_seen_along_its_axes(growing) -> None:
    spaces, _ = growing
    maps = reel_by_pca(spaces, ["s"] * 4)
    assert maps.shape == (4, 120, 2)
    assert maps.dtype == np.float32
    np.testing.assert_allclose(maps[-1], embed(unit(spaces[-1]), 2), atol=1e-5)
    # the same linear map takes every space to its points
    axes, *_ = np.linalg.lstsq(unit(spaces[-1]), maps[-1], rcond=None)
    for space, points in zip(spaces, maps, strict=True):
        np.testing.assert_allclose(unit(space) @ axes, points, atol=1e-4)
    assert spread(maps[0]) < 0.8 * spread(maps[-1]), "the groups were not yet what tells samples apart"


def test_a_stage_of_another_dimension_is_turned_to_agree_with_the_one_that_follows(growing) -> None:
    spaces, labels = growing
    dice = np.random.default_rng(1)
    wide = [space @ np.linalg.qr(dice.normal(size=(6, 6)))[0][:, :6] @ np.eye(6, 9) for space in spaces[2:]]
    maps = reel_by_pca([wide[-1], spaces[-1]], ["first", "second"])
    np.testing.assert_allclose(maps[0], maps[1], atol=1e-4)  # it is the same space, turned, in more dimensions
    maps = reel_by_pca([*wide, *spaces[2:]], ["first", "first", "second", "second"])
    middles = np.stack([[points[labels == g].mean(axis=0) for g in range(3)] for points in maps])
    assert np.linalg.norm(middles[1:] - middles[:-1], axis=2).max() < 0.2


def test_a_space_that_was_turned_within_a_stage_counts_as_another(growing) -> None:
    spaces, _ = growing
    swapped = spaces[-1][:, ::-1] * [1, -1, 1, 1, -1, 1]
    maps = reel_by_pca([swapped, spaces[-1]], ["s", "s"])
    np.testing.assert_allclose(maps[0], maps[1], atol=1e-4)


def test_one_feature_and_no_moments() -> None:
    line = np.arange(5.0)[:, None]
    maps = reel_by_pca([line, np.ones((5, 1)), line], ["s"] * 3)
    assert np.isfinite(maps).all()
    assert not maps[..., 1].any()
    assert reel_by_pca([], []).shape == (0, 0, 2)


@pytest.mark.parametrize(
    "method",
    [
        pytest.param(name, marks=pytest.mark.slow if "numba" in PROJECTIONS[name].heavy else [])
        for name in REELS
        if name != "pca"
    ],
)
def test_maps_of_neighbours_start_from_the_one_that_follows(growing, method) -> None:
    spaces, labels = growing
    told = []
    maps = reel_by_neighbours(method, spaces[2:], 0, lambda fraction, text: told.append((fraction, text)))
    assert maps.shape == (2, 120, 2)
    np.testing.assert_allclose([spread(points) for points in maps], 1, rtol=1e-4)
    middles = np.stack([[points[labels == g].mean(axis=0) for g in range(3)] for points in maps])
    assert np.linalg.norm(middles[1] - middles[0], axis=1).max() < (0.6 if method == "tsne" else 1.0)
    for points, middle in zip(maps, middles, strict=True):
        nearest = np.linalg.norm(points[:, None] - middle, axis=2).argmin(axis=1)
        assert (nearest == labels).mean() > 0.9
    assert told[-1][1].startswith("map 2 of 2")
    fractions = [fraction for fraction, _ in told]
    assert fractions == sorted(fractions)


def test_maps_of_neighbours_can_be_stopped_and_need_samples(growing) -> None:
    def stop(fraction, text):
        if text.startswith("map 2"):
            raise KeyError("enough")

    with pytest.raises(KeyError):
        reel_by_neighbours("tsne", growing[0][2:], 0, stop)
    for spaces in ([], [np.zeros((3, 5))]):
        with pytest.raises(ValueError, match="at least 4 samples"):
            reel_by_neighbours("tsne", spaces, 0, lambda fraction, text: None)


def test_a_turn_is_orthogonal_and_may_mirror() -> None:
    points = np.random.default_rng(0).normal(size=(30, 2))
    mirror = np.array([[0.0, 1.0], [1.0, 0.0]])
    np.testing.assert_allclose(turn(points @ mirror, points), mirror, atol=1e-9)
