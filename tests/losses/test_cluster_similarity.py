"""Similarities within and between clusters (DDLS, eqs. 9 and 10) against plain loops."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from deepclust.losses.cluster_similarity import between_similarity, within_similarity

N_CLUSTERS = 5  # of which one has no sample in the batch


@pytest.fixture
def batch() -> tuple[np.ndarray, np.ndarray]:
    random = np.random.default_rng(0)
    z = random.normal(size=(16, 4))
    return z / np.linalg.norm(z, axis=1, keepdims=True), random.integers(0, N_CLUSTERS - 1, 16)


def test_within_is_that_of_plain_loops(batch):
    z, assigned = batch
    total = 0.0
    for k in set(assigned.tolist()):
        members = np.flatnonzero(assigned == k)
        total += sum(float(z[i] @ z[j]) for i in members for j in members) / len(members) ** 2
    value = within_similarity(torch.from_numpy(z), torch.from_numpy(assigned), N_CLUSTERS)
    assert value.item() == pytest.approx(total)


def test_between_is_that_of_plain_loops(batch):
    z, assigned = batch
    worst = 0.0
    for k in set(assigned.tolist()):
        for other in set(assigned.tolist()) - {k}:
            ours, theirs = np.flatnonzero(assigned == k), np.flatnonzero(assigned == other)
            mean = sum(abs(float(z[i] @ z[j])) for i in ours for j in theirs) / (len(ours) * len(theirs))
            worst = max(worst, mean)
    value = between_similarity(torch.from_numpy(z), torch.from_numpy(assigned), N_CLUSTERS)
    assert value.item() == pytest.approx(worst)


def test_perfect_clusters():
    z = torch.eye(3).repeat_interleave(2, dim=0)
    assigned = torch.tensor([0, 0, 1, 1, 2, 2])
    assert within_similarity(z, assigned, 3).item() == 3
    assert between_similarity(z, assigned, 3).item() == 0


def test_one_cluster_alone_has_no_between():
    z = torch.eye(2)
    assert between_similarity(z, torch.zeros(2, dtype=torch.int64), 2).item() == 0
    assert between_similarity(z, torch.zeros(2, dtype=torch.int64), 1).item() == 0
