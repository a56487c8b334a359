"""GAR affinity: how often two duplicates of a parent-class are active for the same sample."""

from __future__ import annotations

import torch


def gar_affinity(z: torch.Tensor, n_parents: int, eps: float = 1e-7) -> torch.Tensor:
    """alpha(B) of LALNet (Kilinc & Uysal 2018, eq. 11), to be minimised; 0 (one duplicate per sample) to 1.

    z (b, n_duplicates * n_parents): linear outputs, output u belongs to parent u mod n_parents; B = max(0, z). For
    each parent, N = B^T B over the whole batch, and the sum off its diagonal is divided by (n_duplicates - 1) times
    its trace; mean over the parents. N itself is not needed: all its entries add up to the sum over the batch of
    (sum of a sample's activities)^2. With one duplicate there is nothing to compare, and it is 0.
    """
    b = z.relu().unflatten(1, (-1, n_parents))  # (b, n_duplicates, n_parents)
    everything = b.sum(dim=1).square().sum(dim=0)  # (n_parents,)
    trace = b.square().sum(dim=(0, 1))
    affinity: torch.Tensor = ((everything - trace) / ((b.shape[1] - 1) * trace + eps)).mean()
    return affinity
