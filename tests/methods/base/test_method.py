"""What the base of all methods does to samples before they are learned from."""

from __future__ import annotations

import numpy as np

from deepclust import KMeans, LALNet
from deepclust.methods.base.method import each_standardised


def test_each_sample_is_standardised_by_itself():
    X = np.random.default_rng(0).random((4, 3, 2, 3)).astype(np.float32) * 50 + 7
    expected = [(x - x.mean()) / x.std() for x in X.astype(np.float64)]
    np.testing.assert_allclose(each_standardised(X), expected, atol=1e-5)
    assert not each_standardised(np.full((2, 5), 0.1, np.float32)).any()


def test_light_and_contrast_of_a_picture_do_not_count_then():
    dice = np.random.default_rng(0)
    X = dice.random((60, 6, 6)) + 2 * (np.arange(60) % 2)[:, None, None] * (np.arange(6) < 3)
    lit = X * dice.uniform(0.2, 5, (60, 1, 1)) + dice.uniform(-9, 9, (60, 1, 1))
    same, otherwise = (KMeans(2, scaling=scaling).fit(lit) for scaling in ("sample", "range"))
    np.testing.assert_array_equal(same.labels_, KMeans(2, scaling="sample").fit(X).labels_)
    assert (same.labels_ == np.arange(60) % 2).mean() in (0, 1)
    assert (otherwise.labels_ == np.arange(60) % 2).mean() not in (0, 1)
    np.testing.assert_array_equal(same.predict(X), same.labels_)  # a new sample needs nothing from the others


def test_the_preset_for_photographs_of_numbers_scales_as_the_authors_do():
    assert LALNet.presets["svhn"] == LALNet.presets["paper"] | {"scaling": "sample"}
