"""A variational autoencoder whose codes come from a mixture of Gaussians."""

from __future__ import annotations

from itertools import pairwise

import torch
from torch import nn


class MixtureAutoencoder(nn.Module):
    """Samples x (b, ...) to the mean and log-variance (b, d) of their codes, and codes back to x_hat (b, n_features).

    Fully connected and without batch norm, as VaDE is (Jiang et al. 2017, section 4.2), so pictures are flattened. The mixture
    of k Gaussians that codes are held against is learned with it: ``log_weights`` (k,) before normalising, ``centers`` and
    ``log_vars`` (k, d); ``begun`` says whether it has been given a start.
    """

    def __init__(self, n_features: int, n_components: int, hidden: tuple[int, ...], n_clusters: int) -> None:
        super().__init__()
        self.features = _layers((n_features, *hidden))
        self.mean = nn.Linear(hidden[-1], n_components)
        self.width = nn.Linear(hidden[-1], n_components)
        self.decoder = nn.Sequential(_layers((n_components, *hidden[::-1])), nn.Linear(hidden[0], n_features))
        self.log_weights = nn.Parameter(torch.zeros(n_clusters))
        self.centers = nn.Parameter(torch.zeros(n_clusters, n_components))
        self.log_vars = nn.Parameter(torch.zeros(n_clusters, n_components))
        self.begun: torch.Tensor
        self.register_buffer("begun", torch.zeros((), dtype=torch.bool))

    def posterior(self, x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        features = self.features(x.flatten(1))
        return self.mean(features), self.width(features).clamp(-12, 4)  # beyond it, exp leaves what float32 holds well

    def encode(self, x: torch.Tensor) -> torch.Tensor:
        z: torch.Tensor = self.mean(self.features(x.flatten(1)))
        return z

    def decode(self, z: torch.Tensor) -> torch.Tensor:
        x_hat: torch.Tensor = self.decoder(z)
        return x_hat

    def mixture(self) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        """log pi (k,), mu_c (k, d), log sigma_c^2 (k, d)."""
        return self.log_weights.log_softmax(dim=0), self.centers, self.log_vars


def _layers(widths: tuple[int, ...]) -> nn.Sequential:
    layers: list[nn.Module] = []
    for before, after in pairwise(widths):
        linear = nn.Linear(before, after)
        nn.init.kaiming_normal_(
            linear.weight, nonlinearity="relu"
        )  # torch's own is so small that four layers pass little on
        nn.init.zeros_(linear.bias)
        layers += [linear, nn.ReLU()]
    return nn.Sequential(*layers)
