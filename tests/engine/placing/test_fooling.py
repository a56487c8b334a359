"""How little moves a sample: a linear model worked by hand, and every kind of network on a run."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from deepclust.engine.placing.fooling import fool, fooled, has_network
from deepclust.runs import Run, RunStore
from tests.engine.placing.test_finished import finished

W, B = np.array([1.0, -2.0, 0.5]), -1.0  # class 1 where w x + b > 0


def labels_of(X: np.ndarray) -> np.ndarray:
    return (X @ W + B > 0).astype(np.int64)


def test_on_a_linear_model_the_least_step_is_the_margin_over_the_sum_of_weights() -> None:
    x = np.zeros(3)
    way = fooled(x, W, labels_of, budget=1.0)  # the loss of class 0 grows along w
    assert way.moved
    assert way.amounts[-1] == pytest.approx(-B / np.abs(W).sum(), rel=1e-3)  # 1 / 3.5
    np.testing.assert_allclose(way.samples[-1], way.amounts[-1] * np.sign(W), rtol=1e-5)
    assert set(way.labels[:-1].tolist()) == {0}


def test_a_feature_has_its_own_scale_and_none_leaves_the_bounds() -> None:
    scaled = fooled(np.zeros(3), W, labels_of, budget=1.0, scale=np.array([4.0, 1.0, 0.0]))
    assert scaled.amounts[-1] == pytest.approx(1 / 6, rel=1e-3)
    held = fooled(np.zeros(3), W, labels_of, budget=5.0, bounds=(0.0, 0.25))
    assert not held.moved
    assert held.samples.max() == 0.25
    assert len(held.samples) == len(held.amounts) == len(held.labels)


def test_too_small_a_budget_moves_nothing() -> None:
    assert not fooled(np.zeros(3), W, labels_of, budget=0.2).moved


@pytest.mark.parametrize("method", ["AEKMeans", "SpectralNet", "DSCDAN", "LALNet"])
def test_networks_are_fooled_by_what_they_answer_themselves(
    ask: Callable[..., Run], store: RunStore, method: str
) -> None:
    run = finished(ask, store, method)
    assert has_network(run)
    way = fool(run, run.data.X[3], budget=0.5)
    assert way.samples.shape[1:] == run.data.feature_shape
    assert (way.samples >= 0).all()
    assert (way.samples <= 1).all()
    assert way.labels.tolist() == run.method.predict(way.samples).tolist()


def test_a_method_without_a_network_says_so(ask: Callable[..., Run], store: RunStore) -> None:
    run = finished(ask, store)
    assert not has_network(run)
    with pytest.raises(ValueError, match="KMeans has no network"):
        fool(run, run.data.X[0], 0.1)
