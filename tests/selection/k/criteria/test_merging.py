"""Clusters without a dip between them are merged; separate ones are not."""

from __future__ import annotations

import numpy as np

from deepclust.metrics.external import ari
from deepclust.selection.k.criteria.merging import merged, separation


def test_a_cut_through_one_group_is_no_gap_and_two_groups_have_one() -> None:
    cloud = np.random.default_rng(0).normal(size=(400, 3))
    assert separation(cloud[cloud[:, 0] < 0], cloud[cloud[:, 0] >= 0]) < 1
    assert separation(cloud[:200], cloud[200:] + np.array([8, 0, 0])) > 1.5


def test_too_many_clusters_become_the_groups(groups, labels) -> None:
    found = merged(groups[0], labels[8])
    assert ari(groups[1], found) == 1
    assert found.min() == 0
    assert found.max() == 3


def test_a_single_cluster_and_names_with_gaps_are_taken(groups) -> None:
    assert merged(groups[0], np.full(240, 3)).tolist() == [0] * 240
    assert ari(groups[1], merged(groups[0], groups[1] * 5 + 2)) == 1
