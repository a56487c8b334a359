"""Activity norm: keeps the outputs small, so that affinity and balance, which are ratios, keep their force."""

from __future__ import annotations

import torch

PAPER_BATCH = 400


def activity_norm(z: torch.Tensor) -> torch.Tensor:
    """The F term of LALNet (Kilinc & Uysal 2018, eq. 13), to be minimised: sum of z^2, as for a batch of 400.

    z (b, n_outputs): linear outputs. The paper writes ||B||_F; its code takes the sum of squares of all of Z, which
    is what the published weight c_F = 1e-6 belongs to, and that is done here. The sum grows with the batch, so it is
    brought to the paper's batch size, and the weight means the same at any other.
    """
    return z.square().sum() * (PAPER_BATCH / len(z))
