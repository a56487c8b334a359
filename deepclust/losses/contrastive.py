"""Contrastive loss: positive pairs close together, negative pairs at least a margin apart."""

from __future__ import annotations

import torch


def contrastive_loss(
    distance: torch.Tensor,
    positive: torch.Tensor,
    margin: float = 1.0,
    near: float = 0.0,
    counted: torch.Tensor | None = None,
) -> torch.Tensor:
    """Mean of max(0, d - near)^2 for positive pairs and max(0, margin - d)^2 for the others.

    distance (b,): Euclidean distances of the two outputs of a pair; positive bool (b,). Hadsell et al. 2006, eq. 4;
    SpectralNet, section 3.2; there near is 0, in SpectralNet's code .05. counted bool (b,): other pairs do not count.
    """
    together, apart = (distance - near).relu(), (margin - distance).relu()
    squares = torch.where(positive, together, apart).square()
    return squares.mean() if counted is None else torch.where(counted, squares, 0).sum() / counted.sum()


def pair_distance(z_i: torch.Tensor, z_j: torch.Tensor) -> torch.Tensor:
    """Euclidean distances (b,) of pairs z_i, z_j (b, d), with a gradient even where the two are equal."""
    return (z_i - z_j).square().sum(dim=1).clamp(min=1e-12).sqrt()
