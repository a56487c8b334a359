"""Pseudo-supervision: how badly a network tells which transformation each sample of a batch went through."""

from __future__ import annotations

import torch


def pseudo_supervision(parent_scores: torch.Tensor, parents: torch.Tensor) -> torch.Tensor:
    """L(Y, t) of LALNet (Kilinc & Uysal 2018, eq. 9): cross-entropy of the parent-classes, mean over the batch.

    parent_scores (b, n_parents): their softmax is Y, the softmax of all outputs summed over each parent's duplicates
    (eq. 3). parents int64 (b,): the transformation of each sample. ln(n_parents) is guessing, 0 is knowing.
    """
    return torch.nn.functional.cross_entropy(parent_scores, parents)


def pseudo_accuracy(parent_scores: torch.Tensor, parents: torch.Tensor) -> torch.Tensor:
    """Share of the batch whose transformation is told rightly; shapes as for `pseudo_supervision`."""
    return (parent_scores.argmax(dim=1) == parents).float().mean()
