"""Cosine clustering objective: how well samples point the way of their cluster's centre."""

from __future__ import annotations

import torch


def cosine_agreement(z: torch.Tensor, centers: torch.Tensor, assigned: torch.Tensor) -> torch.Tensor:
    """L_c of DDLS, eq. (7), averaged over the batch, to be maximised; from -1 to 1 (best).

    z (b, d) and centers (k, d): rows of length 1. assigned int64 (b,): the cluster of each sample. The paper sums
    over the batch; the mean keeps this term of the size of L_d, L_w and L_b, which are means, at any batch size.
    """
    return (z * centers[assigned]).sum(dim=1).mean()
