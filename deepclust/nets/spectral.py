"""The networks of SpectralNet: an optional autoencoder, an optional Siamese network, and the spectral map."""

from __future__ import annotations

from itertools import pairwise

import torch
from torch import nn

from deepclust.nets.autoencoder import ConvAutoencoder, VectorAutoencoder
from deepclust.nets.orthonormal import Orthonormal

INPUT, CODE, SIAMESE, SPECTRAL = 0, 1, 2, 3  # how far training has come: the space that is shown


def perceptron(widths: tuple[int, ...], last: nn.Module) -> nn.Sequential:
    """Fully connected layers of these widths with ReLU between them, and ``last`` on the output."""
    layers: list[nn.Module] = []
    for before, after in pairwise(widths[:-1]):
        layers += [nn.Linear(before, after), nn.ReLU()]
    return nn.Sequential(*layers, nn.Linear(widths[-2], widths[-1]), last)


class SpectralNets(nn.Module):
    """x (b, ...) to code c (b, d), to affinity space s (b, d_s), and from c to Y (b, k).

    SpectralNet, figure 1. Without autoencoder c is x itself, without Siamese network s is c. c is centred and brought to
    a mean variance of 1 (`standardise`), so that the same learning rate suits all data. ``reached`` says which of the
    spaces is the latest that was trained.
    """

    reached: torch.Tensor
    center: torch.Tensor
    spread: torch.Tensor

    def __init__(
        self,
        autoencoder: ConvAutoencoder | VectorAutoencoder | None,
        n_inputs: int,
        siamese: tuple[int, ...],
        spectral: tuple[int, ...],
        siamese_relu: bool = False,
    ) -> None:
        super().__init__()
        self.autoencoder = autoencoder
        self.siamese = (
            perceptron((n_inputs, *siamese), nn.ReLU() if siamese_relu else nn.Identity()) if siamese else None
        )
        self.spectral = perceptron((n_inputs, *spectral), nn.Tanh())
        self.orthonormal = Orthonormal(spectral[-1])
        self.register_buffer("reached", torch.tensor(INPUT))
        self.register_buffer("center", torch.zeros(n_inputs))
        self.register_buffer("spread", torch.ones(()))

    def raw_code(self, x: torch.Tensor) -> torch.Tensor:
        """What the autoencoder makes of x, or x itself as vectors."""
        return x.flatten(1) if self.autoencoder is None else self.autoencoder.encode(x)

    def standardise(self, raw: torch.Tensor) -> None:
        """Take centre and spread from the raw codes (n, d) of the whole data set."""
        self.center.copy_(raw.mean(dim=0))
        self.spread.copy_(raw.var(dim=0, unbiased=False).mean().sqrt().clamp(min=1e-12))

    def code(self, x: torch.Tensor) -> torch.Tensor:
        return (self.raw_code(x) - self.center) / self.spread

    def affinity_space(self, c: torch.Tensor) -> torch.Tensor:
        s: torch.Tensor = c if self.siamese is None else self.siamese(c)
        return s

    def outputs(self, c: torch.Tensor) -> torch.Tensor:
        """Y~ (b, k): the outputs of the spectral map that are used, before they are made orthonormal."""
        y_tilde: torch.Tensor = self.spectral(c)
        return y_tilde[:, : len(self.orthonormal.weights)]

    def exact_outputs(self, c: torch.Tensor) -> torch.Tensor:
        """Y~ (b, k) in float64 where the device knows it.

        Outputs that depend on each other get large weights, which would blow up what float32 rounds away, and that
        depends on how many samples are placed together.
        """
        if c.device.type == "mps":
            return self.outputs(c)
        exact = {name: value.double() for name, value in self.spectral.state_dict().items()}
        y_tilde: torch.Tensor = torch.func.functional_call(self.spectral, exact, (c.double(),))
        return y_tilde[:, : len(self.orthonormal.weights)]

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """The latest space that was trained: Y in the end."""
        c = self.code(x)
        if self.reached == SPECTRAL:
            y: torch.Tensor = self.orthonormal(self.exact_outputs(c))
            return y.float()
        return self.affinity_space(c) if self.reached == SIAMESE else c
