"""What methods with an autoencoder share: its hyper-parameters, building it, and what training it will cost."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from deepclust.methods.base import hyperparameters as shared
from deepclust.methods.base.deep import FLOAT_BYTES, PASSES, DeepMethod, descend
from deepclust.methods.base.method import AUTOENCODER, Cost
from deepclust.nets.sizes import NetSize, autoencoder_size
from deepclust.params import param

if TYPE_CHECKING:
    import torch
    from torch import nn

    from deepclust.captured import Step


class AutoencoderMethod(DeepMethod):
    """Base of methods that train an autoencoder: convolutional for pictures, fully connected for vectors."""

    family = AUTOENCODER

    n_components: int = shared.n_components(10)
    n_blocks: int = param(
        3,
        "Blocks",
        help="How often a picture is halved on its way in; small pictures take fewer.",
        min=1,
        max=6,
        group="Network",
        advanced=True,
    )
    n_channels: int = shared.n_channels(32, "Width of the convolutions, for pictures.")
    n_hidden: int = shared.n_hidden(256, "Width of the two hidden layers, for tables and embeddings.")
    batch_size: int = shared.batch_size()
    learning_rate: float = shared.learning_rate()

    def cost(self, n_samples: int, feature_shape: tuple[int, ...]) -> Cost:
        """Operations of all epochs, and bytes: the data, four copies of the weights (Adam), one batch at work."""
        net = self._net_size(feature_shape)
        epochs = sum(n_epochs for _, n_epochs in self.plan())
        batch = self._batch_size(n_samples)
        data = n_samples * float(np.prod(feature_shape))
        floats = 2 * data + 4 * net.n_parameters + 2 * batch * net.activations
        return Cost(flops=PASSES * net.flops * n_samples * epochs, memory=FLOAT_BYTES * floats)

    def _net_size(self, feature_shape: tuple[int, ...]) -> NetSize:
        return autoencoder_size(feature_shape, self.n_components, *self._widths())

    def _build(self, feature_shape: tuple[int, ...]) -> nn.Module:
        from deepclust.nets.autoencoder import autoencoder

        return autoencoder(feature_shape, self.n_components, *self._widths())

    def _widths(self) -> tuple[tuple[int, ...], tuple[int, ...]]:
        """Channels of the convolution blocks, and units of the hidden layers."""
        return (self.n_channels,) * self.n_blocks, (self.n_hidden,) * 2

    def _encode(self, x: torch.Tensor) -> torch.Tensor:
        codes: torch.Tensor = self._net.encode(x)
        return codes

    def _reconstructing(
        self,
        x: torch.Tensor,
        optimiser: torch.optim.Optimizer,
        shown: Callable[[torch.Tensor], torch.Tensor] | None = None,
        per: int = 1,
    ) -> Step:
        """The step in which the network learns to give back some rows (b,) of samples x (n, ...), and nothing else.

        shown: what is made of a batch before the network sees it, and is to give it back. per: what the squared error of a sample
        is divided by.
        """
        from deepclust.losses.reconstruction import reconstruction_loss

        @self._captured(optimiser)
        def step(rows: torch.Tensor) -> dict[str, torch.Tensor]:
            seen = x[rows] if shown is None else shown(x[rows])
            with self._products():
                x_hat = self._net(seen)[1]
            loss = reconstruction_loss(seen, x_hat.float()) / per
            descend(optimiser, loss)
            return {"reconstruction": loss}

        return step
