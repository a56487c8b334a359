"""Relative reconstruction: a disturbed code must be decoded to the same as the clean one."""

from __future__ import annotations

import torch


def relative_reconstruction(x_noisy: torch.Tensor, x_hat: torch.Tensor) -> torch.Tensor:
    """L_r of Yang et al. 2019, eq. (11), to be minimised: squared distance of two decodings.

    x_noisy (b, ...): decoded from the disturbed codes, x_hat (b, ...): from the clean ones. Summed over the values of
    a sample, averaged over the batch, as the reconstruction loss beside it in eq. (12) is.
    """
    return (x_noisy - x_hat).square().flatten(1).sum(dim=1).mean()


def multiplicative_noise(mu: torch.Tensor, noise: torch.Tensor, scale: float) -> torch.Tensor:
    """psi of the paper: each number of the code mu (b, d) times 1 + scale * noise, with noise (b, d) from N(0, 1)."""
    return mu * (1 + scale * noise)


def learned_noise(mu: torch.Tensor, log_var: torch.Tensor, noise: torch.Tensor) -> torch.Tensor:
    """psi of the released code: mu + sigma * noise with the encoder's own sigma (b, d), as in a variational one."""
    return mu + (0.5 * log_var).exp() * noise
