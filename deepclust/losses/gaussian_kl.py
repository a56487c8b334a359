"""How far the distribution of codes is from its prior: one normal distribution, or one for each cluster."""

from __future__ import annotations

import math

import torch


def gaussian_kl(mu: torch.Tensor, log_var: torch.Tensor) -> torch.Tensor:
    """KL(N(mu, sigma^2) || N(0, I)), the last term of Yang et al. 2019, eq. (10), to be minimised; 0 or more.

    mu, log_var (b, d). Summed over the numbers of a code, averaged over the batch.
    """
    return 0.5 * (mu.square() + log_var.exp() - 1 - log_var).sum(dim=1).mean()


def cluster_kl(mu: torch.Tensor, log_var: torch.Tensor, q: torch.Tensor, centers: torch.Tensor) -> torch.Tensor:
    """Eq. (19)'s part for z: KL to N(m_k, I) of each cluster k, weighted by q, to be minimised; 0 or more.

    mu, log_var (b, d), q (b, k) soft assignments with rows that sum to 1, centers m (k, d). Averaged over the batch.
    """
    width = 0.5 * (log_var.exp() - 1 - log_var).sum(dim=1)  # (b,), the same for all clusters
    distance = mu.square().sum(dim=1, keepdim=True) - 2 * mu @ centers.T + centers.square().sum(dim=1)  # (b, k)
    return (width + 0.5 * (q * distance).sum(dim=1)).mean()


def assignment_kl(q: torch.Tensor, log_q: torch.Tensor) -> torch.Tensor:
    """Eq. (19)'s part for y: KL of q (b, k) to the uniform distribution, from 0 (undecided) to ln k (certain).

    ``log_q`` is log q, which softmax gives without the danger of log 0. The released code leaves out ln k.
    """
    return (q * log_q).sum(dim=1).mean() + math.log(q.shape[1])
