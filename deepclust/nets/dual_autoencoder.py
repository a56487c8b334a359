"""The dual autoencoder: an encoder with a mean and a log-variance, and the decoder that clean and noisy codes share."""

from __future__ import annotations

from itertools import pairwise
from typing import NamedTuple

import torch
from torch import nn
from torch.nn import functional

from deepclust.nets.dual_sizes import Convs
from deepclust.nets.sizes import picture_shape

SLOPE = 0.2  # of LeakyReLU, as in the released code
LOG_VAR_RANGE = 10.0  # beyond this exp() says nothing new and may overflow


class Code(NamedTuple):
    """mu, log_var (b, n_components); features (b, c, h, w): the map in front of the heads, (b, c, 1, 1) of vectors."""

    mu: torch.Tensor
    log_var: torch.Tensor
    features: torch.Tensor


class ConvDualAutoencoder(nn.Module):
    """Pictures x (b, c, h, w) to a `Code`, and codes z (b, n_components) back to x_hat (b, c, h, w).

    Yang et al. 2019, table 2, and the released code: stages of convolutions, the first of each with stride 2, LeakyReLU, no
    batch norm. If not told otherwise the picture is halved until no side is longer than 8 pixels (`Convs`), so a larger
    picture gets a deeper encoder; the decoder runs through the same sizes backwards.
    """

    def __init__(self, picture: tuple[int, int, int], n_components: int, convs: Convs) -> None:
        super().__init__()
        self.sizes = convs.sizes(picture[1], picture[2])
        widths = (picture[0], *convs.widths(len(self.sizes) - 1))
        side, padding, n_convs = convs.kernel, convs.kernel // 2, convs.n_convs
        self.smallest = (widths[-1], *self.sizes[-1])
        flat = self.smallest[0] * self.smallest[1] * self.smallest[2]
        layers: list[nn.Module] = []
        for before, after in pairwise(widths):
            layers += [nn.Conv2d(before, after, side, stride=2, padding=padding), nn.LeakyReLU(SLOPE)]
            for _ in range(n_convs - 1):
                layers += [nn.Conv2d(after, after, side, padding=padding), nn.LeakyReLU(SLOPE)]
        self.encoder = nn.Sequential(*layers)
        self.mean = nn.Linear(flat, n_components)
        self.log_var = nn.Linear(flat, n_components)
        self.from_latent = nn.Linear(n_components, flat)
        self.same, self.doubling = nn.ModuleList(), nn.ModuleList()
        for before, after in pairwise(widths[::-1]):
            kept: list[nn.Module] = []
            for _ in range(n_convs - 1):
                kept += [nn.Conv2d(before, before, side, padding=padding), nn.LeakyReLU(SLOPE)]
            self.same.append(nn.Sequential(*kept))
            self.doubling.append(nn.ConvTranspose2d(before, after, side, stride=2, padding=padding))

    def encode(self, x: torch.Tensor) -> Code:
        features = self.encoder(x)
        h = features.flatten(1)
        return Code(self.mean(h), self.log_var(h).clamp(-LOG_VAR_RANGE, LOG_VAR_RANGE), features)

    def decode(self, z: torch.Tensor) -> torch.Tensor:
        x_hat: torch.Tensor = self.from_latent(z).unflatten(1, self.smallest)
        last = len(self.doubling) - 1
        for i, (same, doubling) in enumerate(zip(self.same, self.doubling, strict=True)):
            x_hat = doubling(same(x_hat), output_size=self.sizes[last - i])
            if i < last:
                x_hat = functional.leaky_relu(x_hat, SLOPE)
        return x_hat


class VectorDualAutoencoder(nn.Module):
    """Vectors x (b, d), for instance features of a pretrained network, to a `Code` and back: layers with LeakyReLU."""

    def __init__(self, n_features: int, n_components: int, hidden: tuple[int, ...]) -> None:
        super().__init__()
        self.encoder = _layers((n_features, *hidden))
        self.mean = nn.Linear(hidden[-1], n_components)
        self.log_var = nn.Linear(hidden[-1], n_components)
        self.decoder = nn.Sequential(*_layers((n_components, *hidden[::-1])), nn.Linear(hidden[0], n_features))

    def encode(self, x: torch.Tensor) -> Code:
        h = self.encoder(x)
        log_var = self.log_var(h).clamp(-LOG_VAR_RANGE, LOG_VAR_RANGE)
        return Code(self.mean(h), log_var, h[:, :, None, None])

    def decode(self, z: torch.Tensor) -> torch.Tensor:
        x_hat: torch.Tensor = self.decoder(z)
        return x_hat


def dual_autoencoder(
    feature_shape: tuple[int, ...], n_components: int, convs: Convs, hidden: tuple[int, ...]
) -> ConvDualAutoencoder | VectorDualAutoencoder:
    """The dual autoencoder that suits samples of a shape: (h, w) or (h, w, c) pictures, (d,) vectors."""
    if len(feature_shape) > 1:
        return ConvDualAutoencoder(picture_shape(feature_shape), n_components, convs)
    return VectorDualAutoencoder(feature_shape[0], n_components, hidden)


def _layers(widths: tuple[int, ...]) -> nn.Sequential:
    layers: list[nn.Module] = []
    for before, after in pairwise(widths):
        layers += [nn.Linear(before, after), nn.LeakyReLU(SLOPE)]
    return nn.Sequential(*layers)
