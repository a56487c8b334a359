"""From the trained map to what is kept of it: the last layer's weights, and whether there is anything in the outputs.

Shapes: Y~ (n, k) outputs of the map before the orthonormal layer, Y = Y~ R (n, w) the spectral output.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from deepclust.compute import to_numpy

if TYPE_CHECKING:
    import torch

    from deepclust.methods.spectralnet.spectral_graph import BatchGraph
    from deepclust.methods.spectralnet.walk_graph import WalkGraph

COLLAPSED = 1e-6  # of their largest variance: outputs that vary less in some direction have no more to say in it
EPOCHS_COLLAPSED = 3  # one after the other, until it is said


def eigenvector_weights(y_tilde: torch.Tensor, graph: BatchGraph | WalkGraph, n_init: int, seed: int) -> torch.Tensor:
    """R (k, w): orthonormal weights of all samples, turned so that Y^T L Y is diagonal and its least value comes first.

    As many columns are kept as the graph says (`best_width`); each has its largest entry above 0.
    """
    import torch

    from deepclust.nets.orthonormal import orthonormal_weights

    weights = orthonormal_weights(y_tilde).to(y_tilde.dtype)
    generator = torch.Generator().manual_seed(seed)
    quadratic = graph.quadratic((y_tilde @ weights).float(), generator)
    _, turn = np.linalg.eigh((quadratic + quadratic.T) / 2)
    weights = weights @ torch.from_numpy(turn).to(weights)
    weights = weights[:, : graph.best_width(to_numpy(y_tilde @ weights), n_init)]
    y = y_tilde @ weights
    largest = y.gather(0, y.abs().argmax(dim=0, keepdim=True))
    return (weights * torch.where(largest < 0, -1.0, 1.0)).float()


def has_collapsed(y_tilde: torch.Tensor) -> bool:
    """Whether outputs Y~ (n, k) lie in fewer than k directions, so that Y is made of rounding errors in the others."""
    import torch

    y = y_tilde.detach().double().cpu()
    spread = torch.linalg.eigvalsh(y.T @ y / len(y))
    return bool(spread[0] < COLLAPSED * spread[-1])
