"""Near copies by pixels and by features: what was changed a little is found, what is another picture is not."""

from __future__ import annotations

import numpy as np
import pytest

from deepclust.data.dataset import Dataset
from deepclust.data.near_copies import near_pairs

DICE = np.random.default_rng(0)


def photos() -> Dataset:
    """40 smooth pictures; 40 is number 3 made lighter, 41 number 3 with noise, 42 number 7 exactly."""
    coarse = DICE.random((40, 5, 6, 3)).astype(np.float32) * 0.6
    X = np.kron(coarse, np.ones((1, 6, 5, 1), np.float32))  # (40, 30, 30, 3)
    noisy = np.clip(X[3] + DICE.normal(0, 0.03, X[3].shape), 0, 1)
    return Dataset("photos", np.concatenate([X, [X[3] + 0.2, noisy, X[7]]]), kind="image", title="Photos")


def test_pictures_that_were_changed_a_little_hang_together() -> None:
    pairs = near_pairs(photos(), by_features=False)
    groups = [group.tolist() for group in pairs.groups(0.95)]
    assert sorted(groups) == [[3, 40, 41], [7, 42]]
    assert pairs.alike[0] == pytest.approx(1.0, abs=1e-5)
    assert (np.diff(pairs.alike) <= 0).all()
    assert (pairs.rows[:, 0] < pairs.rows[:, 1]).all()
    assert len(pairs.groups(0.9999)) == 2, "the lighter one and the exact one"
    assert pairs.groups(0.9999)[0].tolist() in ([3, 40], [7, 42])


def test_features_are_compared_by_their_angle_seen_from_the_mean() -> None:
    X = (np.eye(12, dtype=np.float32)[np.arange(30) % 12] + DICE.normal(0, 0.3, (30, 12)) + 5).astype(np.float32)
    X[20] = X.mean(axis=0) + 2 * (X[4] - X.mean(axis=0))
    pixels = DICE.integers(0, 256, (30, 8, 8)).astype(np.uint8)
    data = Dataset("f", X, kind="vector", pictures=pixels, features="Mine")
    pairs = near_pairs(data, by_features=True)
    assert pairs.rows[0].tolist() == [4, 20]
    seen = X - X.mean(axis=0)
    wanted = seen[4] @ seen[20] / np.linalg.norm(seen[4]) / np.linalg.norm(seen[20])
    assert pairs.alike[0] == pytest.approx(wanted, abs=1e-5)
    assert [4, 20] not in near_pairs(data, by_features=False).rows.tolist()


def test_flat_pictures_are_like_nothing_and_one_picture_has_no_pair() -> None:
    flat = Dataset("flat", np.full((5, 20, 20), 0.5, np.float32), kind="image")
    assert near_pairs(flat, by_features=False).groups(0.8) == []
    assert near_pairs(Dataset("one", np.zeros((1, 9, 9)), kind="image"), by_features=False).groups(0.8) == []


def test_what_is_not_there_cannot_be_compared() -> None:
    with pytest.raises(ValueError, match="no pictures"):
        near_pairs(Dataset("v", np.zeros((3, 2))), by_features=False)
    with pytest.raises(ValueError, match="no features"):
        near_pairs(Dataset("p", np.zeros((3, 9, 9)), kind="image"), by_features=True)
