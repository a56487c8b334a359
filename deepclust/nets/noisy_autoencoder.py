"""DEPICT's autoencoder: a clean and a noisy way through one encoder, and a decoder that gives every layer back."""

from __future__ import annotations

from itertools import pairwise

import torch
from torch import nn
from torch.nn import functional

from deepclust.nets.sizes import picture_shape

SLOPE = 0.01  # of LeakyReLU
SIDE = 5  # of the convolutions
Layers = list[torch.Tensor]  # what goes in, the hidden layers in order, and the code


class NoisyAutoencoder(nn.Module):
    """Samples x (b, ...) to `Layers` and back, with a soft-max head: Ghasedi Dizaji et al. 2017, figure 2.

    Pictures go through two convolutions of stride 2, vectors through two dense layers, and then to the code (b, n_components) with
    tanh. The noisy way leaves out values of the input and of the first layer; vectors, of which a few values may say all, get a
    little noise instead. The decoder has no tanh at its end, as inputs need not lie
    in [-1, 1].
    """

    def __init__(self, feature_shape: tuple[int, ...], n_components: int, width: int, n_clusters: int) -> None:
        super().__init__()
        self.encoder, self.decoder = nn.ModuleList(), nn.ModuleList()
        if len(feature_shape) == 1:
            flat = width
            self.smallest: tuple[int, ...] = (width,)
            for before, after in pairwise((feature_shape[0], width, width)):
                self.encoder.append(nn.Linear(before, after))
                self.decoder.insert(0, nn.Linear(after, before))
        else:
            channels, *size = picture_shape(feature_shape)
            for before, after in ((channels, width), (width, width)):
                smaller = [(side + 1) // 2 for side in size]
                # what doubling leaves open of a side
                odd = [side - (2 * half - 1) for side, half in zip(size, smaller, strict=True)]
                self.encoder.append(nn.Conv2d(before, after, SIDE, stride=2, padding=SIDE // 2))
                back = nn.ConvTranspose2d(
                    after, before, SIDE, stride=2, padding=SIDE // 2, output_padding=(odd[0], odd[1])
                )
                self.decoder.insert(0, back)
                size = smaller
            self.smallest = (width, size[0], size[1])
            flat = width * size[0] * size[1]
        self.to_code, self.from_code = nn.Linear(flat, n_components), nn.Linear(n_components, flat)
        self.head = nn.Linear(n_components, n_clusters)

    def encode(self, x: torch.Tensor, dropout: float = 0.0, generator: torch.Generator | None = None) -> Layers:
        """The layers of samples x (b, ...), on the noisy way with a share ``dropout`` of the values left out."""
        layers = [x]
        h = _disturbed(x, dropout, generator)
        for number, layer in enumerate(self.encoder):
            h = functional.leaky_relu(layer(h), SLOPE)
            layers.append(h)
            h = _disturbed(h, dropout, generator) if number == 0 else h
        return [*layers, torch.tanh(self.to_code(h.flatten(1)))]

    def decode(self, z: torch.Tensor) -> Layers:
        """What the decoder makes of codes (b, n_components): input and hidden layers in the order of `encode`, without the code."""
        h = functional.leaky_relu(self.from_code(z), SLOPE).unflatten(1, self.smallest)
        layers = [h]
        for number, layer in enumerate(self.decoder):
            h = layer(h)
            h = h if number == len(self.decoder) - 1 else functional.leaky_relu(h, SLOPE)
            layers.insert(0, h)
        return layers


def _disturbed(h: torch.Tensor, share: float, generator: torch.Generator | None) -> torch.Tensor:
    """Values of pictures (b, c, h, w) left out and the others raised; vectors (b, d) with noise of that share of their spread."""
    if share == 0 or generator is None:
        return h
    if h.ndim == 2:
        noise = torch.randn(h.shape, generator=generator, device=generator.device).to(h.device)
        return h + share * h.detach().std(dim=0, correction=0) * noise
    kept = torch.rand(h.shape, generator=generator, device=generator.device).to(h.device) >= share
    return h * kept / (1 - share)
