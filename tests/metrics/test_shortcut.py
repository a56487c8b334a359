"""The linear probe: silent on honest pictures, loud on a pattern that all of them share."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.datasets import load_digits

from deepclust.metrics.shortcut import is_shortcut, probe_accuracy
from deepclust.transforms import preview


@pytest.fixture(scope="module")
def pictures() -> np.ndarray:
    return (load_digits().images[:500] / 16).astype(np.float32)


def probed(X: np.ndarray, transforms: str) -> tuple[float, bool]:
    views = preview(X, transforms)
    accuracy = probe_accuracy(views.reshape(*views.shape[:2], -1))
    return accuracy, is_shortcut(accuracy, len(views))


@pytest.mark.parametrize("transforms", ["D4", "half-turn"])
def test_digits_as_they_are_have_no_shortcut(pictures, transforms):
    accuracy, shortcut = probed(pictures, transforms)
    assert 0.4 < accuracy < 0.93
    assert not shortcut


def test_a_subtracted_mean_picture_is_found(pictures):
    accuracy, shortcut = probed(pictures - pictures.mean(axis=0), "D4")
    assert accuracy > 0.85
    assert shortcut


def test_a_stamp_in_a_corner_is_found(pictures):
    stamped = pictures.copy()
    stamped[:, 0, :2] = 1
    assert probed(stamped, "D4")[1]


def test_a_fixed_order_of_pixels_is_a_shortcut_of_its_own(pictures):
    assert probed(pictures, "permute-8")[1]


def test_noise_leaves_the_probe_guessing():
    noise = np.random.default_rng(0).normal(size=(100, 5, 5)).astype(np.float32)
    assert probed(noise, "rotations")[0] == pytest.approx(0.25, abs=0.1)


def test_few_samples_and_constant_ones_give_numbers():
    assert 0 <= probe_accuracy(np.zeros((3, 2, 4), np.float32)) <= 1
    assert is_shortcut(1.0, 2)
    assert not is_shortcut(0.5, 2)
