"""Pairwise discriminative loss: anchor pairs alike, every other pair of the batch at right angles."""

from __future__ import annotations

import torch


def discriminative_loss(
    z: torch.Tensor, anchors: torch.Tensor, alpha: float, together: torch.Tensor | None = None
) -> torch.Tensor:
    """L_d of DDLS, eq. (5), https://arxiv.org/abs/1805.10795; from -(1 - alpha) (best) to 1.

    z (b, d): latent codes, rows of length 1. anchors bool (b, b): pairs that belong together. With C = z z^T, the
    mean of |C_ij| over the other pairs, less (1 - alpha) times the mean of C_ij over the anchors. alpha < 1 says how
    far the anchors are doubted. Without any anchor only the first mean is left. together bool (b, b): further pairs that
    are not pulled apart; the paper has none.
    """
    cosine = z @ z.T  # (b, b)
    trusted = anchors.to(z.dtype)
    others = 1 - trusted if together is None else (~(anchors | together)).to(z.dtype)
    apart = (cosine.abs() * others).sum() / others.sum().clamp(min=1)
    return apart - (1 - alpha) * (cosine * trusted).sum() / trusted.sum().clamp(min=1)
