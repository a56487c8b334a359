"""DEC-DA and IDEC-DA show distorted copies, and where the first centres lie."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from sklearn.datasets import load_digits

from deepclust.methods.base.centers import group_means
from deepclust.methods.centroids.augmented import IDECDA
from deepclust.methods.centroids.groups import sample_groups

SMALL = {"n_clusters": 4, "n_hidden": 16, "n_wide": 16, "pretrain_epochs": 5, "device": "cpu"}


@pytest.fixture(scope="module")
def digits() -> np.ndarray:
    X, _ = load_digits(n_class=4, return_X_y=True)
    return (X[:200] / 16).reshape(-1, 8, 8).astype(np.float32)


def test_the_network_never_sees_a_sample_as_it_is(digits):
    method = IDECDA(max_epochs=0, **SMALL)
    events = method.fit_events(digits)
    next(events)
    x = method._x[:9]
    shown = method._shown(x)
    events.close()
    assert shown.shape == x.shape
    assert (shown - x).abs().amax(dim=(1, 2, 3)).min() > 0.01


def test_the_first_centres_are_those_of_the_graphs_groups(digits):
    method = IDECDA(start="graph", max_epochs=1, clustering_rate=1e-6, tol=0.0, **SMALL).fit(digits)
    codes = IDECDA(max_epochs=0, **SMALL).fit_transform(digits)
    groups = sample_groups(torch.from_numpy(digits[:, None]), 4, method._fit_seed)
    np.testing.assert_allclose(method.cluster_centers_, group_means(codes, groups, 4), atol=1e-3)
