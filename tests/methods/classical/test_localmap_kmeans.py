"""LocalMAP + k-means: islands are clusters, and new samples land on islands."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.datasets import load_digits
from sklearn.metrics import adjusted_rand_score

from deepclust.events import Snapshot
from deepclust.methods.classical.localmap_kmeans import LocalMAPKMeans

pytestmark = pytest.mark.slow  # numba compiles for up to a minute, once in the life of an installation


@pytest.fixture(scope="module")
def digits() -> tuple[np.ndarray, np.ndarray]:
    X, y = load_digits(return_X_y=True)
    return (X / 16).reshape(-1, 8, 8).astype(np.float32), y


def test_digits_and_those_that_come_later(digits):
    X, y = digits
    method = LocalMAPKMeans(n_clusters=10, random_state=2).fit(X[:1_200])  # seeds 0 to 4: .79 to .88
    assert adjusted_rand_score(y[:1_200], method.labels_) > 0.8
    assert adjusted_rand_score(y[1_200:], method.predict(X[1_200:])) > 0.8
    np.testing.assert_array_equal(method.transform(X[:1_200]), method.embedding_)


def test_copies_are_one_sample_and_three_samples_are_laid_out_too(digits):
    X = np.repeat(digits[0][:40], 3, axis=0)
    method = LocalMAPKMeans(n_clusters=4).fit(X)
    assert len(np.unique(method.embedding_, axis=0)) == 40
    few = LocalMAPKMeans(n_clusters=2).fit(digits[0][:3])
    assert few.embedding_.shape == (3, 2)
    assert len(set(few.labels_)) == 2


def test_the_map_is_told_while_it_forms(digits):
    shots = [e for e in LocalMAPKMeans(n_clusters=10).fit_events(digits[0]) if isinstance(e, Snapshot)]
    assert [(s.stage, s.epoch) for s in shots][:6] == [
        *(("Large picture", n) for n in range(20, 101, 20)),
        ("Both", 20),
    ]
    assert (shots[-1].stage, shots[-1].epoch) == ("Neighbours", 250)
    spread = [float(s.embedding.std()) for s in shots]
    assert spread[0] < spread[-1]
    assert not np.shares_memory(shots[-1].embedding, shots[-2].embedding)
