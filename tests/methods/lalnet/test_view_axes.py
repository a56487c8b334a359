"""Reading clusters from several views: axes of the fit place new samples."""

from __future__ import annotations

import numpy as np
import pytest

from deepclust.methods.lalnet.view_axes import AXES, fit_axes, reduced


@pytest.fixture
def views() -> list[np.ndarray]:
    """Two views of 300 samples with 3 and 2 directions in 100 and 80 features."""
    dice = np.random.default_rng(0)
    spaces = [dice.normal(size=(300, r)) @ dice.normal(size=(r, d)) for r, d in ((3, 100), (2, 80))]
    return [s.astype(np.float32) for s in spaces]


def test_distances_in_all_views_are_kept(views):
    _, embedding = fit_axes(iter([v[:, :80] for v in views]))
    side_by_side = np.hstack([v[:, :80] for v in views]).astype(np.float64)
    for row in (0, 17):
        wanted = np.linalg.norm(side_by_side - side_by_side[row], axis=1)
        np.testing.assert_allclose(np.linalg.norm(embedding - embedding[row], axis=1), wanted, atol=1e-3)
    assert embedding.shape == (300, AXES)
    assert embedding.dtype == np.float32


def test_samples_of_the_fit_are_placed_where_they_were(views):
    views = [v[:, :80] for v in views]
    axes, embedding = fit_axes(views)
    np.testing.assert_allclose(axes.place(v[40:50] for v in views), embedding[40:50], atol=1e-4)
    with pytest.raises(ValueError, match="longer"):
        axes.place(views[:1])


def test_a_reduced_space_has_no_more_axes_than_features(views):
    assert reduced(views[0][:, :5]).shape == (300, 5)
    assert reduced(views[0]).shape == (300, AXES)
    np.testing.assert_allclose(reduced(views[0]).mean(axis=0), 0, atol=1e-4)
