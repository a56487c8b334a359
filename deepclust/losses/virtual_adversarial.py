"""Self-augmented training: memberships must not change under a small step of the input, worst of all the worst one."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch.nn import functional


def divergence(logits: torch.Tensor, other: torch.Tensor) -> torch.Tensor:
    """KL(p || q) of memberships with the logits (b, k) and ``other`` (b, k), mean over the batch; no gradient to p."""
    log_p = functional.log_softmax(logits.detach(), dim=1)
    log_q = functional.log_softmax(other, dim=1)
    return (log_p.exp() * (log_p - log_q)).sum(dim=1).mean()


def unit(step: torch.Tensor) -> torch.Tensor:
    """Steps (b, ...) scaled to length 1 over all their own values; 0 stays 0."""
    return functional.normalize(step.flatten(1), dim=1).view_as(step)


def stepped(x: torch.Tensor, direction: torch.Tensor, radius: torch.Tensor) -> torch.Tensor:
    """Samples x (b, ...), each moved by its own radius (b,) along its direction (b, ...)."""
    return x + radius.view(-1, *[1] * (x.ndim - 1)) * direction


def worst_direction(
    x: torch.Tensor,
    logits: torch.Tensor,
    network: Callable[[torch.Tensor], torch.Tensor],
    start: torch.Tensor,
    probe: torch.Tensor,
) -> torch.Tensor:
    """Directions (b, ...) of length 1 in which the memberships of x (b, ...) change fastest; without gradient.

    Miyato et al. 2016, arXiv:1507.00677, as Hu et al. 2017 take it over (eq. 9): one power iteration, from random directions
    ``start`` (b, ...) and by the gradient at the distance ``probe`` (b,) of x, where logits (b, k) are those of x itself.
    """
    direction = unit(start).requires_grad_()
    (uphill,) = torch.autograd.grad(divergence(logits, network(stepped(x, direction, probe))), direction)
    return unit(uphill)
