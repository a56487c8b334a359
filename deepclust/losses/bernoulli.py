"""Bernoulli likelihood: how well probabilities explain values between 0 and 1."""

from __future__ import annotations

import torch
from torch.nn import functional


def bernoulli_loss(x: torch.Tensor, logits: torch.Tensor) -> torch.Tensor:
    """-log p(x) for x (b, d) in [0, 1] under p = sigmoid(logits) (b, d), less the least it could be, which is that of p = x.

    Summed over the values of a sample, averaged over the batch; to be minimised, 0 or more. Jiang et al. 2017, eq. (13), whose
    gradient it has. The entropy of x, which no network can change, is left out so that the curve falls towards 0.
    """
    least = -(torch.xlogy(x, x) + torch.xlogy(1 - x, 1 - x))
    return (functional.binary_cross_entropy_with_logits(logits, x, reduction="none") - least).sum(dim=1).mean()
