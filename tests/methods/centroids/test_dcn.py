"""DCN: codes come nearer to their centres, which stay where their codes are."""

from __future__ import annotations

import numpy as np
from sklearn.datasets import make_blobs

from deepclust.methods.centroids.dcn import DCN


def test_codes_and_centres_meet():
    X, y = make_blobs(200, centers=3, n_features=6, random_state=1)
    few = {"n_clusters": 3, "n_hidden": 16, "n_wide": 16, "pretrain_epochs": 20, "tol": 0.0, "device": "cpu"}
    rates = {"learning_rate": 1e-2, "clustering_rate": 1e-3, "pull": 10.0}
    spread = []
    for max_epochs in (0, 20):
        method = DCN(max_epochs=max_epochs, **few, **rates).fit(X)
        own = method.embedding_ - method.cluster_centers_[method.labels_]
        spread.append(np.square(own).sum() / np.square(method.embedding_ - method.embedding_.mean(axis=0)).sum())
        assert all(len(set(method.labels_[y == k])) == 1 for k in range(3))
    assert spread[1] < 0.5 * spread[0]
    means = np.stack([method.embedding_[method.labels_ == k].mean(axis=0) for k in range(3)])
    assert np.abs(means - method.cluster_centers_).max() < 0.2 * np.abs(means).max()
