"""Exemplars against distances worked out one by one."""

from __future__ import annotations

import numpy as np
import pytest

from deepclust.metrics.exemplars import exemplars


def test_order_and_confidence_agree_with_plain_loops() -> None:
    generator = np.random.default_rng(0)
    X = (generator.normal(size=(60, 3)) + 1_000).astype(np.float32)
    labels = generator.integers(0, 4, 60) * 2  # cluster numbers with gaps, as after matching
    found = exemplars(X, labels, n=7)
    centres = {c: X[labels == c].mean(axis=0) for c in np.unique(labels)}
    for cluster, ids in found.typical.items():
        own = {i: np.linalg.norm(X[i] - centres[cluster]) for i in np.flatnonzero(labels == cluster)}
        assert ids.tolist() == sorted(own, key=own.get)[:7]
        margins = {
            i: 1 - d / min(np.linalg.norm(X[i] - m) for c, m in centres.items() if c != cluster) for i, d in own.items()
        }
        assert found.borderline[cluster].tolist() == sorted(margins, key=margins.get)[:7]
        for i, margin in margins.items():
            away = {c: np.linalg.norm(X[i] - m) for c, m in centres.items() if c != cluster}
            assert found.other[i] == min(away, key=away.get)
            assert found.confidence[i] == pytest.approx(np.clip(margin, 0, 1), abs=1e-3)


def test_a_sample_on_its_centre_is_certain_and_one_half_way_is_not() -> None:
    X = np.array([[0.0], [0.0], [3.0], [10.0], [10.0], [7.0]], dtype=np.float32)
    found = exemplars(X, np.array([0, 0, 0, 1, 1, 1]))
    assert found.confidence[0] > 0.85
    assert found.confidence[2] == pytest.approx(1 - 2 / 6)
    assert found.borderline[0][0] == 2


def test_a_lone_cluster_and_equal_samples_do_not_divide_by_zero() -> None:
    lone = exemplars(np.zeros((5, 2), np.float32), np.zeros(5, int))
    assert lone.confidence.tolist() == [1.0] * 5
    twins = exemplars(np.zeros((4, 2), np.float32), np.array([0, 0, 1, 1]))
    assert twins.confidence.tolist() == [0.0] * 4


@pytest.mark.parametrize("factor", [1e37, 1e-34])
def test_the_unit_of_a_space_does_not_matter(factor: float) -> None:
    generator = np.random.default_rng(1)
    X = generator.normal(size=(60, 3)).astype(np.float32)
    labels = generator.integers(0, 4, 60)
    usual, far = exemplars(X, labels), exemplars(X * np.float32(factor), labels)
    np.testing.assert_allclose(far.confidence, usual.confidence, atol=1e-4)
    for cluster, ids in usual.typical.items():
        assert set(far.typical[cluster][:3].tolist()) <= set(ids[:4].tolist())
