"""Facts about clusters against plain loops and groups whose answers are known."""

from __future__ import annotations

import numpy as np
import pytest

from deepclust.metrics.cluster_facts import BORDERLINE, cluster_facts, telling_features
from deepclust.metrics.exemplars import exemplars


def test_facts_agree_with_plain_loops() -> None:
    generator = np.random.default_rng(0)
    X = (generator.normal(size=(80, 3)) + 1_000).astype(np.float32)
    labels = generator.integers(0, 5, 80) * 2  # gaps, as after matching
    best = exemplars(X, labels)
    facts = cluster_facts(X, labels, best)
    centres = {c: X[labels == c].astype(float).mean(axis=0) for c in np.unique(labels)}
    assert facts.numbers.tolist() == [0, 2, 4, 6, 8]
    for place, c in enumerate(facts.numbers):
        members = np.flatnonzero(labels == c)
        apart = {other: np.linalg.norm(centres[c] - m) for other, m in centres.items() if other != c}
        nearest = min(apart, key=apart.get)
        assert facts.sizes[place] == len(members)
        assert facts.nearest[place] == nearest
        assert facts.distance[place] == pytest.approx(apart[nearest], rel=1e-3)
        assert facts.radius[place] == pytest.approx(
            np.mean([np.linalg.norm(X[i] - centres[c]) for i in members]), rel=1e-3
        )
        assert facts.confidence[place] == pytest.approx(best.confidence[members].mean(), abs=1e-5)
        border = [i for i in members if best.confidence[i] < BORDERLINE]
        assert facts.n_borderline[place] == len(border)
        second = [
            min((d, o) for o, m in centres.items() if o != c for d in [np.linalg.norm(X[i] - m)])[1] for i in border
        ]
        assert facts.towards[place] == pytest.approx(second.count(nearest) / max(len(border), 1))


def test_similar_clusters_are_neighbours_in_the_order_of_similarity() -> None:
    places = np.array([0.0, 100.0, 1.0, 101.0, 50.0])
    labels = np.repeat(np.arange(5), 4)
    X = np.repeat(places, 4)[:, None].astype(np.float32)
    order = cluster_facts(X, labels, exemplars(X, labels)).similar
    assert places[order].tolist() in ([0, 1, 50, 100, 101], [101, 100, 50, 1, 0])


def test_noise_is_no_cluster_and_a_lone_one_has_no_neighbour() -> None:
    X = np.random.default_rng(0).normal(size=(10, 2)).astype(np.float32)
    labels = np.array([-1, -1, 3, 3, 3, 3, 3, 3, 3, 3])
    facts = cluster_facts(X, labels, exemplars(X, labels))
    assert (facts.numbers.tolist(), facts.sizes.tolist()) == ([3], [8])
    assert facts.nearest.tolist() == [-1]
    assert np.isinf(facts.distance).all()
    assert facts.similar.tolist() == [0]


def test_telling_features_are_those_in_which_a_cluster_differs_from_the_rest() -> None:
    generator = np.random.default_rng(0)
    X = generator.normal(size=(300, 4)).astype(np.float32)
    X[:, 3] = 7.0  # never varies
    labels = np.repeat([0, 1, 2], 100)
    X[labels == 1, 2] += 5
    X[labels == 2, 0] -= 3
    told = telling_features(X, labels, n=2)
    for cluster, (feature, sign) in {1: (2, 1), 2: (0, -1)}.items():
        first, difference = told[cluster][0]
        members = labels == cluster
        wanted = (X[members, feature].mean() - X[~members, feature].mean()) / X[:, feature].std()
        assert (first, np.sign(difference)) == (feature, sign)
        assert difference == pytest.approx(float(wanted), rel=1e-4)
        assert all(other != 3 for other, _ in told[cluster])


def test_a_lone_cluster_has_nothing_telling() -> None:
    assert telling_features(np.eye(3, dtype=np.float32), np.zeros(3, int)) == {0: []}


def test_apart_is_the_distance_of_two_centres_by_how_far_their_samples_reach() -> None:
    X = np.array([[-1.0], [1.0], [9.0], [11.0], [49.0], [51.0]], np.float32)
    labels = np.array([0, 0, 2, 2, 5, 5])
    facts = cluster_facts(X, labels, exemplars(X, labels))
    assert facts.apart.tolist() == pytest.approx([5.0, 5.0, 20.0])
    alone = cluster_facts(X, np.zeros(6, int), exemplars(X, np.zeros(6, int)))
    assert np.isinf(alone.apart).all()
