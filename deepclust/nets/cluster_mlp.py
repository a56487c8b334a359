"""A network that gives memberships at once: two hidden layers with batch norm, and an output for each cluster."""

from __future__ import annotations

import math

import torch
from torch import nn
from torch.nn import functional

HIDDEN_GAIN = 0.1
LAST_DEVIATION = 1e-4  # so that all clusters are as likely at first


class HiddenLayer(nn.Module):
    """Linear, batch norm, ReLU: (b, n_inputs) to (b, n_outputs)."""

    def __init__(self, n_inputs: int, n_outputs: int) -> None:
        super().__init__()
        self.linear = _gaussian(n_inputs, n_outputs, HIDDEN_GAIN / math.sqrt(n_inputs))
        self.norm = nn.BatchNorm1d(n_outputs)

    def forward(self, h: torch.Tensor, passing: bool) -> torch.Tensor:
        h, norm = self.linear(h), self.norm
        if passing and self.training:
            return functional.relu(
                functional.batch_norm(h, None, None, norm.weight, norm.bias, training=True, eps=norm.eps)
            )
        return functional.relu(norm(h))


class ClusterMLP(nn.Module):
    """Samples x (b, ...) to logits (b, k): flattened, two hidden layers, then linear.

    Hu et al. 2017, section 4 (1200 units each), with the scaled Gaussian weights of their code.
    """

    def __init__(self, n_features: int, n_hidden: int, n_clusters: int) -> None:
        super().__init__()
        self.first = HiddenLayer(n_features, n_hidden)
        self.second = HiddenLayer(n_hidden, n_hidden)
        self.last = _gaussian(n_hidden, n_clusters, LAST_DEVIATION)

    def forward(self, x: torch.Tensor, passing: bool = False) -> torch.Tensor:
        """``passing``: samples that are not of the data, which batch norm does not remember."""
        h = self.second(self.first(x.flatten(1), passing), passing)
        logits: torch.Tensor = self.last(h)
        return logits


def _gaussian(n_inputs: int, n_outputs: int, deviation: float) -> nn.Linear:
    layer = nn.Linear(n_inputs, n_outputs)
    nn.init.normal_(layer.weight, std=deviation)
    nn.init.zeros_(layer.bias)
    return layer
