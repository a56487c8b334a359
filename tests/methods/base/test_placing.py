"""New samples on a map of others: on islands, never between them."""

from __future__ import annotations

import numpy as np

from deepclust.methods.base.placing import place


def test_a_new_sample_lands_on_an_island_and_a_fitted_one_on_its_own_place():
    fitted = np.arange(20, dtype=np.float32)[:, None]
    points = np.stack([np.where(np.arange(20) < 10, -20, 20) + np.arange(20) / 10, np.zeros(20)], axis=1).astype(
        np.float32
    )
    placed = place(np.array([[9.4], [9.6], [3.0], [2.5]], np.float32), fitted, points, 5.0)
    assert placed[0, 0] < -18
    assert placed[1, 0] > 20
    np.testing.assert_array_equal(placed[2], points[3])
    assert points[0, 0] < placed[3, 0] < points[6, 0]
