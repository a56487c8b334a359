"""DEC and its kin: codes are drawn to the centres, targets come from the samples as they are, and the end is told."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from sklearn.datasets import load_digits
from sklearn.metrics import adjusted_rand_score

from deepclust.events import Note, Progress
from deepclust.losses.self_training import soft_assignment, target_distribution
from deepclust.methods import find_method

SMALL = {"n_clusters": 4, "n_hidden": 32, "n_wide": 32, "learning_rate": 1e-2, "device": "cpu"}


@pytest.fixture(scope="module")
def digits() -> tuple[np.ndarray, np.ndarray]:
    X, y = load_digits(n_class=4, return_X_y=True)
    return (X[:300] / 16).reshape(-1, 8, 8).astype(np.float32), y[:300]


def spread(method) -> float:
    """How far codes are from their centres, beside how far these are from each other."""
    own = np.linalg.norm(method.embedding_ - method.cluster_centers_[method.labels_], axis=1).mean()
    return float(own / np.linalg.norm(method.cluster_centers_[:, None] - method.cluster_centers_, axis=2).max())


@pytest.mark.parametrize("name", ["DEC", "IDEC", "DECDA", "IDECDA"])
def test_codes_are_drawn_to_the_centres_of_what_the_autoencoder_shows(digits, name):
    X, y = digits
    few = {**SMALL, "pretrain_epochs": 30, "clustering_rate": 1e-2, "tol": 0.0}
    before = find_method(name)(max_epochs=0, **few).fit(X)
    after = find_method(name)(max_epochs=10, **few).fit(X)
    assert spread(after) < 0.8 * spread(before)
    assert adjusted_rand_score(y, after.labels_) > 0.5


@pytest.mark.parametrize("name", ["DEC", "IDECDA"])
def test_targets_come_from_the_samples_as_they_are(digits, name):
    method = find_method(name)(pretrain_epochs=1, max_epochs=1, tol=0.0, **SMALL)
    for event in method.fit_events(digits[0]):
        if isinstance(event, Progress) and "KL" in event.losses:
            state = method.checkpoint()["state"]
    q = soft_assignment(torch.from_numpy(method.embedding_), state["net"]["centers"])
    torch.testing.assert_close(state["clusters"]["targets"], target_distribution(q), rtol=1e-4, atol=1e-6)
    np.testing.assert_array_equal(state["clusters"]["assigned"], method.labels_)


def test_it_ends_when_hardly_a_sample_moves(digits):
    method = find_method("IDEC")(pretrain_epochs=1, max_epochs=50, tol=1.0, **SMALL)
    events = list(method.fit_events(digits[0]))
    assert sum("KL" in e.losses for e in events if isinstance(e, Progress)) == 1
    assert any("settled after 1 epoch" in e.text for e in events if isinstance(e, Note))


def test_the_papers_network_on_pictures(digits):
    method = find_method("DEC")(pretrain_epochs=0, max_epochs=0, n_hidden=500, n_wide=2000, device="cpu").fit(digits[0])
    widths = [layer.out_features for layer in method._net.encoder if isinstance(layer, torch.nn.Linear)]
    assert widths == [500, 500, 2000, 10]
    sizes = method._net_size((8, 8))
    assert method.n_parameters_ == sizes.n_parameters + 10 * 10  # and the centres


def test_cost_by_hand():
    # 3 -> 5 -> 5 -> 4 -> 2 and back: 2 * (15 + 25 + 20 + 8) products; 10 samples, 3 + 2 epochs of three passes, and 2 encodings
    method = find_method("IDEC")(n_components=2, n_hidden=5, n_wide=4, pretrain_epochs=3, max_epochs=2)
    assert method.cost(10, (3,)).flops == 2 * 2 * 68 * 10 * (3 * 5 + 2 * 0.5)
