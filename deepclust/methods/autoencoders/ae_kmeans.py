"""An autoencoder, then k-means on its latent space: the simplest deep clustering, and the start of many others."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from deepclust.compute import to_numpy
from deepclust.events import Event, Stage
from deepclust.methods.base import hyperparameters as shared
from deepclust.methods.base.autoencoding import AutoencoderMethod
from deepclust.methods.base.centers import kmeans_centers
from deepclust.methods.base.deep import Means
from deepclust.spaces import LATENT

if TYPE_CHECKING:
    pass


class AEKMeans(AutoencoderMethod):
    """Autoencoder trained on the reconstruction loss alone; clusters are k-means of its latent space."""

    title = "Autoencoder + k-means"
    summary = "Learns to describe each sample with a few numbers, then groups samples whose numbers are close."
    reference = "Xie, Girshick, Farhadi 2016, arXiv:1511.06335 (its starting point)"
    good_for = "The baseline of all methods with an autoencoder: what the code alone is worth."
    reported_as = ("AE + k-means",)
    equations = (
        r"\min_{\theta} \frac{1}{n} \sum_i \lVert x_i - g(f(x_i)) \rVert^2",
        r"\min_{\mu} \sum_i \min_k \lVert z_i - \mu_k \rVert^2, \quad z_i = f(x_i)",
    )
    presets = {"quick": {"max_epochs": 25}, "paper": {"max_epochs": 200}}
    rank = 20
    spaces_without_k = (LATENT,)

    max_epochs: int = shared.epochs(50)
    n_init: int = shared.n_init()

    def plan(self) -> tuple[tuple[str, int], ...]:
        return (("Autoencoder", self.max_epochs),)

    def _learn(self, X: np.ndarray) -> Iterator[Event]:

        x = self._x = self._tensor(X)
        size = self._batch_size(len(x))
        optimiser = self._adam(self._net.parameters(), self.learning_rate)

        step = self._reconstructing(x, optimiser)

        (stage,) = self.plan()
        yield Stage(*stage, {"reconstruction": "squared error of the decoder's output, summed over a sample (falls)"})
        for _ in self._epochs(*stage, net=self._net, optimiser=optimiser, generator=self._generator):
            losses = Means()
            for rows in self._batches(len(x), size):
                losses.add(step(rows), len(rows))
            yield from self._report(losses)

    def _settle(self, X: np.ndarray) -> None:
        self.embedding_ = self._embed(X)
        self.cluster_centers_ = kmeans_centers(self.embedding_, self.n_clusters, self._fit_seed, self.n_init)
        self.labels_ = self._assign(self.embedding_)

    def reconstruct(self, X: np.ndarray) -> NDArray[np.float32]:
        """What the decoder makes of the codes of samples X (n, *feature_shape), in the units of X.

        Where each sample was standardised by itself, in those of the network. ValueError for samples of another shape.
        """
        import torch

        with torch.no_grad():
            x_hat = to_numpy(self._net(self._tensor(self._scale(self._check_input(X, reset=False))))[1])
        drawn = (np.moveaxis(x_hat, 1, -1) if x_hat.ndim == 4 else x_hat).reshape(len(x_hat), *self.feature_shape_)
        own_units = self.scaling != "sample"
        return np.asarray(drawn * self.scaling_divisor_ + self.scaling_offset_ if own_units else drawn, np.float32)
