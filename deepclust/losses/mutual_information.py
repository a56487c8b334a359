"""Mutual information of samples and codes, in its Jensen-Shannon form with negative samples."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch.nn import functional


def js_information(joint: torch.Tensor, apart: torch.Tensor) -> torch.Tensor:
    """E[log s(T(pair that belongs))] + E[log(1 - s(T(pair that does not)))], s = sigmoid; to be maximised, below 0.

    Yang et al. 2019, eq. (9) with scores (b, 1, 1) of whole samples, eq. (10)'s local term with scores (b, h, w) of the
    places of a feature map: the mean over the places is its 1 / (h w). -2 ln 2 is guessing, 0 is knowing.
    """
    return -functional.softplus(-joint).mean() - functional.softplus(apart).mean()


def shuffled(z: torch.Tensor) -> torch.Tensor:
    """Codes z (b, d) of other samples of the batch: each gets that of the row before it. Batches come in random order."""
    return z.roll(1, dims=0)


def adversarial(z: torch.Tensor, score: Callable[[torch.Tensor], torch.Tensor], step: float) -> torch.Tensor:
    """Negative codes that are harder to tell: z (b, d), moved uphill on ``score`` by ``step`` times their own length.

    ``score`` gives the discriminator's scores (b, ...) of codes as they stand. One step along the gradient, as in
    Goodfellow et al. 2015, arXiv:1412.6572, but by its direction and not its sign. Carries no gradient to z.
    """
    start = z.detach().requires_grad_()
    (uphill,) = torch.autograd.grad(score(start).sum(), start)
    length = start.norm(dim=1, keepdim=True)
    moved: torch.Tensor = start + step * length * functional.normalize(uphill, dim=1)
    return moved.detach()
