"""DEPICT's targets and losses: clusters of one size by dividing through their roots, and layers that are given back."""

from __future__ import annotations

from collections.abc import Sequence

import torch


def balanced_targets(p: torch.Tensor) -> torch.Tensor:
    """Targets q (n, k) from memberships p (n, k) of all samples, without gradient: q_ik ~ p_ik / (sum_i p_ik)^(1/2).

    Ghasedi Dizaji et al. 2017, eq. (7): the closed form of KL(Q || P) with a prior of clusters of one size. A large cluster is
    divided by more.
    """
    weight = p.detach() / p.detach().sum(dim=0).sqrt().clamp(min=torch.finfo(p.dtype).tiny)
    return weight / weight.sum(dim=1, keepdim=True)


def cross_entropy(q: torch.Tensor, logits: torch.Tensor) -> torch.Tensor:
    """-sum_k q_ik log p_ik of targets q (b, k) and logits (b, k), mean over the batch; eq. (8)."""
    return -(q * logits.log_softmax(dim=1)).sum(dim=1).mean()


def layer_reconstruction(
    clean: Sequence[torch.Tensor], given_back: Sequence[torch.Tensor], weights: Sequence[float]
) -> torch.Tensor:
    """Weighted sum over layers of the mean squared error of a layer (b, ...) and what the noisy way gives back; eq. (9).

    The clean layers carry no gradient, so that they do not shrink to be given back easily.
    """
    errors = [
        weight * (layer.detach() - back).square().mean()
        for layer, back, weight in zip(clean, given_back, weights, strict=True)
    ]
    return torch.stack(errors).sum()
