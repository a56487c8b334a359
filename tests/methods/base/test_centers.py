"""Centres of clusters: begun at given ones, and means of groups by hand."""

from __future__ import annotations

import numpy as np
import torch
from sklearn.datasets import make_blobs

from deepclust.methods.base.centers import centers_on_device, group_means, kmeans_centers, kmeans_from


def test_group_means_by_hand():
    space = np.array([[1.0, 2.0], [3.0, 4.0], [10.0, 0.0]], np.float32)
    got = group_means(space, np.array([0, 0, 2]), 4)
    assert got.tolist() == [[2, 3], [0, 0], [10, 0], [0, 0]]


def test_centres_begin_at_given_clusters():
    y = np.array([[0.0], [1.0], [10.0], [12.0]])
    begun = group_means(y, np.array([0, 0, 1, 1]), 2)
    np.testing.assert_allclose(begun, [[0.5], [11]])
    np.testing.assert_allclose(kmeans_from(y, begun), [[0.5], [11]])


def test_centers_on_a_device_are_as_tight_as_those_of_scikit_learn():
    X, _ = make_blobs(600, centers=6, n_features=4, random_state=3)
    X = X.astype(np.float32)
    ours = centers_on_device(X, 6, seed=0, n_init=5, device=torch.device("cpu"))
    theirs = kmeans_centers(X, 6, seed=0, n_init=5)
    np.testing.assert_allclose(ours[np.lexsort(ours.T)], theirs[np.lexsort(theirs.T)], atol=1e-2)
    copies = centers_on_device(np.repeat(X[:2], 20, axis=0), 3, seed=0, n_init=1, device=torch.device("cpu"))
    assert np.isfinite(copies).all()
