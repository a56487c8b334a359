"""DCN's loss and its centres, of Yang et al. 2017, against plain loops."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from deepclust.losses.centroids import centroid_loss, running_centers

Z = np.random.default_rng(0).normal(size=(9, 3))
CENTERS = np.random.default_rng(1).normal(size=(4, 3))
ASSIGNED = np.array([0, 2, 2, 1, 0, 0, 2, 1, 0])  # none to the last


def test_the_loss_is_that_of_plain_loops():
    by_loops = sum(sum((Z[i] - CENTERS[ASSIGNED[i]]) ** 2) for i in range(9)) / 2 / 9
    z = torch.from_numpy(Z).requires_grad_()
    loss = centroid_loss(z, torch.from_numpy(CENTERS), torch.from_numpy(ASSIGNED))
    assert loss.item() == pytest.approx(by_loops)
    loss.backward()
    np.testing.assert_allclose(z.grad, (Z - CENTERS[ASSIGNED]) / 9)


def test_centres_are_moved_as_one_code_after_the_other_would():
    centers, counts = CENTERS.copy(), np.array([3.0, 1.0, 100.0, 7.0])
    after = running_centers(*(torch.from_numpy(a) for a in (CENTERS, counts.copy(), Z, ASSIGNED)))
    for i in np.random.default_rng(2).permutation(9):
        counts[ASSIGNED[i]] += 1
        centers[ASSIGNED[i]] -= (centers[ASSIGNED[i]] - Z[i]) / counts[ASSIGNED[i]]
    np.testing.assert_allclose(after[0], centers)
    np.testing.assert_allclose(after[1], counts)
    np.testing.assert_array_equal(after[0][3], CENTERS[3])
