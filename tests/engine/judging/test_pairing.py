"""Two sortings of the same samples: what changed, where it went, and how several agree."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from deepclust.engine.judging.pairing import Pair, differing, mean_agreement, same_samples
from deepclust.engine.training.train import train

BEFORE = np.array([0, 0, 0, 0, 1, 1, 1, 2, 2, 2])
AFTER = np.array([5, 5, 5, 3, 3, 3, 3, 8, 8, 5])  # the same clusters under other names, with two samples in another one


def test_clusters_are_matched_before_they_are_compared():
    pair = Pair.of(BEFORE, AFTER)
    assert pair.after.tolist() == [0, 0, 0, 1, 1, 1, 1, 2, 2, 0]
    assert np.flatnonzero(pair.changed).tolist() == [3, 9]
    assert [(f.source, f.target, f.count) for f in pair.moves()] == [(0, 1, 1), (2, 0, 1)]
    assert pair.moved(2, 0).tolist() == [9]


def test_a_sorting_agrees_with_itself_whatever_its_names():
    pair = Pair.of(BEFORE, (BEFORE + 1) % 3)
    assert (pair.ari, pair.nmi, pair.moves()) == (1.0, pytest.approx(1.0), [])


def test_the_agreement_is_the_mean_with_all_others():
    same, apart = np.array([0, 0, 1, 1]), np.array([0, 1, 0, 1])
    first, second, third = mean_agreement([same, same + 3, apart])
    # with the other one 1; with the third a sample shares its cluster with itself, of three that share it in either
    assert first == pytest.approx([(1 + 1 / 3) / 2] * 4)
    assert second == pytest.approx(first)
    assert third == pytest.approx([1 / 3] * 4)
    with pytest.raises(ValueError, match="two or more"):
        mean_agreement([same])


def test_only_finished_runs_of_the_same_samples_are_held_against_each_other(ask, store):
    one, two, waiting = ask(seed=0), ask(seed=1), ask(seed=2)
    for run in (one, two):
        train(run, store)
    other = store.create(replace(two.config, fingerprint="another"))
    assert [run.id for run in same_samples(one, [one, two, waiting, other])] == [two.id]


def test_settings_that_are_the_same_are_not_told(ask):
    one, two = ask("KMeans", seed=0, n_init=2).config, ask("AEKMeans", seed=0, n_init=2).config
    rows = differing([one, two])
    assert rows["Method"] == ["KMeans", "AEKMeans"]
    assert rows["Learning rate"][0] == ""
    assert not {"Seed", "Starts", "Clusters"} & set(rows)
    assert differing([one, one]) == {}
