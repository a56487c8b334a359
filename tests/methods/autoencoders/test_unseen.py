"""UNSEEN: clusters die by their size at birth, their samples are taken over, and what is left is numbered anew."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from sklearn.datasets import make_blobs

from deepclust.events import Note, Progress
from deepclust.methods.autoencoders.unseen import UNSEEN
from deepclust.nets.living_centers import LivingCenters


def test_too_many_clusters_of_blobs_die_and_the_rest_is_said():
    X, y = make_blobs(300, centers=[[0, 0], [9, 0], [0, 9]], random_state=0)
    method = UNSEEN(12, pretrain_epochs=10, max_epochs=40, clustering_rate=5e-3, n_hidden=32, device="cpu")
    events = list(method.fit_events(X))
    curve = [e.losses["living clusters"] for e in events if isinstance(e, Progress) and "living clusters" in e.losses]
    assert curve == sorted(curve, reverse=True)
    assert 3 <= curve[-1] == method.n_left == len(method.cluster_centers_) < 12
    assert set(method.labels_) <= set(range(method.n_left))
    assert any(f"Of 12 clusters {method.n_left} are left." in e.text for e in events if isinstance(e, Note))
    for group in range(method.n_left):
        assert len(set(y[method.labels_ == group])) == 1, "no cluster has samples of two blobs"


@pytest.mark.parametrize(("threshold", "dies"), [(0.5, True), (0.2, False), (0.0, False)])
def test_a_cluster_dies_below_its_share_and_its_samples_are_taken_over(threshold, dies, monkeypatch):
    method = UNSEEN(3, threshold=threshold)
    method.device_ = torch.device("cpu")
    clusters = LivingCenters(3, 1)
    with torch.no_grad():
        clusters.weight.copy_(torch.tensor([[0.0], [10.0], [13.0]]))
    codes = np.array([[0.0], [1.0], [10.0], [11.0], [11.0], [13.0]], np.float32)
    method._x = None
    monkeypatch.setattr(method, "_codes", lambda x: codes)
    born = {"labels": torch.tensor([0, 0, 1, 2, 2, 2])}  # of the third cluster one of three is left
    method._let_die(clusters, born)
    assert clusters.alive.tolist() == [True, True, not dies]
    assert born["labels"].tolist() == ([0, 0, 1, 1, 1, 1] if dies else [0, 0, 1, 2, 2, 2])
