"""All that the dual autoencoder with its spectral stage learns: one module, so that one optimiser can train it."""

from __future__ import annotations

from itertools import pairwise

import torch
from torch import nn

from deepclust.nets.dual_autoencoder import dual_autoencoder
from deepclust.nets.dual_sizes import DISCRIMINATOR_WIDTH, Convs, features_shape
from deepclust.nets.orthonormal import Orthonormal
from deepclust.nets.pair_discriminator import PairDiscriminator


class ClusterNet(nn.Module):
    """C of Yang et al. 2019, section 3.2: four fully connected layers, ReLU, code z (b, d) to outputs (b, m).

    Codes are standardised first, by a mean and a spread that `standardize` takes from all of them once (0 and 1 before):
    codes that lie close together, far from 0, would give outputs that are nearly all alike.
    """

    mean: torch.Tensor
    spread: torch.Tensor

    def __init__(self, n_components: int, n_hidden: int, n_outputs: int) -> None:
        super().__init__()
        layers: list[nn.Module] = []
        for before, after in pairwise((n_components, n_hidden, n_hidden, max(1, n_hidden // 2))):
            layers += [nn.Linear(before, after), nn.ReLU()]
        self.layers = nn.Sequential(*layers, nn.Linear(max(1, n_hidden // 2), n_outputs))
        self.register_buffer("mean", torch.zeros(n_components))
        self.register_buffer("spread", torch.ones(()))

    def standardize(self, codes: torch.Tensor) -> None:
        """Take over the mean of codes (n, d), and their root mean square distance from it for each dimension."""
        self.mean.copy_(codes.mean(dim=0))
        self.spread.copy_((codes - self.mean).square().mean().sqrt().clamp(min=torch.finfo(codes.dtype).tiny))

    def forward(self, z: torch.Tensor) -> torch.Tensor:
        outputs: torch.Tensor = self.layers((z - self.mean) / self.spread)
        return outputs


class DualNet(nn.Module):
    """The autoencoder, discriminators T1 (``whole``) and T2 (``place``), the cluster net, its last layer, its centres.

    ``orthonormal`` has weights that are set, not learned. ``centers`` (k, d) are the means of the codes'
    prior, all 0 at first, as in the released code.
    """

    def __init__(
        self, feature_shape: tuple[int, ...], n_components: int, convs: Convs, n_hidden: int, n_outputs: int
    ) -> None:
        super().__init__()
        hidden = (n_hidden, n_hidden)
        self.autoencoder = dual_autoencoder(feature_shape, n_components, convs, hidden)
        c, h, w = features_shape(feature_shape, convs, hidden)
        self.whole = PairDiscriminator(c * h * w, n_components, DISCRIMINATOR_WIDTH)
        self.place = PairDiscriminator(c, n_components, DISCRIMINATOR_WIDTH)
        self.clusters = ClusterNet(n_components, n_hidden, n_outputs)
        self.orthonormal = Orthonormal(n_outputs)
        self.centers = nn.Parameter(torch.zeros(n_outputs, n_components))
