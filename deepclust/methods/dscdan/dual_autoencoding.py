"""The dual autoencoder as a base class: its hyper-parameters, building it, and how large it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from deepclust.methods.base import hyperparameters as shared
from deepclust.methods.base.deep import FLOAT_BYTES, DeepMethod
from deepclust.nets.dual_sizes import cluster_net_size, dual_autoencoder_size, features_shape, pair_size
from deepclust.nets.sizes import NetSize
from deepclust.params import param

if TYPE_CHECKING:
    from torch import nn


class DualAutoencoderMethod(DeepMethod):
    """Base of methods on the dual autoencoder of Yang et al. 2019: networks and training."""

    n_components: int = param(
        60,
        "Latent size",
        help="How many numbers the network may describe a sample with.",
        min=1,
        max=2048,
        group="Network",
        advanced=True,
    )
    n_channels: int = param(
        32,
        "Channels",
        help="Width of the first convolution, for pictures; deeper ones have up to four times as many.",
        min=1,
        max=512,
        group="Network",
        advanced=True,
    )
    n_convs: int = param(
        1,
        "Convolutions",
        help="How many at each size of a picture, which is halved until no side is longer than 8 pixels.",
        min=1,
        max=4,
        group="Network",
        advanced=True,
    )
    n_hidden: int = param(
        512,
        "Hidden units",
        help="Width of the layers for tables and embeddings, and of the cluster network.",
        min=2,
        max=8192,
        group="Network",
        advanced=True,
    )
    batch_size: int = shared.batch_size()
    steps_per_epoch: int = shared.steps_per_epoch(10)
    learning_rate: float = shared.learning_rate()

    def _build(self, feature_shape: tuple[int, ...]) -> nn.Module:
        from deepclust.nets.dual_net import DualNet

        return DualNet(
            feature_shape, self.n_components, self.n_channels, self.n_convs, self.n_hidden, self._n_outputs()
        )

    def _n_outputs(self) -> int:
        """How many outputs the cluster network has."""
        return self.n_clusters

    def _part_sizes(self, feature_shape: tuple[int, ...]) -> tuple[NetSize, NetSize, NetSize, NetSize]:
        """Sizes of the encoder, the decoder, the discriminators that are used, and the cluster network."""
        encoder, decoder = dual_autoencoder_size(
            feature_shape, self.n_components, self.n_channels, self.n_convs, (self.n_hidden,) * 2
        )
        telling = pair_size(features_shape(feature_shape, self.n_channels, (self.n_hidden,)), self.n_components)
        return (encoder, decoder, telling, cluster_net_size(self.n_components, self.n_hidden, self._n_outputs()))

    def _memory(self, n_samples: int, batch: int, feature_shape: tuple[int, ...]) -> float:
        """Bytes: the data, four copies of the weights (Adam), and a batch at work, disturbed codes included."""
        parts = self._part_sizes(feature_shape)
        data = n_samples * float(np.prod(feature_shape))
        weights = sum(part.n_parameters for part in parts)
        at_work = 2 * batch * sum(part.activations for part in parts)
        return FLOAT_BYTES * (2 * data + 4 * weights + at_work)
