"""Centres of clusters that may die."""

from __future__ import annotations

import torch
from torch import nn


class LivingCenters(nn.Module):
    """Centres (k, d) that are learned, and which of them live (k,)."""

    alive: torch.Tensor

    def __init__(self, n_clusters: int, n_components: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.zeros(n_clusters, n_components))
        self.register_buffer("alive", torch.ones(n_clusters, dtype=torch.bool))

    def forward(self) -> torch.Tensor:
        """Those that live (m, d), in their order."""
        return self.weight[self.alive]

    @property
    def n_alive(self) -> int:
        return int(self.alive.sum())
