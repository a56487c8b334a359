"""Centres of clusters: begun at given ones, and means of groups by hand."""

from __future__ import annotations

import numpy as np

from deepclust.methods.base.centers import group_means, kmeans_from


def test_group_means_by_hand():
    space = np.array([[1.0, 2.0], [3.0, 4.0], [10.0, 0.0]], np.float32)
    got = group_means(space, np.array([0, 0, 2]), 4)
    assert got.tolist() == [[2, 3], [0, 0], [10, 0], [0, 0]]


def test_centres_begin_at_given_clusters():
    y = np.array([[0.0], [1.0], [10.0], [12.0]])
    begun = group_means(y, np.array([0, 0, 1, 1]), 2)
    np.testing.assert_allclose(begun, [[0.5], [11]])
    np.testing.assert_allclose(kmeans_from(y, begun), [[0.5], [11]])
