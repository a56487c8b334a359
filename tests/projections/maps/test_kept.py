"""Neighbours kept: against plain loops, its limits, in a projection and its file; and the words beside a map."""

from __future__ import annotations

import numpy as np
import pytest

from deepclust.projections import Projection, project
from deepclust.projections.maps import kept
from deepclust.projections.maps.kept import neighbors_kept
from deepclust.projections.maps.words import map_words


def by_loops(X: np.ndarray, points: np.ndarray, n_neighbors: int) -> list[float]:
    shares = []
    for i in range(len(X)):
        near = [
            set(
                sorted((j for j in range(len(X)) if j != i), key=lambda j: float(((A[j] - A[i]) ** 2).sum()))[
                    :n_neighbors
                ]
            )
            for A in (X, points)
        ]
        shares.append(len(near[0] & near[1]) / n_neighbors)
    return shares


def test_it_is_the_share_of_common_neighbours_of_every_point():
    dice = np.random.default_rng(0)
    X = dice.normal(size=(60, 6)).astype(np.float32)
    points = X[:, :2].copy()
    np.testing.assert_allclose(neighbors_kept(X, points), by_loops(X, points, kept.NEIGHBORS), rtol=1e-6)


def test_a_map_that_is_the_space_keeps_all_and_few_samples_say_nothing():
    X = np.random.default_rng(1).normal(size=(40, 2)).astype(np.float32)
    assert neighbors_kept(X, 3 * X).min() == 1
    assert neighbors_kept(X[:16], X[:16]) is None
    assert neighbors_kept(X[:17], X[:17]).shape == (17,)


def test_of_many_points_some_are_measured_and_the_others_follow_their_nearest(monkeypatch):
    monkeypatch.setattr(kept, "MEASURED", 50)
    X = np.random.default_rng(2).normal(size=(120, 4)).astype(np.float32)
    points = X[:, :2].copy()
    shares = neighbors_kept(X, points, random_state=3)
    drawn = np.sort(np.random.default_rng(3).choice(120, 50, replace=False))
    measured = np.array(by_loops(X[drawn], points[drawn], kept.NEIGHBORS))
    nearest = [int(((points[drawn] - p) ** 2).sum(axis=1).argmin()) for p in points]
    np.testing.assert_allclose(shares, measured[nearest], rtol=1e-6)


def test_a_projection_brings_them_and_a_pca_its_share_of_the_variance(tmp_path):
    X = np.random.default_rng(4).normal(size=(80, 5)) * [4, 3, 2, 1, 0.5]
    found = project(X, "pca")
    spread = np.sort(np.linalg.eigvalsh(np.cov(X.T)))[::-1]
    assert found.explained == pytest.approx(spread[:2].sum() / spread.sum(), rel=1e-4)
    again = Projection.load(found.save(tmp_path / "map.npz"))
    np.testing.assert_array_equal(again.kept, found.kept)
    assert again.explained == found.explained
    assert project(X, "tsne", params={"n_iter": 0}).explained is None
    assert project(np.ones((20, 3)), "pca").explained is None


def test_a_file_without_them_is_still_a_map(tmp_path):
    Projection("pca", {}, np.eye(2, dtype=np.float32)).save(tmp_path / "map.npz")
    loaded = Projection.load(tmp_path / "map.npz")
    assert loaded.kept is None
    assert loaded.explained is None


def test_words_say_what_is_true_and_what_is_not():
    points = np.zeros((40, 2), np.float32)
    flat = " ".join(map_words(Projection("pca", {}, points, 0.91, explained=0.574), 40))
    assert "2 axes show 57% of all differences" in flat
    assert "Distances are true to scale" in flat
    assert "Most neighbours on this map are true neighbours (trustworthiness 0.91)." in flat
    shares = np.full(40, 0.5, np.float32)
    torn = " ".join(map_words(Projection("tsne", {}, points, 0.6, kept=shares), 1_000))
    assert "gaps between them mean nothing" in torn
    assert "Few neighbours" in torn
    assert "do not trust single points" in torn
    assert "50% of a point's 15 nearest" in torn
    assert "Showing 40 of 1,000 samples" in torn
    assert "mean little" in " ".join(map_words(Projection("umap", {}, points), 40))
