"""A graph of all samples that a spectral map is learned on by random walks: pairs of samples some steps apart.

Shapes: W (n, n) sparse affinities with degrees D, P = D^-1 W, c (n, d) codes, Y (n, k) spectral output.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from deepclust.compute import to_numpy
from deepclust.methods.base.centers import group_means
from deepclust.methods.base.code_graph import cut_vectors, without_islands
from deepclust.methods.base.rounding import best_partition, unit_rows
from deepclust.methods.spectralnet.spectral_graph import EXACT_UP_TO, GraphRule, held_back, whole_graph
from deepclust.metrics.modularity import edges_of, modularity

if TYPE_CHECKING:
    import torch
    from scipy.sparse import csr_array

    from deepclust.methods.spectralnet.spectral_graph import Place

    Look = Callable[[torch.Tensor, torch.Generator], torch.Tensor]

LONGEST_WALK = 512
STARTS = 10  # of k-means for each number of eigenvectors that is tried
MARGIN = 0.002  # of modularity; less is also gained by other starts of k-means
POSITIONS = 1_000_000  # of all walkers together that are kept for an epoch
PAIRS_HELD_BACK = 8  # walks from each held-back sample


def random_walks(
    W: csr_array, start: np.ndarray, n_steps: int, rng: np.random.Generator, ends_only: bool = False
) -> np.ndarray:
    """Positions int32 (n_steps + 1, len(start)) of walkers that go to j with probability P_ij = W_ij / D_i.

    A sample without neighbours keeps its walkers. ends_only: only the last positions, (1, len(start)).
    """
    ends = np.cumsum(W.data)  # of each edge's share of the line on which a walker draws
    first, last = W.indptr[:-1], W.indptr[1:]
    low = np.concatenate([[0.0], ends])[first]
    width = np.concatenate([[0.0], ends])[last] - low
    at = np.asarray(start, np.int32)
    positions = [at]
    for _ in range(n_steps):
        edge = np.searchsorted(ends, low[at] + rng.random(len(at)) * width[at], side="right")
        edge = np.clip(edge, first[at], np.maximum(last[at] - 1, first[at]))  # rounding at the ends of a row
        alone = last[at] == first[at]
        at = np.where(alone, at, W.indices[np.minimum(edge, len(W.indices) - 1)]).astype(np.int32)
        if not ends_only:
            positions.append(at)
    return at[None] if ends_only else np.stack(positions)


def walk_length(value: float) -> int:
    """Steps t = 1 / lambda of the first eigenvalue past the k-th, at least 1: what lies beyond has faded by then.

    After t steps an eigenvector has kept (1 - lambda)^t. A thin chain of samples has eigenvalues of 1e-4, which one step
    cannot tell from 0; in t steps the difference shows.
    """
    return int(np.clip(round(1 / max(value, 1e-12)), 1, LONGEST_WALK))


class WalkGraph:
    """Neighbours among all samples; similar pairs are ``walk`` steps of a random walk apart.

    The walk's pairs have the loss sum_ij D_i (P^t)_ij |y_i - y_j|^2, which is least for the first eigenvectors of
    P, those of Ncut (Shi & Malik 2000). Attributes as in `BatchGraph`; ``vectors`` are eigenvectors of P, ``n_outputs`` of
    them: as many as there are clusters or more, up to ``most``, whichever makes the best partition (`best_partition`).
    ``views``: the graph W is given, and how batches of samples look when they are learned from, as codes.
    """

    def __init__(
        self,
        c: torch.Tensor,
        s: torch.Tensor,
        rule: GraphRule,
        n_clusters: int,
        most: int,
        seed: int,
        views: tuple[csr_array, Look] | None = None,
    ) -> None:
        import torch
        from scipy import sparse

        self.c, self.s, self.rule = c, s, rule
        held = held_back(len(c), n_clusters, seed)
        seen = np.setdiff1d(np.arange(len(c)), held)
        self.held, self.train = (torch.from_numpy(rows).to(c.device) for rows in (held, seen))
        self._look = views[1] if views else None
        self.partition: np.ndarray | None = None
        W = self._whole = views[0] if views else without_islands(whole_graph(to_numpy(s), rule), n_clusters)
        self._degree = np.asarray(W.sum(axis=1)).ravel()
        self.values: np.ndarray | None = None
        self.vectors: np.ndarray | None = None
        self.walk, self.n_outputs = rule.walk, n_clusters
        self._n_clusters, self._seed = n_clusters, seed
        if rule.walk == 0 or len(c) <= EXACT_UP_TO:
            vectors, values = cut_vectors(W, most)
            self.n_outputs = self.best_width(vectors / np.abs(vectors).mean(), STARTS)
            self.walk = rule.walk or walk_length(values[min(self.n_outputs, len(values) - 1)])
            if len(c) <= EXACT_UP_TO:
                self.values = values[: self.n_outputs]
                self.vectors = vectors[:, : self.n_outputs]
        self._seen_graph = sparse.csr_array(W[seen][:, seen])
        self._seen = seen
        self._walks = torch.empty(0, dtype=torch.int64)  # (2 * walk, n_walkers) from the first epoch on
        self._seen_share = np.cumsum(np.asarray(self._seen_graph.sum(axis=1)).ravel())
        if len(held):
            rng = np.random.default_rng(seed)
            begin = np.repeat(held, PAIRS_HELD_BACK)
            (end,) = random_walks(W, begin, self.walk, rng, ends_only=True)
            samples, pairs = np.unique(np.stack([begin, end]), return_inverse=True)
            self._judged = torch.from_numpy(samples).to(c.device)  # each is placed once, whatever pairs it is in
            self._held_pairs = torch.from_numpy(pairs.reshape(2, -1)).to(c.device)

    def best_width(self, Y: np.ndarray, n_init: int) -> int:
        """How many of the first columns of Y (n, m), from one for each cluster up, make the best partition.

        With views every start of k-means is judged by the graph, and so are the groups around the means of those that the exact
        eigenvectors fall into, where these are known; the ``partition`` (n,) is kept.
        """
        from scipy.spatial.distance import cdist

        each = self._look is not None
        if Y.shape[1] <= self._n_clusters and not each:
            return int(Y.shape[1])
        edges, unit = edges_of(self._whole), self.rule.unit
        margin = 0.0 if unit or each else MARGIN
        labels, width = best_partition(
            Y, self._n_clusters, edges, self._seed, n_init, unit=unit, margin=margin, each=each
        )
        if each:
            if self.partition is not None:
                space = unit_rows(Y) if unit else Y
                means = group_means(space, self.partition, self._n_clusters)
                around = cdist(space, means).argmin(axis=1).astype(np.int64)
                if modularity(around, edges) > modularity(labels, edges):
                    labels, width = around, int(Y.shape[1])
            self.partition = labels
        return width

    def begin_epoch(self, generator: torch.Generator) -> None:
        """Send out the walkers of an epoch, from where long walks are found: with probabilities like the degrees in the
        graph that they walk on."""
        import torch

        rng = np.random.default_rng(int(torch.randint(2**62, (1,), generator=generator, device=generator.device)))
        n_walkers = int(np.clip(POSITIONS // (2 * self.walk), self.rule.batch_size, 4 * len(self._seen)))
        share = self._seen_share
        start = np.searchsorted(share, rng.random(n_walkers) * share[-1], side="right")
        start = np.minimum(start, len(share) - 1)
        walks = random_walks(self._seen_graph, start, 2 * self.walk - 1, rng)
        positions = torch.from_numpy(self._seen[walks])
        if self._walks.shape == positions.shape:
            self._walks.copy_(positions)  # in place, as steps that were captured look here
        else:
            self._walks = positions.to(self.c.device)

    def codes(self, rows: torch.Tensor, generator: torch.Generator) -> torch.Tensor:
        """Codes (b, d) of samples (b,) as they are learned from."""
        return self.c[rows] if self._look is None else self._look(rows, generator)

    def others(self, n_rows: int, generator: torch.Generator) -> torch.Tensor:
        """Samples (n_rows,) to take the orthonormal weights from, drawn apart from those of the loss."""
        import torch

        drawn = torch.randint(self._walks.numel(), (n_rows,), generator=generator, device=generator.device)
        return self._walks.flatten()[drawn.to(self.c.device)]

    def loss(self, place: Place, rows: torch.Tensor, generator: torch.Generator) -> torch.Tensor:
        """Mean of |y_i - y_j|^2 / 2 over as many random pairs as there are ``rows``."""
        import torch

        from deepclust.losses.spectral import pair_loss

        size, where = rows.shape, generator.device
        walker = torch.randint(self._walks.shape[1], size, generator=generator, device=where).to(self.c.device)
        begin = torch.randint(self.walk, size, generator=generator, device=where).to(self.c.device)
        pairs = torch.stack([self._walks[begin, walker], self._walks[begin + self.walk, walker]])
        return pair_loss(*place(self.codes(pairs.flatten(), generator)).tensor_split(2))

    def validation(self, y_of: Place) -> torch.Tensor:
        """The same of walks that begin at held-back samples; y_of: numbers of samples (m,) to Y (m, k)."""
        from deepclust.losses.spectral import pair_loss

        y = y_of(self._judged)
        return pair_loss(y[self._held_pairs[0]], y[self._held_pairs[1]])

    def quadratic(self, y: torch.Tensor, generator: torch.Generator) -> np.ndarray:
        """Y^T L Y / n (k, k) of outputs y (n, k) of all samples, L = D - W over the mean degree."""
        Y = to_numpy(y).astype(np.float64)
        whole = Y.T @ (self._degree[:, None] * Y) - Y.T @ (self._whole @ Y)
        return np.asarray(whole / self._degree.sum())
