"""KMeans: the same clusters as scikit-learn's, told start by start."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.cluster import KMeans as ScikitKMeans
from sklearn.datasets import load_digits, make_blobs

from deepclust.events import Progress, Stage
from deepclust.methods.classical.kmeans import KMeans


def test_as_tight_as_scikit_learn():
    X = load_digits().data[:600]
    ours = KMeans(10, scaling="none", n_init=10).fit(X)
    theirs = ScikitKMeans(10, n_init=10, random_state=1).fit(X.astype(np.float32))
    inertia = ((X - ours.cluster_centers_[ours.labels_]) ** 2).sum()
    assert inertia == pytest.approx(theirs.inertia_, rel=0.02)


def test_every_start_is_told_and_the_tightest_is_kept():
    X, _ = make_blobs(200, centers=8, random_state=0)
    method = KMeans(8, n_init=6, scaling="none")
    events = list(method.fit_events(X))
    told = [e.losses["inertia"] for e in events if isinstance(e, Progress)]
    assert events[0].n_epochs == len(told) == 6
    kept = ((X - method.cluster_centers_[method.labels_]) ** 2).sum() / 200
    assert kept == pytest.approx(min(told), rel=1e-3)


def test_stopped_before_the_first_start_there_are_labels():
    X, _ = make_blobs(60, centers=3, random_state=0)
    events = (method := KMeans(3)).fit_events(X)
    assert isinstance(next(events), Stage)
    events.close()
    assert len(set(method.labels_.tolist())) == 3


def test_scaling_decides_what_counts():
    random = np.random.default_rng(0)
    group = np.repeat([0, 1], 50)
    X = np.column_stack([group + 0.01 * random.normal(size=100), 1000 * random.random(100)])
    alike = (KMeans(2, scaling="standard").fit(X).labels_ == group).mean()
    assert max(alike, 1 - alike) == 1
    alike = (KMeans(2, scaling="range").fit(X).labels_ == group).mean()
    assert max(alike, 1 - alike) < 0.8
