"""Neighbours draw together, relative to all others, so that small clusters are drawn into the ones beside them."""

from __future__ import annotations

import torch


def neighbor_pull(z: torch.Tensor, n_neighbors: int) -> torch.Tensor:
    """Mean squared distance of codes z (b, d) to their nearest others, over that of all pairs: about 0 to 1; b >= 2.

    Leiber et al. 2024, the loss L_UNSEEN of algorithms that move centres and codes at once: without the division, codes would
    shrink to a point. n_neighbors: of each code, at most b - 1.
    """
    squares = (z[:, None] - z).square().sum(dim=2)
    nearest = squares.sort(dim=1).values[:, 1 : 1 + n_neighbors]
    return nearest.mean() / (squares.sum() / (len(z) * (len(z) - 1))).clamp(min=torch.finfo(z.dtype).tiny)
