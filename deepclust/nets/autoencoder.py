"""Autoencoders: convolutional for pictures of any size and channel count, fully connected for vectors."""

from __future__ import annotations

import math
from itertools import pairwise

import torch
from torch import nn
from torch.nn import functional

from deepclust.nets.sizes import SMALLEST_POOLED_SIDE, picture_shape, pooled_sizes


class ConvAutoencoder(nn.Module):
    """Pictures x (b, c, h, w) to latent z (b, n_components), and back to x_hat (b, c, h, w).

    Encoder blocks of convolution 3x3, ReLU, batch norm, max-pool, in this order, then a linear latent space;
    decoder blocks of nearest-neighbour up-sampling and batch-normed convolution (DBC, Li et al. 2017,
    arXiv:1703.07980, as DDLS section 3.3 takes it over). ``channels`` gives the width of each block; a small
    picture gets fewer blocks (`pooled_sizes`).
    """

    def __init__(self, picture: tuple[int, int, int], n_components: int, channels: tuple[int, ...]) -> None:
        super().__init__()
        n_channels, height, width = picture
        self.sizes = pooled_sizes(height, width, len(channels))
        widths = (n_channels, *channels[: len(self.sizes) - 1])
        self.smallest = (widths[-1], *self.sizes[-1])
        flat = self.smallest[0] * self.smallest[1] * self.smallest[2]
        blocks: list[nn.Module] = []
        for i, (before, after) in enumerate(pairwise(widths)):
            pool = tuple(2 if side >= SMALLEST_POOLED_SIDE else 1 for side in self.sizes[i])
            blocks += [nn.Conv2d(before, after, 3, padding=1), nn.ReLU(), nn.BatchNorm2d(after), nn.MaxPool2d(pool)]
        self.encoder = nn.Sequential(*blocks, nn.Flatten(), nn.Linear(flat, n_components))
        self.from_latent = nn.Linear(n_components, flat)
        self.decoder = nn.ModuleList()
        for i in range(len(widths) - 1, 0, -1):
            conv = nn.Conv2d(widths[i], widths[i - 1], 3, padding=1)
            last = i == 1
            self.decoder.append(conv if last else nn.Sequential(conv, nn.ReLU(), nn.BatchNorm2d(widths[i - 1])))

    def encode(self, x: torch.Tensor) -> torch.Tensor:
        z: torch.Tensor = self.encoder(x)
        return z

    def decode(self, z: torch.Tensor) -> torch.Tensor:
        x_hat: torch.Tensor = functional.relu(self.from_latent(z)).unflatten(1, self.smallest)
        for size, block in zip(self.sizes[-2::-1], self.decoder, strict=True):
            x_hat = block(functional.interpolate(x_hat, size=size, mode="nearest"))
        return x_hat

    def forward(self, x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        z = self.encode(x)
        return z, self.decode(z)


class VectorAutoencoder(nn.Module):
    """Vectors x (b, d) to latent z (b, n_components), and back to x_hat (b, d): linear, ReLU, batch norm blocks."""

    def __init__(self, n_features: int, n_components: int, hidden: tuple[int, ...]) -> None:
        super().__init__()
        self.encoder = _layers((n_features, *hidden, n_components))
        self.decoder = _layers((n_components, *hidden[::-1], n_features))

    def encode(self, x: torch.Tensor) -> torch.Tensor:
        z: torch.Tensor = self.encoder(x)
        return z

    def decode(self, z: torch.Tensor) -> torch.Tensor:
        x_hat: torch.Tensor = self.decoder(z)
        return x_hat

    def forward(self, x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        z = self.encode(x)
        return z, self.decode(z)


class DenseAutoencoder(VectorAutoencoder):
    """The fully connected one for samples of any shape x (b, ...), each seen as a row of numbers."""

    def __init__(self, sample: tuple[int, ...], n_components: int, hidden: tuple[int, ...]) -> None:
        super().__init__(math.prod(sample), n_components, hidden)
        self.sample = sample

    def encode(self, x: torch.Tensor) -> torch.Tensor:
        return super().encode(x.flatten(1))

    def decode(self, z: torch.Tensor) -> torch.Tensor:
        return super().decode(z).view(-1, *self.sample)


def autoencoder(
    feature_shape: tuple[int, ...], n_components: int, channels: tuple[int, ...], hidden: tuple[int, ...]
) -> ConvAutoencoder | VectorAutoencoder:
    """The autoencoder that suits samples of a shape: (h, w) or (h, w, c) pictures, (d,) vectors."""
    if len(feature_shape) > 1:
        return ConvAutoencoder(picture_shape(feature_shape), n_components, channels)
    return VectorAutoencoder(feature_shape[0], n_components, hidden)


def _layers(widths: tuple[int, ...]) -> nn.Sequential:
    layers: list[nn.Module] = []
    for before, after in pairwise(widths[:-1]):
        layers += [nn.Linear(before, after), nn.ReLU(), nn.BatchNorm1d(after)]
    return nn.Sequential(*layers, nn.Linear(widths[-2], widths[-1]))
