"""The pairs that the Siamese network learns from: near ones, which it brings together, and others, which it parts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import torch

SIAMESE_NEIGHBORS = 2  # of each sample make positive pairs, as in the authors' code


def positive_pairs(c: np.ndarray, n_neighbors: int) -> torch.Tensor:
    """Numbers (n, n_neighbors) of the nearest others of each sample, which the Siamese network brings together."""
    import torch

    from deepclust.neighbors import nearest_neighbors

    return torch.from_numpy(nearest_neighbors(c, min(n_neighbors, len(c) - 1))[0])


def drawn_pairs(
    rows: torch.Tensor, neighbors: torch.Tensor, generator: torch.Generator
) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """For each of ``rows`` (b,) a random one of its neighbours, a random sample, and whether that one is not near, (b,)."""
    import torch

    n_samples, n_neighbors = neighbors.shape
    drawn = torch.randint(n_neighbors, rows.shape, generator=generator, device=generator.device).to(rows.device)
    near = neighbors[rows].gather(1, drawn[:, None]).squeeze(1)
    far = torch.randint(n_samples, rows.shape, generator=generator, device=generator.device).to(rows.device)
    return near, far, (far != rows) & (neighbors[rows] != far[:, None]).all(dim=1)
