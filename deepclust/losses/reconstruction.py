"""Reconstruction loss: how far the decoder's output is from its input."""

from __future__ import annotations

import torch


def reconstruction_loss(x: torch.Tensor, x_hat: torch.Tensor) -> torch.Tensor:
    """Squared error, summed over the values of a sample and averaged over the batch; x, x_hat (b, ...).

    L_r of DDLS, eq. (6), is the squared Frobenius norm of the batch. The mean over samples (not over pixels) keeps
    its weight against the other terms independent of the batch size.
    """
    return (x - x_hat).square().flatten(1).sum(dim=1).mean()
