"""Edges apart: how far the two ends of a graph's edges lie from each other, the spectral loss by single edges."""

from __future__ import annotations

import torch


def edges_apart(y_i: torch.Tensor, y_j: torch.Tensor) -> torch.Tensor:
    """Mean over edges of |y_i - y_j|^2; y_i and y_j (e, k): outputs of the two ends of edges that were drawn by their weight.

    Yang et al. 2019, eq. (15). Drawn so, each sample occurs as often as its degree says: then this is, but for a
    constant, tr(Y^T L Y) under Y^T D Y / sum(D) = I, the relaxed normalised cut of the whole graph.
    """
    return (y_i - y_j).square().sum(dim=1).mean()
