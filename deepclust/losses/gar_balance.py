"""GAR balance: whether all duplicates of a parent-class are used equally much."""

from __future__ import annotations

import torch


def gar_balance(z: torch.Tensor, n_parents: int, eps: float = 1e-7) -> torch.Tensor:
    """beta(B) of LALNet (Kilinc & Uysal 2018, eqs. 10 and 12), to be maximised; 0 (one is used) to 1 (all alike).

    z (b, n_duplicates * n_parents): linear outputs, output u belongs to parent u mod n_parents; B = max(0, z). For
    each parent, v holds the squared activity of each duplicate summed over the batch, V = v^T v, and the sum off the
    diagonal of V is divided by (n_duplicates - 1) times its trace; mean over the parents. With one duplicate: 0.
    """
    v = z.relu().square().sum(dim=0).unflatten(0, (-1, n_parents))  # (n_duplicates, n_parents)
    everything = v.sum(dim=0).square()  # (n_parents,)
    trace = v.square().sum(dim=0)
    balance: torch.Tensor = ((everything - trace) / ((len(v) - 1) * trace + eps)).mean()
    return balance
