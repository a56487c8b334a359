"""Pairwise discriminative loss: anchor pairs alike, every other pair of the batch at right angles."""

from __future__ import annotations

import torch


def discriminative_loss(z: torch.Tensor, anchors: torch.Tensor, alpha: float) -> torch.Tensor:
    """L_d of DDLS, eq. (5), https://arxiv.org/abs/1805.10795; from -(1 - alpha) (best) to 1.

    z (b, d): latent codes, rows of length 1. anchors bool (b, b): pairs that belong together. With C = z z^T, the
    mean of |C_ij| over the other pairs, less (1 - alpha) times the mean of C_ij over the anchors. alpha < 1 says how
    far the anchors are doubted. Without any anchor only the first mean is left.
    """
    cosine = z @ z.T  # (b, b)
    together = anchors.to(z.dtype)
    n_anchors = together.sum()
    apart = (cosine.abs() * (1 - together)).sum() / (together.numel() - n_anchors)
    return apart - (1 - alpha) * (cosine * together).sum() / n_anchors.clamp(min=1)
