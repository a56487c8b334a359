"""Flows between two sortings by hand, and the tree over all k."""

from __future__ import annotations

import numpy as np
import pytest

from deepclust.selection.k.tree import changed, cluster_tree, flows, words_of_change

BEFORE = np.array([0] * 10 + [1] * 10)
AFTER = np.array([0] * 10 + [1] * 6 + [2] * 4)


def test_flows_by_hand() -> None:
    found = {(f.source, f.target): (f.count, f.of_source, f.of_target) for f in flows(BEFORE, AFTER)}
    assert found == {(0, 0): (10, 1, 1), (1, 1): (6, 0.6, 1), (1, 2): (4, 0.4, 1)}


def test_only_what_splits_or_merges_has_changed() -> None:
    assert changed(flows(BEFORE, AFTER)) == ({1}, {1, 2})
    assert changed(flows(AFTER, BEFORE)) == ({1, 2}, {1})
    assert changed(flows(BEFORE, BEFORE)) == (set(), set())


def test_a_few_strays_are_no_change() -> None:
    strays = BEFORE.copy()
    strays[0] = 1
    assert changed(flows(BEFORE, strays)) == (set(), set())
    assert words_of_change(BEFORE, strays) == []


def test_changes_in_words() -> None:
    assert words_of_change(BEFORE, AFTER) == ["Cluster B splits into B (60%), C (40%)."]
    assert words_of_change(AFTER, BEFORE) == ["Cluster B takes its samples from B (60%), C (40%)."]


def test_the_tree_keeps_children_beside_their_parents() -> None:
    nodes, edges = cluster_tree({2: BEFORE, 3: AFTER})
    place = {(n.k, n.cluster): n.x for n in nodes}
    assert [n.size for n in nodes] == [10, 10, 10, 6, 4]
    assert place[3, 0] < place[3, 1] < place[3, 2]
    assert place[2, 0] == pytest.approx(0.25)
    assert sum(e.flow.count for e in edges) == 20
    crossed = {3: AFTER, 2: 1 - BEFORE}  # names say nothing about the place
    nodes, _ = cluster_tree(crossed)
    place = {(n.k, n.cluster): n.x for n in nodes}
    assert (place[2, 1] < place[2, 0]) == (place[3, 0] < place[3, 2])
