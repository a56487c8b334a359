"""IMSAT: each kind of change tells blobs apart, batch norm forgets changed samples, and sizes follow the weight of evenness."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from sklearn.datasets import make_blobs
from sklearn.metrics import adjusted_rand_score

from deepclust.events import Progress
from deepclust.methods.information.imsat import CHANGES, IMSAT
from deepclust.nets.cluster_mlp import ClusterMLP


@pytest.mark.parametrize("change", CHANGES)
def test_every_kind_of_change_finds_blobs(change):
    X, y = make_blobs(120, centers=[[0, 0], [8, 0], [0, 8]], random_state=1)
    method = IMSAT(3, change=change, n_hidden=32, max_epochs=10, steps_per_epoch=20, device="cpu")
    events = [event for event in method.fit_events(X) if isinstance(event, Progress)]
    assert adjusted_rand_score(y, method.labels_) > 0.9
    first, last = events[0].losses, events[-1].losses
    assert last["information"] > first["information"]
    assert last["information"] == pytest.approx(last["evenness"] - last["doubt"])


def test_batch_norm_does_not_remember_changed_samples():
    net = ClusterMLP(6, 8, 3)
    x = torch.randn(10, 6, generator=torch.Generator().manual_seed(0))
    net(x)
    before = [value.clone() for value in net.state_dict().values()]
    passing = net(x, passing=True)
    for old, new in zip(before, net.state_dict().values(), strict=True):
        torch.testing.assert_close(old, new)
    torch.testing.assert_close(passing, net(x))  # the same statistics of the batch


def test_without_evenness_clusters_may_collapse_and_that_is_said():
    from deepclust.events import Note

    X = np.random.default_rng(0).normal(size=(200, 5)).astype(np.float32)
    method = IMSAT(4, evenness=0.0, n_hidden=16, max_epochs=10, steps_per_epoch=20, device="cpu")
    notes = [event.text for event in method.fit_events(X) if isinstance(event, Note)]
    assert len(set(method.labels_)) < 4
    assert any("collapsed" in note for note in notes)
