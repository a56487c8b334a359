"""Self-training of DEC: clusters are sharpened by learning from what the network is already sure of."""

from __future__ import annotations

import torch


def soft_assignment(z: torch.Tensor, centers: torch.Tensor) -> torch.Tensor:
    """Student's t similarity q (b, k) of codes z (b, d) and centres (k, d), rows that sum to 1.

    Xie, Girshick, Farhadi 2016, eq. (1), with one degree of freedom: q_ij ~ 1 / (1 + |z_i - mu_j|^2).
    """
    squares = z.square().sum(dim=1, keepdim=True) - 2 * z @ centers.T + centers.square().sum(dim=1)
    weight = 1 / (1 + squares.clamp(min=0))
    return weight / weight.sum(dim=1, keepdim=True)


def target_distribution(q: torch.Tensor) -> torch.Tensor:
    """Targets p (n, k) from assignments q (n, k) of all samples, without gradient: p_ij ~ q_ij^2 / sum_i q_ij, eq. (3).

    Squares prefer what is certain; the division keeps large clusters from taking over.
    """
    weight = q.detach().square() / q.detach().sum(dim=0)
    return weight / weight.sum(dim=1, keepdim=True)


def self_training_loss(p: torch.Tensor, q: torch.Tensor) -> torch.Tensor:
    """KL(p || q) of targets p (b, k) and assignments q (b, k), mean over the batch; eq. (2), to be minimised, 0 or more."""
    tiny = torch.finfo(q.dtype).tiny
    return (p * (p.clamp(min=tiny).log() - q.clamp(min=tiny).log())).sum(dim=1).mean()
