"""Anchor pairs against plain loops."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from deepclust.losses.anchors import anchor_pairs


def pairs_by_loops(x: np.ndarray, n_neighbors: int, fraction: float) -> np.ndarray:
    n = len(x)
    distance = np.array([[np.linalg.norm(x[i] - x[j]) for j in range(n)] for i in range(n)])
    nearest = []
    for i in range(n):
        others = sorted((j for j in range(n) if j != i), key=lambda j: distance[i, j])
        nearest.append(others[:n_neighbors])
    pairs = [(i, j) for i in range(n) for j in range(n) if j in nearest[i] and i in nearest[j]]
    limit = np.quantile([distance[p] for p in pairs], fraction) if pairs else 0
    found = np.zeros((n, n), bool)
    for p in pairs:
        found[p] = distance[p] <= limit * (1 + 1e-6)
    return found


@pytest.mark.parametrize("fraction", [1.0, 0.5, 0.1])
@pytest.mark.parametrize("n_neighbors", [1, 3, 50])
def test_same_pairs_as_plain_loops(n_neighbors, fraction):
    x = np.random.default_rng(0).normal(size=(20, 3, 2))
    found = anchor_pairs(torch.from_numpy(x), n_neighbors, fraction).numpy()
    np.testing.assert_array_equal(found, pairs_by_loops(x.reshape(20, -1), n_neighbors, fraction))


def test_pairs_go_both_ways_and_nobody_is_their_own():
    generator = torch.Generator().manual_seed(0)
    for n_samples in range(10, 60):  # of many, the two ways of some pair are rounded apart
        pairs = anchor_pairs(torch.rand(n_samples, 4, generator=generator), 5, 0.5)
        assert torch.equal(pairs, pairs.T)
        assert not pairs.diagonal().any()
        assert pairs.any()


def test_hand_worked_line_of_points():
    # 0 - 1 are each other's nearest; the nearest of 10 is 1, but not the other way round
    pairs = anchor_pairs(torch.tensor([[0.0], [1.0], [10.0]]), 1, 1.0)
    assert pairs.tolist() == [[False, True, False], [True, False, False], [False, False, False]]


def test_the_smallest_share_keeps_the_closest_pair():
    pairs = anchor_pairs(torch.tensor([[0.0], [1.0], [10.0], [12.0]]), 1, 0.01)
    assert pairs.nonzero().tolist() == [[0, 1], [1, 0]]


def test_all_mutual_neighbours_lie_evenly_and_the_closest_half_does_not():
    """A narrow and a wide group of as many samples: who gets the anchors?"""
    random = np.random.default_rng(0)
    x = torch.from_numpy(np.concatenate([random.normal(size=(60, 4)), 100 + 10 * random.normal(size=(60, 4))]))
    shares = [
        [float(anchors[group].sum()) for group in (slice(0, 60), slice(60, 120))]
        for anchors in (anchor_pairs(x, 3, 1.0), anchor_pairs(x, 5, 0.5))
    ]
    assert min(shares[0]) > 0.7 * max(shares[0])
    assert min(shares[1]) < 0.2 * max(shares[1])
