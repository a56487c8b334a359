"""Two maps in one frame: a map that was only turned, mirrored, moved and stretched does not move at all."""

from __future__ import annotations

import numpy as np

from deepclust.projections.maps.pair import in_one_frame


def test_a_map_that_lies_otherwise_is_laid_over_the_first():
    points = np.random.default_rng(0).normal(size=(60, 2)) * [3, 1]
    turn = np.array([[np.cos(2), -np.sin(2)], [np.sin(2), np.cos(2)]])
    first, second = in_one_frame(points, 7 * (points * [1, -1]) @ turn + [20, -4])
    np.testing.assert_allclose(first, second, atol=1e-5)
    np.testing.assert_allclose([first.mean(axis=0), [(first**2).sum(axis=1).mean()] * 2], [[0, 0], [1, 1]], atol=1e-5)


def test_points_on_one_spot_have_a_frame():
    assert not in_one_frame(np.ones((5, 2)), np.zeros((5, 2))).any()
