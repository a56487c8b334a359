"""The two entropies of cluster memberships (Hu et al. 2017) against plain loops, and at their ends."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch

from deepclust.losses.cluster_information import cluster_entropies


def test_both_are_those_of_plain_loops():
    p = np.random.default_rng(0).dirichlet(np.ones(4), size=7)
    sizes = [sum(p[i, j] for i in range(7)) / 7 for j in range(4)]
    evenness = -sum(size * math.log(size) for size in sizes)
    doubt = -sum(p[i, j] * math.log(p[i, j]) for i in range(7) for j in range(4)) / 7
    assert [value.item() for value in cluster_entropies(torch.from_numpy(p))] == pytest.approx([evenness, doubt])


def test_sure_and_even_clusters_tell_all_and_one_cluster_nothing():
    evenness, doubt = cluster_entropies(torch.eye(5).repeat(3, 1))
    assert evenness.item() == pytest.approx(math.log(5))
    assert doubt.item() == 0
    all_in_one = torch.eye(5)[[0] * 6].requires_grad_()
    evenness, doubt = cluster_entropies(all_in_one)
    assert (evenness.item(), doubt.item()) == (0, 0)
    (evenness - doubt).backward()
    assert all_in_one.grad.isfinite().all()
