"""Subspace loss: how much of given eigenvectors lies outside of what a network's outputs span."""

from __future__ import annotations

import torch


def subspace_loss(y: torch.Tensor, u: torch.Tensor) -> torch.Tensor:
    """What is left of u (m, k) after its projection on y (m, k), to be minimised; from 0 to the mean of |u_i|^2.

    y has Y^T Y / m = I on this batch; then it is mean |u_i|^2 - |Y^T U / m|_F^2. It does not matter how Y is turned, so
    the network is free to choose. Where u is orthonormal too, it is the squared projection distance of the two subspaces,
    the sum of the squared sines of their principal angles.
    """
    return u.square().sum(dim=1).mean() - (y.T @ u / len(y)).square().sum()
