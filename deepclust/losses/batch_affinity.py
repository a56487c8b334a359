"""Affinities inside a batch: a Gaussian of the distance to the nearest others, with one scale or one per sample."""

from __future__ import annotations

import torch


def batch_affinity(z: torch.Tensor, n_neighbors: int, scale: float | torch.Tensor | None = None) -> torch.Tensor:
    """Affinities W (m, m) of a batch z (m, d), symmetric, with an empty diagonal: SpectralNet, section 3.2.

    W_ij = exp(-d_ij^2 / (2 scale^2)) where j is among the ``n_neighbors`` nearest of i (itself left out), else 0; then
    W = (W + W^T) / 2. Without ``scale`` each sample has its own, the distance of its last neighbour:
    exp(-d_ij^2 / (s_i s_j)), as in Zelnik-Manor & Perona 2004. A batch with fewer samples uses all others.
    """
    m = len(z)
    n_neighbors = min(n_neighbors, m - 1)
    if n_neighbors < 1:
        return z.new_zeros(m, m)
    distance = torch.cdist(z, z)
    distance.fill_diagonal_(torch.inf)
    near, nearest = distance.topk(n_neighbors, largest=False)  # (m, n_neighbors)
    if scale is None:
        own = near[:, -1].clamp(min=torch.finfo(z.dtype).tiny ** 0.5)
        weight = torch.exp(-((near / own[:, None]) * (near / own[nearest])))
    else:
        weight = torch.exp(-near.square() / (2 * scale**2))
    W = torch.zeros_like(distance).scatter_(1, nearest, weight)
    return (W + W.T) / 2
