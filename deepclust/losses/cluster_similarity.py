"""Similarities of whole clusters in a batch: within each of them, and between the two that are most alike."""

from __future__ import annotations

import torch


def within_similarity(z: torch.Tensor, assigned: torch.Tensor, n_clusters: int) -> torch.Tensor:
    """L_w of DDLS, eq. (10), to be maximised: mean cosine inside a cluster, summed over clusters; at most k.

    z (b, d): rows of length 1. assigned int64 (b,). Clusters without a sample in the batch count 0. The mean of
    z_i . z_j over all pairs of a cluster is the squared length of its mean vector.
    """
    member = _members(z, assigned, n_clusters)
    mean = (member.T @ z) / member.sum(dim=0).clamp(min=1).unsqueeze(1)  # (k, d)
    return mean.square().sum()


def between_similarity(z: torch.Tensor, assigned: torch.Tensor, n_clusters: int) -> torch.Tensor:
    """L_b of DDLS, eq. (9), to be minimised: mean |cosine| between the two clusters that are most alike; 0 to 1.

    z (b, d): rows of length 1. assigned int64 (b,). Only the worst pair counts, as in the paper. 0 where all
    samples of the batch are in one cluster.
    """
    member = _members(z, assigned, n_clusters)
    counts = member.sum(dim=0).clamp(min=1)
    similarity = (member.T @ (z @ z.T).abs() @ member) / (counts.unsqueeze(1) * counts)  # (k, k)
    similarity = similarity - torch.diag(similarity.diagonal())
    return similarity.max()


def _members(z: torch.Tensor, assigned: torch.Tensor, n_clusters: int) -> torch.Tensor:
    """1 where a sample is in a cluster, else 0: (b, k)."""
    return (assigned[:, None] == torch.arange(n_clusters, device=assigned.device)).to(z.dtype)
