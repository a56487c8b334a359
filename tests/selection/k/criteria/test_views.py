"""Cuts of pictures judged by their views: bars in three places, and data that are no pictures."""

from __future__ import annotations

import numpy as np

from deepclust.selection.k.criteria.views import judge, quality_of_cuts
from deepclust.selection.k.material import gather


def bars() -> np.ndarray:
    """120 pictures (8, 8): a bright bar at the top, in the middle (upright), or at the bottom, with noise."""
    pictures = 0.2 * np.random.default_rng(0).random((120, 8, 8))
    pictures[:40, 0:2, :] += 1
    pictures[40:80, :, 3:5] += 1
    pictures[80:, 6:8, :] += 1
    return pictures.astype(np.float32)


def test_three_kinds_of_pictures_are_three_clusters() -> None:
    pictures = bars()
    values = quality_of_cuts(pictures, range(2, 7))
    assert values.argmax() == 1
    large = pictures.repeat(8, axis=1).repeat(8, axis=2)[..., None]
    assert quality_of_cuts(large, [3])[0] > 0.5
    (found,) = judge(gather(pictures.reshape(120, -1), range(2, 7), pictures=pictures))
    assert found.pick == 3


def test_other_data_have_no_views_and_the_criterion_no_opinion(groups) -> None:
    (found,) = judge(gather(groups[0], range(2, 5)))
    assert found.pick is None
    assert "no pictures" in found.note
