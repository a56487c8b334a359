"""The graph that a spectral map is learned on: pairs, held-back samples, affinities of batches and of all samples.

Shapes: c (n, d) codes, s (n, d_s) affinity space, W affinities, Y (n, k) spectral output with Y^T Y / n = I.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from deepclust.compute import batches, to_numpy

if TYPE_CHECKING:
    import torch
    from scipy.sparse import csr_array

    Place = Callable[[torch.Tensor], torch.Tensor]

EXACT_UP_TO = 10_000  # samples up to which the map is compared with the exact eigenvectors while it learns
HELD_BACK = 10  # one in so many samples is kept from the spectral map, to see how it does on unseen ones
FEWEST_HELD_BACK = 20
TURNING_BATCHES = 20


def held_back(n_samples: int, n_clusters: int, seed: int) -> np.ndarray:
    """Samples (h,) that are not learned from, in random order: a tenth, or none of so few that they would say nothing."""
    n_held = n_samples // HELD_BACK
    if n_held < max(FEWEST_HELD_BACK, 2 * n_clusters):
        return np.empty(0, np.int64)
    return np.asarray(np.random.RandomState(seed).permutation(n_samples)[:n_held], np.int64)


@dataclass(frozen=True)
class GraphRule:
    """How samples are joined: ``n_neighbors``, in a batch of ``batch_size`` or among all samples (``of_all``).

    The affinity is a Gaussian of the distance, ``local``: with a scale for each sample, else with the median distance to
    the ``scale_neighbor``-th neighbour. ``normalized``: the Laplacian of a batch. ``walk``: steps of a random walk, 0 for
    as many as the eigenvalues suggest. ``unit``: rows of Y are compared by their direction.
    """

    n_neighbors: int
    batch_size: int
    scale_neighbor: int
    local: bool
    of_all: bool
    normalized: bool
    walk: int
    unit: bool = False

    def neighbors_of_all(self, n_samples: int) -> int:
        """How many neighbours in the whole set stand for those in a batch: as many times more as there are samples.

        The authors compare with ARPACK in this way.
        """
        more = 1.0 if self.of_all else max(1.0, n_samples / self.batch_size)
        return int(min(n_samples - 1, max(1, round(self.n_neighbors * more))))


def batch_scale(s: np.ndarray, rule: GraphRule, seed: int) -> float:
    """The scale of the Gaussian: median distance to the ``scale_neighbor``-th neighbour, in one batch of s (n, d)."""
    from deepclust.graphs import median_scale
    from deepclust.neighbors import nearest_neighbors

    if len(s) > rule.batch_size:
        s = s[np.random.RandomState(seed).permutation(len(s))[: rule.batch_size]]
    nearest = min(rule.scale_neighbor, len(s) - 1)
    return median_scale(nearest_neighbors(s, nearest)[1], nearest)


def whole_graph(s: np.ndarray, rule: GraphRule, scale: float | None = None) -> csr_array:
    """Affinities W (n, n) of all samples s (n, d), of the kind that the batches see a part of.

    Without ``scale`` it is the median distance to the ``scale_neighbor``-th neighbour among all. Neighbours are searched once.
    """
    from deepclust.graphs import gaussian_affinity, median_scale, self_tuning_affinity
    from deepclust.neighbors import nearest_neighbors

    n_neighbors = rule.neighbors_of_all(len(s))
    if rule.local:
        return self_tuning_affinity(s, n_neighbors, scale_neighbor=n_neighbors)
    if scale is not None:
        return gaussian_affinity(s, n_neighbors, scale)
    nearest = min(rule.scale_neighbor, len(s) - 1)
    found = nearest_neighbors(s, max(n_neighbors, nearest))
    return gaussian_affinity(s, n_neighbors, median_scale(found[1], nearest), found=found)


class BatchGraph:
    """Neighbours inside each batch, as in the paper.

    c (n, d) are the codes that the map starts from, s (n, d_s) the space of the affinities. ``train`` and ``held`` are
    the samples that the map learns from, and does not. ``values`` (k,) and ``vectors`` (n, k) are the exact ones of the
    graph of all samples with as many more neighbours, or None for more than 10,000 samples.
    """

    def __init__(
        self, c: torch.Tensor, s: torch.Tensor, rule: GraphRule, n_clusters: int, most: int, seed: int
    ) -> None:
        import torch

        from deepclust.graphs import laplacian_eigenvectors
        from deepclust.losses.batch_affinity import batch_affinity

        self.c, self.s, self.rule, self.n_outputs = c, s, rule, n_clusters
        self.partition: np.ndarray | None = None  # made by k-means in the end
        held = held_back(len(c), n_clusters, seed)
        self.held = torch.from_numpy(held).to(c.device)
        self.train = torch.from_numpy(np.setdiff1d(np.arange(len(c)), held)).to(c.device)
        space = to_numpy(s)
        self._scale = None if rule.local else batch_scale(space, rule, seed)
        self.values: np.ndarray | None = None
        self.vectors: np.ndarray | None = None
        if len(c) <= EXACT_UP_TO:
            W = whole_graph(space, rule, self._scale)
            self.values, self.vectors = laplacian_eigenvectors(W, n_clusters, seed, normalized=rule.normalized)
        if len(held):
            self._seen_back = self.held[: rule.batch_size]
            self._held_affinity = batch_affinity(s[self._seen_back], rule.n_neighbors, self._scale)

    def best_width(self, Y: np.ndarray, n_init: int) -> int:
        """How many columns of Y (n, m) to keep: all of them."""
        return int(Y.shape[1])

    def begin_epoch(self, generator: torch.Generator) -> None:
        """Nothing to prepare."""

    def codes(self, rows: torch.Tensor, generator: torch.Generator) -> torch.Tensor:
        """Codes (b, d) of samples (b,) as they are learned from."""
        return self.c[rows]

    def others(self, n_rows: int, generator: torch.Generator) -> torch.Tensor:
        """Samples (n_rows,) to take the orthonormal weights from, drawn apart from those of the loss."""
        import torch

        order = torch.randperm(len(self.train), generator=generator, device=generator.device)
        return self.train[order[:n_rows].to(self.c.device)]

    def loss(self, place: Place, rows: torch.Tensor, generator: torch.Generator) -> torch.Tensor:
        """tr(Y^T L Y) / m of the batch ``rows`` (m,); place: codes (m, d) to Y (m, k)."""
        return self._loss(place(self.c[rows]), self._affinity(rows))

    def validation(self, y_of: Place) -> torch.Tensor:
        """The same of the held-back samples; y_of: numbers of samples (m,) to Y (m, k)."""
        return self._loss(y_of(self._seen_back), self._held_affinity)

    def quadratic(self, y: torch.Tensor, generator: torch.Generator) -> np.ndarray:
        """Y^T L Y / m (k, k), mean of some batches of outputs y (n, k)."""
        import torch

        total = torch.zeros(y.shape[1], y.shape[1], dtype=torch.float64)
        drawn = batches(len(y), self.rule.batch_size, generator)
        for rows, _ in zip(drawn, range(TURNING_BATCHES), strict=False):
            part, W = y[rows.to(y.device)], self._affinity(rows.to(y.device))
            degree = W.sum(dim=1, keepdim=True)
            if self.rule.normalized:
                part = part / degree.sqrt()
            total += (part.T @ (degree * part - W @ part)).double().cpu() / len(rows)
        return to_numpy(total)

    def _affinity(self, rows: torch.Tensor) -> torch.Tensor:
        from deepclust.losses.batch_affinity import batch_affinity

        return batch_affinity(self.s[rows], self.rule.n_neighbors, self._scale)

    def _loss(self, y: torch.Tensor, W: torch.Tensor) -> torch.Tensor:
        from deepclust.losses.spectral import spectral_loss

        return spectral_loss(W, y, normalized=self.rule.normalized)
