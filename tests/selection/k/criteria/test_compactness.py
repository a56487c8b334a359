"""Silhouette, Calinski-Harabasz and Davies-Bouldin of every k against plain loops."""

from __future__ import annotations

import numpy as np
import pytest

from deepclust.selection.k.criteria.compactness import calinski_harabasz, davies_bouldin, silhouettes


def silhouette_by_loops(X: np.ndarray, labels: np.ndarray) -> float:
    values = []
    for i in range(len(X)):
        distances = np.linalg.norm(X - X[i], axis=1)
        own = (labels == labels[i]) & (np.arange(len(X)) != i)
        a = distances[own].mean()
        b = min(distances[labels == c].mean() for c in set(labels.tolist()) - {int(labels[i])})
        values.append((b - a) / max(a, b))
    return float(np.mean(values))


def davies_bouldin_by_loops(X: np.ndarray, labels: np.ndarray) -> float:
    clusters = np.unique(labels)
    centres = [X[labels == c].mean(axis=0) for c in clusters]
    spread = [np.linalg.norm(X[labels == c] - m, axis=1).mean() for c, m in zip(clusters, centres, strict=True)]
    return float(
        np.mean(
            [
                max(
                    (spread[i] + spread[j]) / np.linalg.norm(centres[i] - centres[j])
                    for j in range(len(clusters))
                    if j != i
                )
                for i in range(len(clusters))
            ]
        )
    )


def test_values_are_those_of_plain_loops(groups, labels) -> None:
    X, some = groups[0].astype(np.float64), {k: labels[k] for k in (3, 5)}
    for k, value in zip(some, silhouettes(X, some), strict=True):
        assert value == pytest.approx(silhouette_by_loops(X, some[k]), abs=1e-6)
    for k, value in zip(some, davies_bouldin(X, some), strict=True):
        assert value == pytest.approx(davies_bouldin_by_loops(X, some[k]), abs=1e-6)


def test_variance_ratio_worked_by_hand() -> None:
    X = np.array([[0.0], [2.0], [10.0], [12.0]])
    # between: 4 * 25 = 100 over k - 1 = 1, within: 4 * 1 = 4 over n - k = 2
    assert calinski_harabasz(X, {2: np.array([0, 0, 1, 1])}).tolist() == [50.0]


def test_all_are_best_at_the_number_of_groups(groups, labels) -> None:
    ks = list(labels)
    assert ks[int(np.argmax(silhouettes(groups[0], labels)))] == 4
    assert ks[int(np.argmax(calinski_harabasz(groups[0], labels)))] == 4
    assert ks[int(np.argmin(davies_bouldin(groups[0], labels)))] == 4


def test_one_cluster_cannot_be_judged(groups) -> None:
    alone = {2: np.zeros(240, np.int64)}
    assert np.isnan([f(groups[0], alone)[0] for f in (silhouettes, calinski_harabasz, davies_bouldin)]).all()
