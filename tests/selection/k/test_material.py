"""What the criteria look at: samples, components and clusters, and what is refused."""

from __future__ import annotations

import numpy as np
import pytest

from deepclust.selection.k import material
from deepclust.selection.k.material import gather


def test_given_labels_are_kept_and_missing_ones_are_found(groups) -> None:
    X, y = groups
    found = gather(X, [4, 2], {4: y, 9: y})
    assert found.ks == (2, 4)
    assert list(found.labels) == [2, 4]
    assert (found.labels[4] == y).all()
    assert len(np.unique(found.labels[2])) == 2


def test_points_keep_their_distances(groups) -> None:
    X = groups[0]
    points = gather(X, [2]).points
    assert np.linalg.norm(points[0] - points[70]) == pytest.approx(np.linalg.norm(X[0] - X[70]), rel=1e-4)


def test_large_spaces_are_sampled_in_the_same_way_every_time(groups, monkeypatch) -> None:
    monkeypatch.setattr(material, "CROWD", 100)
    monkeypatch.setattr(material, "FEW", 30)
    X, y = groups
    first, again = gather(X, [2, 4], {4: y}), gather(X, [2, 4], {4: y})
    assert first.points.shape == (100, 5)
    assert first.few_points.shape == (30, 5)
    assert (first.few == again.few).all()
    assert {k: len(v) for k, v in first.few_labels.items()} == {2: 30, 4: 30}
    for cluster in range(4):  # rows and labels still belong together
        assert first.points[first.labels[4] == cluster].std(axis=0).max() < 2


@pytest.mark.parametrize(
    ("X", "ks", "words"),
    [
        (np.zeros(5), [2], "must be"),
        (np.full((9, 2), np.nan), [2], "finite"),
        (np.zeros((9, 2)), [1, 2], "from 2 to 4"),
        (np.zeros((9, 2)), [2, 5], "from 2 to 4"),
        (np.zeros((9, 2)), [], "from 2 to 4"),
        (np.ones((9, 2)), [2], "one spot"),
    ],
)
def test_what_cannot_be_judged_is_refused(X, ks, words) -> None:
    with pytest.raises(ValueError, match=words):
        gather(X, ks)
