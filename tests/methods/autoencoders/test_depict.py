"""DEPICT: blobs are found from either first clusters, targets are memberships, and a stop before clusters gives some."""

from __future__ import annotations

import pytest
from sklearn.datasets import make_blobs
from sklearn.metrics import adjusted_rand_score

from deepclust.events import Note, Progress
from deepclust.methods.autoencoders.depict import DEPICT


@pytest.mark.parametrize("start", ["graph", "k-means"])
def test_blobs_are_found_from_either_first_clusters(start):
    X, y = make_blobs(120, centers=[[0, 0], [8, 0], [0, 8]], random_state=1)
    method = DEPICT(3, start=start, pretrain_epochs=10, first_epochs=5, max_epochs=5, n_hidden=32, device="cpu")
    last = [event for event in method.fit_events(X) if isinstance(event, Progress)][-1].losses
    assert adjusted_rand_score(y, method.labels_) > 0.9
    assert last["largest cluster"] == pytest.approx(1 / 3, abs=0.05)


def test_stopped_before_there_are_clusters_it_begins_them():
    X, y = make_blobs(60, centers=[[0, 0], [8, 0], [0, 8]], random_state=1)
    method = DEPICT(3, pretrain_epochs=15, n_hidden=32, device="cpu")
    events = method.fit_events(X)
    n_epochs = 0
    while n_epochs < 15:
        n_epochs += isinstance(next(events), Progress)
    events.close()
    assert adjusted_rand_score(y, method.labels_) > 0.8


def test_codes_that_lie_in_one_point_are_said_to():
    X, _ = make_blobs(60, centers=[[0, 0], [8, 0], [0, 8]], random_state=1)
    settings = {"first_epochs": 1, "max_epochs": 1, "n_hidden": 32, "device": "cpu"}
    few = DEPICT(3, pretrain_epochs=5, **settings)
    assert not [event for event in few.fit_events(X) if isinstance(event, Note)]
    steep = DEPICT(3, pretrain_epochs=5, learning_rate=1.0, **settings)  # tanh saturates
    assert [event.level for event in steep.fit_events(X) if isinstance(event, Note) and "one point" in event.text] == [
        "warning"
    ]
