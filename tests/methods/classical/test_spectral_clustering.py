"""Spectral clustering, exact and with landmarks, against scikit-learn, dense solutions and plain loops."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.cluster import SpectralClustering as ScikitSpectralClustering
from sklearn.datasets import load_digits
from sklearn.metrics import adjusted_rand_score

from deepclust.data.catalog.table import load_dataset
from deepclust.events import Progress
from deepclust.methods.base.landmarks import choose_landmarks
from deepclust.methods.classical.landmark_spectral import (
    LandmarkSpectral,
    landmark_affinity,
    landmark_map,
    nearest_landmarks,
)
from deepclust.methods.classical.spectral_clustering import SpectralClustering, affinity_graph, own_scale
from deepclust.neighbors import first_copies

TOYS = ["moons", "rings", "spirals"]


@pytest.fixture(scope="module")
def digits() -> tuple[np.ndarray, np.ndarray]:
    X, y = load_digits(return_X_y=True)
    return (X[:500] / 16).astype(np.float32), y[:500]


# -- exact ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("toy", TOYS)
def test_what_k_means_cannot_do(toy):
    data = load_dataset(toy, n_samples=1000)
    assert adjusted_rand_score(data.y, SpectralClustering(data.n_classes).fit_predict(data.X)) == 1.0


def test_agrees_with_scikit_learn(digits):
    X, _ = digits
    own = SpectralClustering(10, affinity="connectivity", n_neighbors=10).fit(X)
    W, _ = affinity_graph(own._scale(X), 10, "connectivity")
    theirs = ScikitSpectralClustering(10, affinity="precomputed", random_state=0).fit_predict(W.toarray())
    assert adjusted_rand_score(theirs, own.labels_) > 0.9


@pytest.mark.parametrize("affinity", ["self-tuning", "gaussian", "connectivity"])
def test_the_embedding_solves_the_walk_and_new_samples_extend_it(digits, affinity):
    X, _ = digits
    method = SpectralClustering(6, affinity=affinity).fit(X[:400])
    W, scales = affinity_graph(method._scale(X[:400]), 15, affinity)
    D = np.asarray(W.sum(axis=1)).ravel()
    Y = method.embedding_.astype(np.float64)
    np.testing.assert_allclose((W @ Y) / D[:, None], Y * (1 - method.eigenvalues_[:6]), atol=1e-4)
    np.testing.assert_allclose((D[:, None] * Y).T @ Y / D.sum(), np.eye(6), atol=1e-4)
    new, fitted = method._scale(X[450:453]), method._scale(X[:400])
    distance = np.linalg.norm(new[:, None] - fitted, axis=2)
    for i in range(3):
        near = np.argsort(distance[i])[:15]
        d = distance[i, near]
        if affinity == "self-tuning":
            w = np.exp(-(d**2) / (own_scale(d[None])[0] * scales[near]))
        else:
            w = np.exp(-(d**2) / scales[near] ** 2)
        expected = (w / w.sum()) @ Y[near] / (1 - method.eigenvalues_[:6])
        np.testing.assert_allclose(method.transform(X[450 + i : 451 + i])[0], expected, rtol=1e-3, atol=1e-4)


@pytest.mark.parametrize("affinity", ["self-tuning", "gaussian", "connectivity"])
def test_neighbours_are_searched_once(monkeypatch, digits, affinity):
    from deepclust import graphs, neighbors

    search, searches = neighbors.nearest_neighbors, []
    for module in (graphs, neighbors):
        monkeypatch.setattr(module, "nearest_neighbors", lambda *args: searches.append(args) or search(*args))
    affinity_graph(digits[0], 10, affinity)
    assert len(searches) == 1


def test_new_samples_go_to_their_group():
    data = load_dataset("rings", n_samples=800)
    new = load_dataset("rings", n_samples=200, seed=5)
    for rows in ("shi-malik", "unit-length"):
        method = SpectralClustering(2, rows=rows).fit(data.X)
        assert adjusted_rand_score(new.y, method.predict(new.X)) == 1.0


def test_unit_length_rows(digits):
    rows = SpectralClustering(5, rows="unit-length").fit(digits[0]).embedding_
    np.testing.assert_allclose(np.linalg.norm(rows, axis=1), 1, rtol=1e-5)


def test_copies_of_a_sample_share_their_place():
    X = np.random.default_rng(0).normal(size=(60, 3)).astype(np.float32)
    X[40:] = X[7]
    np.testing.assert_array_equal(first_copies(X)[[6, 7, 40, 59]], [6, 7, 7, 7])
    method = SpectralClustering(3).fit(X)
    assert (method.embedding_[40:] == method.embedding_[7]).all()
    np.testing.assert_array_equal(method.predict(X), method.labels_)


def test_what_it_tells():
    data = load_dataset("moons", n_samples=300)
    events = list(SpectralClustering(2).fit_events(data.X))
    (told,) = [e.losses for e in events if isinstance(e, Progress)]
    assert told["cut"] == pytest.approx(0, abs=1e-3)
    assert told["eigengap"] > 0


# -- landmarks ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("toy", ["moons", "rings"])
def test_landmarks_follow_shapes_as_well(toy):
    data = load_dataset(toy, n_samples=1000)
    assert adjusted_rand_score(data.y, LandmarkSpectral(2).fit_predict(data.X)) == 1.0


def test_affinities_by_loops():
    rng = np.random.default_rng(0)
    X, U = rng.normal(size=(9, 3)).astype(np.float32), rng.normal(size=(6, 3)).astype(np.float32)
    numbers, squares = nearest_landmarks(X, U, 2)
    Z = landmark_affinity(numbers, squares, 6, 0.8).toarray()
    for i in range(9):
        d = np.linalg.norm(X[i] - U, axis=1)
        near = np.argsort(d)[:2]
        w = np.exp(-(d[near] ** 2) / (2 * 0.8**2))
        expected = np.zeros(6)
        expected[near] = w / w.sum()
        np.testing.assert_allclose(Z[i], expected, rtol=1e-4)


def test_a_sample_far_from_every_landmark_still_has_affinities():
    Z = landmark_affinity(np.array([[0, 1]]), np.array([[1e8, 1e8 + 8]], np.float32), 3, 1.0)
    np.testing.assert_allclose(Z.toarray().sum(), 1.0)


def test_the_map_gives_eigenvectors_of_the_graph_of_all_samples(digits):
    X, _ = digits
    U = choose_landmarks(X, 60, "random", 0)
    numbers, squares = nearest_landmarks(X, U, 5)
    Z = landmark_affinity(numbers, squares, 60, 1.0)
    values, M = landmark_map(Z, 7)
    dense = Z.toarray()
    graph = dense @ np.diag(1 / dense.sum(axis=0)) @ dense.T
    np.testing.assert_allclose(values[:7], np.linalg.eigvalsh(graph)[::-1][:7], atol=1e-8)
    B = Z @ M
    np.testing.assert_allclose(graph @ B, B * values[:7], atol=1e-8)
    np.testing.assert_allclose(B.T @ B / len(X), np.eye(7), atol=1e-8)


def test_without_the_first_vector_there_is_one_more(digits):
    X, _ = digits
    U = choose_landmarks(X, 60, "random", 0)
    Z = landmark_affinity(*nearest_landmarks(X, U, 5), 60, 1.0)
    whole, rest = (Z @ landmark_map(Z, k, skip)[1] for k, skip in ((8, False), (7, True)))
    assert np.abs(whole[:, 0]).std() < 1e-6 * np.abs(whole[:, 0]).mean()  # the same for all samples
    np.testing.assert_allclose(rest, whole[:, 1:], atol=1e-8)
    assert LandmarkSpectral.presets["paper"]["skip_first"]
    assert LandmarkSpectral(60, n_landmarks=60, skip_first=True).fit(X[:60]).embedding_.shape == (60, 60)


def test_more_clusters_than_landmarks_in_use():
    X = np.repeat(np.random.default_rng(0).random((8, 4)), 5, axis=0).astype(np.float32)
    method = LandmarkSpectral(8, n_landmarks=5, landmarks="random").fit(X)
    assert method.embedding_.shape == (40, 8)
    assert np.isfinite(method.embedding_).all()


def test_landmarks_are_centres_or_samples(digits):
    X, _ = digits
    drawn = choose_landmarks(X, 20, "random", 0)
    assert all((u == X).all(axis=1).any() for u in drawn)
    centres = choose_landmarks(X, 20, "k-means", 0)
    assert centres.shape == (20, 64)
    loss = [((X[:, None] - U) ** 2).sum(axis=2).min(axis=1).mean() for U in (drawn, centres)]
    assert loss[1] < loss[0]
    assert len(choose_landmarks(X[:7], 20, "k-means", 0)) == 7


def test_new_samples_are_placed_by_the_same_map(digits):
    X, _ = digits
    method = LandmarkSpectral(10, n_landmarks=100).fit(X[:400])
    np.testing.assert_array_equal(method.transform(X[:400]), method.embedding_)
    np.testing.assert_allclose(method.transform(X[400:410])[3], method.transform(X[403:404])[0], atol=1e-6)


def test_copies_are_found_without_a_copy_of_the_data():
    import tracemalloc

    X = np.random.default_rng(0).random((500, 2000), dtype=np.float32)
    tracemalloc.start()
    np.testing.assert_array_equal(first_copies(X), np.arange(500))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < X.nbytes / 10
