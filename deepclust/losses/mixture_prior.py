"""VaDE's prior: codes come from a mixture of Gaussians, and a network's posterior is held against it."""

from __future__ import annotations

import math

import torch


def log_responsibilities(
    z: torch.Tensor, log_weights: torch.Tensor, centers: torch.Tensor, log_vars: torch.Tensor
) -> torch.Tensor:
    """log q(c|z) (b, k) of codes z (b, d): which Gaussian a code comes from; Jiang et al. 2017, eq. (16).

    log_weights log pi (k,), centers mu_c (k, d), log_vars log sigma_c^2 (k, d).
    """
    apart = (z[:, None] - centers).square() / log_vars.exp()  # (b, k, d)
    log_density = -0.5 * (math.log(2 * math.pi) + log_vars + apart).sum(dim=2)
    return (log_weights + log_density).log_softmax(dim=1)


def mixture_kl(
    mu: torch.Tensor,
    log_var: torch.Tensor,
    log_q: torch.Tensor,
    log_weights: torch.Tensor,
    centers: torch.Tensor,
    log_vars: torch.Tensor,
) -> torch.Tensor:
    """KL(q(z, c|x) || p(z, c)) of eq. (12), all but the reconstruction; to be minimised, 0 or more, mean over the batch.

    q(z|x) = N(mu, exp log_var) with mu, log_var (b, d), q(c|x) = exp log_q (b, k): the sum over c of q_c times KL(q(z|x) ||
    N(mu_c, sigma_c^2)), and KL(q(c|x) || pi).
    """
    ratio = (log_var.exp()[:, None] + (mu[:, None] - centers).square()) / log_vars.exp()  # (b, k, d)
    each = 0.5 * (log_vars - log_var[:, None] + ratio - 1).sum(dim=2)  # (b, k)
    return (log_q.exp() * (each + log_q - log_weights)).sum(dim=1).mean()
