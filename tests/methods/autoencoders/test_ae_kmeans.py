"""AEKMeans: reconstruction is learned, and the clusters are k-means of the latent space."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.cluster import KMeans as ScikitKMeans
from sklearn.datasets import load_digits
from sklearn.metrics import adjusted_rand_score

from deepclust.events import Progress
from deepclust.methods.autoencoders.ae_kmeans import AEKMeans


@pytest.fixture(scope="module")
def digits() -> tuple[np.ndarray, np.ndarray]:
    X, y = load_digits(n_class=4, return_X_y=True)
    return (X[:300] / 16).reshape(-1, 8, 8).astype(np.float32), y[:300]


@pytest.mark.parametrize("flat", [False, True])
def test_it_learns_to_reconstruct_and_finds_digits(digits, flat):
    X, y = digits
    method = AEKMeans(4, max_epochs=25, n_channels=8, n_hidden=64, learning_rate=1e-2, device="cpu")
    events = list(method.fit_events(X.reshape(300, -1) if flat else X))
    errors = [e.losses["reconstruction"] for e in events if isinstance(e, Progress)]
    assert errors[-1] < errors[0] / 5
    assert adjusted_rand_score(y, method.labels_) > 0.4


def test_labels_are_k_means_of_the_latent_space(digits):
    method = AEKMeans(4, max_epochs=3, n_channels=8, device="cpu").fit(digits[0])
    inertia = ((method.embedding_ - method.cluster_centers_[method.labels_]) ** 2).sum()
    assert inertia <= 1.01 * ScikitKMeans(4, n_init=10, random_state=1).fit(method.embedding_).inertia_
    assert method.embedding_.shape == (300, 10)


def test_no_epoch_at_all_still_clusters(digits):
    method = AEKMeans(4, max_epochs=0, n_channels=8, device="cpu").fit(digits[0])
    assert len(set(method.labels_.tolist())) == 4
    assert method.n_iter_ == 0


def test_cost_of_a_small_network_by_hand():
    # 3 -> 5 -> 5 -> 2 and back: 2 * (15 + 25 + 10) = 100 products; 4 epochs of 10 samples, three passes each
    cost = AEKMeans(n_components=2, n_hidden=5, max_epochs=4).cost(10, (3,))
    assert cost.flops == 3 * (2 * 100) * 10 * 4


@pytest.mark.parametrize("scaling", ["range", "standard", "sample"])
@pytest.mark.parametrize("shape", [(8, 8), (8, 8, 3), (12,)])
def test_what_it_draws_is_as_what_it_is_given(shape, scaling):
    X = 5 + 3 * np.random.default_rng(0).random((40, *shape)).astype(np.float32)
    method = AEKMeans(2, max_epochs=1, n_channels=4, n_hidden=8, n_init=1, scaling=scaling, device="cpu").fit(X)
    drawn = method.reconstruct(X[:7])
    assert drawn.shape == (7, *shape)
    assert drawn.dtype == np.float32
    if scaling != "sample":
        own = method._scale(drawn)
        x_hat = method._net(method._tensor(method._scale(X[:7])))[1].detach().numpy()
        own = np.moveaxis(own.reshape(7, 8, 8, -1), -1, 1) if len(shape) > 1 else own
        np.testing.assert_allclose(own, x_hat, atol=1e-4)
    with pytest.raises(ValueError, match=r"shape|features"):
        method.reconstruct(X[:7, :-1])
