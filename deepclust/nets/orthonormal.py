"""Orthonormalising layer: a linear map, set from a batch and not learned, that makes a network's outputs orthonormal."""

from __future__ import annotations

from typing import Any

import torch
from torch import nn

from deepclust.captured import is_captured

FIRST_JITTER, LAST_JITTER = 1e-7, 1e-2  # relative to the mean variance of the outputs


def orthonormal_weights(y_tilde: torch.Tensor) -> torch.Tensor:
    """Weights R (k, k), float64, under which a batch is orthonormal: Y = Y~ R has Y^T Y / m = I.

    y_tilde (m, k): outputs of a network. SpectralNet, section 3.1: R = sqrt(m) L^-T with the Cholesky factor
    L L^T = Y~^T Y~. It is worked out in float64, with a little added to the diagonal: 1e-7 of the mean variance, and ten
    times more as long as there is no factor. A batch of too low a rank (fewer different samples than k, say) so gets
    weights as well, large but finite; what it cannot make orthonormal stays small. Gradients flow through, unless the
    batch is detached. Outputs that are not finite give weights that are not finite, which the losses then show.
    """
    # an Apple GPU knows no float64
    y = (y_tilde.cpu() if y_tilde.device.type == "mps" else y_tilde).double()
    return weights_of_gram(y.T @ y / len(y), y).to(y_tilde.device)


def weights_of_gram(gram: torch.Tensor, y: torch.Tensor | None = None) -> torch.Tensor:
    """The weights R (k, k) of `orthonormal_weights` from the Gram matrix Y~^T Y~ / m (k, k), float64.

    ``y`` (m, k) are the outputs, for the last resort where Cholesky fails even with the largest jitter: a QR
    decomposition, whose diagonal is kept away from 0.
    """
    k = len(gram)
    eye = torch.eye(k, dtype=gram.dtype, device=gram.device)
    variance = gram.diagonal().mean().detach().clamp(min=torch.finfo(torch.float32).tiny)
    if is_captured():
        return _weights_without_looking(gram, variance, eye)
    jitter = FIRST_JITTER
    while jitter <= LAST_JITTER * 1.01:
        factor, failed = torch.linalg.cholesky_ex(gram + jitter * variance * eye)
        if not failed:
            weights: torch.Tensor = torch.linalg.solve_triangular(factor, eye, upper=False).T
            return weights
        jitter *= 10
    return _weights_by_qr(gram if y is None else y / len(y) ** 0.5, variance.sqrt(), eye)


def _weights_without_looking(gram: torch.Tensor, variance: torch.Tensor, eye: torch.Tensor) -> torch.Tensor:
    """The same with the first jitter, or with the last where that has no factor; not finite where that has none either."""
    first, last = gram.new_full((), FIRST_JITTER), gram.new_full((), LAST_JITTER)
    with torch.no_grad():
        failed = torch.linalg.cholesky_ex(gram + first * variance * eye).info
    jitter = torch.where(failed > 0, last, first)
    factor, failed = torch.linalg.cholesky_ex(gram + jitter * variance * eye)
    weights: torch.Tensor = torch.linalg.solve_triangular(factor, eye, upper=False).T
    return torch.where(failed > 0, torch.nan, weights)


def _weights_by_qr(y: torch.Tensor, spread: torch.Tensor, eye: torch.Tensor) -> torch.Tensor:
    """R^-1 of y = Q R with a positive diagonal of at least a hundredth of the mean spread of the outputs."""
    rows = torch.cat([y, 0 * eye])  # of fewer rows than columns there would be no square R
    r = torch.linalg.qr(rows, mode="r").R
    sign = torch.where(r.diagonal() < 0, -1.0, 1.0).to(r.dtype)
    r = r * sign[:, None]
    diagonal = r.diagonal()
    r = r + torch.diag(diagonal.clamp(min=float(LAST_JITTER * spread)) - diagonal)
    weights: torch.Tensor = torch.linalg.solve_triangular(r, eye, upper=True)
    return weights


class Orthonormal(nn.Module):
    """Y~ (m, k) to Y = Y~ R with weights R (k, k) that `set_weights` last took from a batch; the identity before.

    SpectralNet, section 3.1. It may `use` fewer outputs than it was made for, and keep the first columns of Y only. The
    weights are saved with the network but no optimiser touches them: with the last ones
    kept, new samples are placed one by one, and always in the same place.
    """

    all_weights: torch.Tensor
    n_used: torch.Tensor
    n_kept: torch.Tensor

    def __init__(self, n_outputs: int) -> None:
        super().__init__()
        self.register_buffer("all_weights", torch.eye(n_outputs))
        self.register_buffer("n_used", torch.tensor(n_outputs))
        self.register_buffer("n_kept", torch.tensor(n_outputs))
        self._shape = (n_outputs, n_outputs)  # the same as numbers, which a step need not read from the device

    @property
    def weights(self) -> torch.Tensor:
        """R (k, w) of the k outputs that are used, to the w columns of Y that are kept."""
        n_used, n_kept = self._shape
        return self.all_weights[:n_used, :n_kept]

    def use(self, n_outputs: int) -> None:
        """Use the first outputs only, at most as many as it was made for."""
        self._set_shape(n_outputs, n_outputs)

    def set_weights(self, weights: torch.Tensor) -> None:
        """Take over weights (k, w), w <= k; they replace the old ones in place, without their gradient."""
        self._set_shape(self._shape[0], weights.shape[1])
        self.weights.copy_(weights.detach())

    def _set_shape(self, n_used: int, n_kept: int) -> None:
        self._shape = (n_used, n_kept)
        self.n_used.fill_(n_used)
        self.n_kept.fill_(n_kept)

    def _load_from_state_dict(self, *args: Any, **kwargs: Any) -> None:
        super()._load_from_state_dict(*args, **kwargs)
        self._shape = (int(self.n_used), int(self.n_kept))

    def forward(self, y_tilde: torch.Tensor) -> torch.Tensor:
        return y_tilde @ self.weights.to(y_tilde.dtype)
