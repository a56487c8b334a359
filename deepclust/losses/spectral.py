"""Spectral loss: samples with a high affinity should lie close together in the spectral output."""

from __future__ import annotations

import torch


def spectral_loss(W: torch.Tensor, y: torch.Tensor, *, normalized: bool = False) -> torch.Tensor:
    """sum_ij W_ij |y_i - y_j|^2 / (2 m) = tr(Y^T L Y) / m with L = D - W (SpectralNet, Shaham et al. 2018, eq. 5).

    W (m, m): symmetric affinities of a batch; y (m, k): orthonormal outputs. It is least, and then the sum of the k
    smallest eigenvalues of L, where the columns of Y span their eigenvectors. ``normalized`` divides each y_i by the
    square root of its degree first, which makes L the normalised Laplacian. The paper divides by m^2, its code by 2 m:
    for Adam this is the same.
    """
    degree = W.sum(dim=1)
    if normalized:
        y = y / degree.clamp(min=torch.finfo(y.dtype).tiny).sqrt().unsqueeze(1)
    # tr(Y^T D Y) - tr(Y^T W Y), without the (m, m, k) differences
    return ((degree.unsqueeze(1) * y).mul(y).sum() - (y * (W @ y)).sum()) / len(y)


def edge_loss(weights: torch.Tensor, y_i: torch.Tensor, y_j: torch.Tensor) -> torch.Tensor:
    """Mean over edges of w_ij |y_i - y_j|^2; weights (e,), y_i and y_j (e, k) the outputs of the two ends.

    With edges drawn evenly from a graph this is, but for a constant, tr(Y^T L Y) of the whole graph.
    """
    return (weights * (y_i - y_j).square().sum(dim=1)).mean()


def pair_loss(y_i: torch.Tensor, y_j: torch.Tensor) -> torch.Tensor:
    """Mean over pairs of |y_i - y_j|^2 / 2; y_i and y_j (b, k) the outputs of pairs drawn as often as they are alike.

    With pairs (i, j) drawn with probability W_ij / sum(W) this is tr(Y^T L Y) / sum(W) of the whole graph.
    """
    return (y_i - y_j).square().sum(dim=1).mean() / 2
