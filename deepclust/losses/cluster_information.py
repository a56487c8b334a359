"""Information between samples and their clusters, in the discrete form of regularised information maximisation."""

from __future__ import annotations

import torch

LEAST = 1e-12  # probability, so that a logarithm stays finite


def entropy(p: torch.Tensor) -> torch.Tensor:
    """Entropy (...,) of distributions p (..., k) in nats: 0 for a sure one, ln k for an even one."""
    return -(p * p.clamp(min=LEAST).log()).sum(dim=-1)


def cluster_entropies(p: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """H(Y) and H(Y|X) of memberships p (b, k): the entropy of the mean membership, and the mean of their entropies.

    Hu et al. 2017, eqs. (14) and (15), after Bridle et al. 1991 and Krause et al. 2010: the information is H(Y) - H(Y|X). The
    former is high where clusters are of one size, the latter low where every sample is sure of its cluster.
    """
    return entropy(p.mean(dim=0)), entropy(p).mean()
