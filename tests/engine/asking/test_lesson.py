"""The lesson's runs, and the moral that is drawn from their clusters without looking at labels."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from deepclust.data.dataset import Dataset
from deepclust.data.references import open_dataset
from deepclust.engine.asking.lesson import KIND, METHODS, has_lesson, lesson, moral
from deepclust.methods import METHODS as KNOWN


def test_three_methods_get_the_same_points_and_the_drawn_number_of_groups(tmp_path: Path) -> None:
    ref = {"name": "rings", "options": {"n_rings": 3, "n_samples": 60}}
    configs = lesson(ref, open_dataset(ref, tmp_path), seed=5, labels_seen=True)
    assert [c.method for c in configs] == list(METHODS)
    assert set(METHODS) <= set(KNOWN)
    assert {c.n_clusters for c in configs} == {3}
    assert {(c.seed, c.labels_seen, c.fingerprint) for c in configs} == {(5, True, configs[0].fingerprint)}
    assert {c.group for c in configs} == {configs[0].group}
    assert configs[0].group is not None
    assert configs[0].group.kind == KIND
    assert configs[0].created < configs[1].created < configs[2].created


def test_only_drawn_points_have_a_lesson() -> None:
    assert has_lesson({"name": "moons"})
    assert not has_lesson({"name": "digits"})
    assert not has_lesson({"content": "0123"})
    with pytest.raises(ValueError, match="moons"):
        lesson({"name": "digits"}, Dataset("digits", np.eye(4, dtype=np.float32)))


def test_the_moral_is_drawn_from_agreement_whatever_the_clusters_are_called() -> None:
    exact = np.arange(100) // 50
    halves = np.arange(100) % 2
    words = " ".join(moral({"KMeans": halves, "SpectralClustering": exact, "SpectralNet": 1 - exact}))
    assert "k-means puts 50% of the points elsewhere" in words
    assert "straight line" in words
    assert "on 100% of them." in words
    assert "Try another seed" not in words


def test_where_k_means_is_right_the_lesson_says_so() -> None:
    groups = np.arange(100) // 25
    words = " ".join(moral({"KMeans": groups, "SpectralClustering": 3 - groups, "SpectralNet": groups // 2}))
    assert "Here k-means is all one needs" in words
    assert "agrees with the exact one on 50% of them. Try another seed" in words


def test_nothing_is_said_before_both_are_there() -> None:
    assert moral({"KMeans": np.zeros(5, int)}) == []
