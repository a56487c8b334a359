"""UMAP and t-SNE on data whose groups are known: the map keeps them, and says what was really used."""

from __future__ import annotations

import warnings

import numpy as np
import pytest

from deepclust.projections import project


def three_groups(size: int = 60) -> tuple[np.ndarray, np.ndarray]:
    generator = np.random.default_rng(0)
    labels = np.repeat(np.arange(3), size)
    centers = generator.normal(size=(3, 80)) * 3
    return (centers[labels] + generator.normal(size=(3 * size, 80))).astype(np.float32), labels


@pytest.mark.parametrize("method", ["tsne", pytest.param("umap", marks=pytest.mark.slow)])
@pytest.mark.parametrize("n_components", [2, 3])
def test_groups_stay_apart(method, n_components):
    X, labels = three_groups()
    projection = project(X, method, n_components)
    distance = np.linalg.norm(projection.points[:, None] - projection.points, axis=2)
    np.fill_diagonal(distance, np.inf)
    assert (labels[distance.argmin(axis=1)] == labels).all()
    assert projection.trustworthiness > 0.8


def test_tsne_cuts_the_perplexity_of_few_samples():
    assert project(three_groups(10)[0], "tsne", params={"n_iter": 10}).params == {
        "perplexity": pytest.approx(29 / 3),
        "n_iter": 10,
    }


def test_tsne_of_many_samples_interpolates():
    X = np.random.default_rng(0).normal(size=(10_000, 2)).astype(np.float32)
    said = []

    def stop_early(fraction, text):
        said.append(text)
        return "iteration 20 " in text

    with pytest.raises(Exception, match="stopped"):
        project(X, "tsne", params={"perplexity": 2}, progress=stop_early)
    assert said[-1] == "t-SNE, iteration 20 of 750"


@pytest.mark.slow
def test_umap_cuts_the_neighbors_of_few_samples_without_a_warning():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert project(three_groups(3)[0], "umap").params == {"n_neighbors": 8, "min_dist": 0.1}


@pytest.mark.slow
def test_umap_lets_other_threads_run_during_an_epoch():
    project(three_groups()[0], "umap")
    from umap import layouts

    assert layouts._nb_optimize_layout_euclidean_single_epoch.targetoptions["nogil"]
