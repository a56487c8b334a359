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

    def numbers(self) -> torch.Tensor:
        """Which live, int64 (m,)."""
        return self.alive.nonzero().flatten()

    def forward(self, numbers: torch.Tensor | None = None) -> torch.Tensor:
        """Those that live (m, d), in their order; ``numbers`` are theirs, where they have been asked for before."""
        return self.weight[self.numbers() if numbers is None else numbers]

    @property
    def n_alive(self) -> int:
        return int(self.alive.sum())
