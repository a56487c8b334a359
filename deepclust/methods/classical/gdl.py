"""AC-GDL, graph degree linkage: clusters that many edges lead into and out of are joined, the two closest first.

Shapes: W (n, n) sparse directed affinities, w_ij > 0 where j is one of the K nearest of i; c clusters to begin with.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from deepclust.events import Event, Note, Progress, Snapshot, Stage, snapshot_sample
from deepclust.methods.base import hyperparameters as shared
from deepclust.methods.base.centers import group_means
from deepclust.methods.base.method import GRAPH, Cost, Method
from deepclust.methods.base.placing import most_of_nearest
from deepclust.neighbors import first_copies, nearest_neighbors
from deepclust.params import param
from deepclust.spaces import LATENT

if TYPE_CHECKING:
    from scipy.sparse import csr_array

MOST = 10_000  # samples
ROUNDS = 20  # of merging that are told
TERMS = {
    "clusters": "how many are left (falls)",
    "affinity": "of the last two that were joined (a sharp fall: groups were joined that lie apart)",
}


def directed_graph(indices: NDArray[np.int64], distances: np.ndarray, a: float) -> csr_array:
    """W (n, n): w_ij = exp(-d_ij^2 / s^2) for the K nearest j of i, s^2 = a times the mean d_ij^2 (eqs. 1 and 2).

    indices, distances (n, K). s^2 is doubled until the nearest of every sample has 1e-5 or more, as in the authors' code: no
    sample is cut off because others lie closer together.
    """
    from scipy import sparse

    squares = distances.astype(np.float64) ** 2
    width = a * float(squares.mean()) or 1.0
    while np.exp(-squares[:, 0].max() / width) < 1e-5:
        width *= 2
    starts = np.arange(0, indices.size + 1, indices.shape[1])
    return sparse.csr_array((np.exp(-squares / width).ravel(), indices.ravel(), starts), shape=(len(indices),) * 2)


def first_clusters(nearest: NDArray[np.int64], n_clusters: int) -> NDArray[np.int64]:
    """The clusters (n,) that merging begins with: samples joined to their nearest (n,) hang together (section 2.3).

    Where these are fewer than n_clusters, each sample is one.
    """
    from scipy import sparse
    from scipy.sparse.csgraph import connected_components

    n = len(nearest)
    joined = sparse.csr_array((np.ones(n), (np.arange(n), nearest)), shape=(n, n))
    n_parts, parts = connected_components(joined, connection="weak")
    return np.asarray(parts, np.int64) if n_parts >= n_clusters else np.arange(n)


class Linkage:
    """Clusters of a directed graph W (n, n), joined two by two.

    T (c, c) holds T_ab, the sum over i in a of (sum of w_ij over j in b) times (sum of w_ji over j in b). The affinity of two
    clusters, the sum of products of mean in-degree and mean out-degree of all members towards the other (eqs. 3 to 6), is
    T_ab / |b|^2 + T_ba / |a|^2. Joining a and b adds up their rows of T, and only one column has to be worked out anew.
    """

    def __init__(self, W: csr_array, clusters: NDArray[np.int64], X: np.ndarray) -> None:
        from scipy import sparse

        n, c = len(clusters), int(clusters.max()) + 1
        G = sparse.csr_array((np.ones(n), (np.arange(n), clusters)), shape=(n, c))
        self.W, self.W_in = sparse.csr_array(W), sparse.csr_array(W.T)
        self.T = (G.T @ (W @ G).multiply(W.T @ G)).toarray()
        self.clusters = np.array(clusters)
        self.members = [np.flatnonzero(clusters == a) for a in range(c)]
        self.sizes = np.bincount(clusters, minlength=c).astype(np.float64)
        self.sums = np.asarray(G.T @ X)
        self.alive = np.ones(c, bool)
        self.merges: list[tuple[int, int]] = []
        self.apart = 0  # merges of clusters that no edge joins
        rows = [self.affinities(a) for a in range(c)]
        self.partner = np.array([int(row.argmax()) for row in rows])
        self.best = np.array([row.max() for row in rows])

    @property
    def n_clusters(self) -> int:
        return len(self.members) - len(self.merges)

    def largest(self, n: int) -> NDArray[np.int64]:
        """The n largest clusters (n_samples,), numbered from 0; -1 for samples of the others."""
        order = np.argsort(np.where(self.alive, -self.sizes, 0), kind="stable")[:n]
        number = np.full(len(self.sizes), -1)
        number[order] = np.arange(len(order))
        return np.asarray(number[self.clusters], np.int64)

    def affinities(self, a: int) -> NDArray[np.float64]:
        """Of cluster a with every other (c,); -1 for itself and for those that are no more."""
        row = self.T[a] / self.sizes**2 + self.T[:, a] / self.sizes[a] ** 2
        row[~self.alive] = row[a] = -1
        return np.asarray(row)

    def merge(self) -> float:
        """Join the two clusters of highest affinity; returns it. Two or more clusters have to be left."""
        a = int(self.best.argmax())
        affinity = float(self.best[a])
        if affinity > 0:
            b = int(self.partner[a])
        else:
            a, b = self._nearest()
            self.apart += 1
        self.merges.append((a, b))
        self.members[a] = np.concatenate([self.members[a], self.members[b]])
        self.clusters[self.members[b]] = a
        self.sizes[a] += self.sizes[b]
        self.sums[a] += self.sums[b]
        self.alive[b] = False
        self.T[a] += self.T[b]
        outside = self._degrees(self.W_in, a) * self._degrees(self.W, a)
        self.T[:, a] = np.bincount(self.clusters, outside, minlength=len(self.sizes))
        self._update(a, b)
        return affinity

    def _degrees(self, W: csr_array, a: int) -> NDArray[np.float64]:
        """Sum of the rows of W (n, n) that belong to a: (n,)."""
        rows = self.members[a]
        lengths = W.indptr[rows + 1] - W.indptr[rows]
        at = np.repeat(W.indptr[rows] - np.cumsum(lengths) + lengths, lengths) + np.arange(lengths.sum())
        return np.bincount(W.indices[at], W.data[at], minlength=W.shape[0]).astype(np.float64)

    def _update(self, a: int, b: int) -> None:
        """Who is closest to whom, after b has gone into a."""
        row = self.affinities(a)
        self.best[a], self.partner[a] = row.max(), row.argmax()
        self.best[b] = -1
        better = self.alive & (row > self.best)
        better[a] = False
        lost = self.alive & ~better & ((self.partner == a) | (self.partner == b))
        lost[a] = False
        self.best[better], self.partner[better] = row[better], a
        for other in np.flatnonzero(lost):
            row = self.affinities(int(other))
            self.best[other], self.partner[other] = row.max(), row.argmax()

    def _nearest(self) -> tuple[int, int]:
        """The smallest cluster and the one whose mean is nearest: what is joined where no edges lead both ways."""
        smallest = int(np.where(self.alive, self.sizes, np.inf).argmin())
        means = self.sums / self.sizes[:, None]
        apart = np.square(means - means[smallest]).sum(axis=1)
        apart[~self.alive] = apart[smallest] = np.inf
        return int(apart.argmin()), smallest


def replay(clusters: NDArray[np.int64], merges: np.ndarray, n_clusters: int) -> NDArray[np.int64]:
    """Clusters (n,) numbered from 0 when n_clusters are left, from those at the beginning (n,) and the merges (m, 2)."""
    now = np.arange(int(clusters.max()) + 1)
    for a, b in merges[: max(0, len(now) - n_clusters)]:
        now[now == b] = a
    return np.unique(now[clusters], return_inverse=True)[1].astype(np.int64)


class ACGDL(Method):
    """Zhang, Wang, Zhao, Tang 2012. The latent space is the data. A new sample goes where most of its nearest are."""

    title = "AC-GDL"
    summary = (
        "Joins small groups of neighbours step by step, those first that are most closely linked. Up to 10,000 samples."
    )
    reference = "Zhang, Wang, Zhao, Tang 2012, arXiv:1208.5092"
    family = GRAPH
    good_for = "Up to 10,000 samples in groups of any form, the same at every try; every k at once."
    headline = "Its authors report ACC .858 on COIL-20. Others report .112 on Fashion-MNIST: nearly all samples end in one cluster, here as well."
    equations = (
        r"w_{ij} = \exp(-\lVert x_i - x_j \rVert^2 / \sigma^2) \text{ for } j \in \mathcal{N}_i^K, \quad"
        r" \sigma^2 = \frac{a}{nK} \sum_i \sum_{j \in \mathcal{N}_i^K} \lVert x_i - x_j \rVert^2",
        r"\mathcal{A}(a, b) = \sum_{i \in a} \frac{\sum_{j \in b} w_{ij} \sum_{j \in b} w_{ji}}{|b|^2} + \sum_{i \in b}"
        r" \frac{\sum_{j \in a} w_{ij} \sum_{j \in a} w_{ji}}{|a|^2}",
    )
    presets = {"quick": {}, "paper": {"n_neighbors": 20, "a": 1.0}}
    rank = 36
    round_name = "round"
    spaces_without_k = (LATENT,)
    own_state = ("_fitted", "_clusters", "_began", "_merges")
    min_samples = 2

    n_neighbors: int = shared.n_neighbors(20)
    a: float = param(
        1.0,
        "Width",
        help="Of the Gaussian, squared, in mean squared distances to the neighbours. Wide: all neighbours count alike.",
        min=0.01,
        max=1000,
        log=True,
        group="Graph",
    )

    @property
    def embedding_name(self) -> str:
        return "Data"

    def plan(self) -> tuple[tuple[str, int], ...]:
        return (("Joining", ROUNDS),)

    def cost(self, n_samples: int, feature_shape: tuple[int, ...]) -> Cost:
        """Operations of all distances and of joining a third as many clusters as samples; bytes of their affinities."""
        width = int(np.prod(feature_shape))
        size, third = n_samples * float(width), n_samples / 3
        return Cost(
            flops=2 * n_samples * size + 30 * third**2 + 100 * third * n_samples,
            memory=8 * size + 24 * third**2 + 24 * n_samples * self.n_neighbors,
            width=width,
        )

    def _prepare(self, checkpoint: Mapping[str, Any] | None) -> None:
        self._linkage: Linkage | None = None
        self.n_iter_ = 0

    def _learn(self, X: np.ndarray) -> Iterator[Event]:
        (stage,) = self.plan()
        yield Stage(*stage, TERMS)
        start = time.perf_counter()
        linkage, sample = self._begin(X), snapshot_sample(len(X))
        n_begun, affinity = linkage.n_clusters, 0.0
        for epoch in range(1, ROUNDS + 1):
            left = self.n_clusters + round((n_begun - self.n_clusters) * (1 - epoch / ROUNDS))
            while linkage.n_clusters > max(left, self.n_clusters):
                affinity = linkage.merge()
            labels = linkage.largest(self.n_clusters)[sample]
            yield Snapshot(stage[0], epoch, sample, self._embed(X[sample]), labels)
            yield Progress(
                stage[0],
                epoch,
                {"clusters": float(linkage.n_clusters), "affinity": affinity},
                time.perf_counter() - start,
            )
            start = time.perf_counter()
        if linkage.apart:
            yield Note(
                "warning",
                f"{linkage.apart} times there were no two groups left that edges join, so the smallest went to the group "
                "with the nearest mean. More neighbours in the graph, or more clusters, may mend it.",
            )

    def _begin(self, X: np.ndarray) -> Linkage:
        """The graph of all samples and the clusters to begin with. ValueError for more samples than `MOST`."""
        if len(X) > MOST:
            raise ValueError(
                f"n_samples={len(X)} is more than AC-GDL can join: all pairs of groups are compared, which is for up to {MOST} "
                "samples. Take a part of the data, or a method with landmarks (LandmarkSpectral)."
            )
        self._fitted = self._embed(X)
        indices, distances = nearest_neighbors(self._fitted, min(self.n_neighbors, len(X) - 1))
        self._began = first_clusters(indices[:, 0], self.n_clusters)
        linkage = self._linkage = Linkage(directed_graph(indices, distances, self.a), self._began, self._fitted)
        return linkage

    def _embed(self, X: np.ndarray) -> np.ndarray:
        return X.reshape(len(X), -1)

    def _settle(self, X: np.ndarray) -> None:
        linkage = self._linkage or self._begin(X)
        while linkage.n_clusters > 1:  # to the end, so that every smaller k can be read
            linkage.merge()
        self._merges = np.array(linkage.merges, np.int64).reshape(-1, 2)
        self.n_iter_ = max(1, len(self._began) - self.n_clusters)
        # copies of one sample may have other neighbours, but they are one sample
        copies = first_copies(self._fitted)
        self._clusters = replay(self._began, self._merges, self.n_clusters)[copies]
        self.embedding_, self.labels_ = self._fitted, self._clusters
        self.cluster_centers_ = group_means(self._fitted, self.labels_, self.n_clusters)
        self._linkage = None

    def _assign(self, embedding: np.ndarray) -> np.ndarray:
        """That of most of the nearest fitted samples; a sample that was fitted keeps its own."""
        return most_of_nearest(embedding, self._fitted, self._clusters)

    def regrouping(self, embedding: np.ndarray) -> Callable[[int], np.ndarray]:
        return lambda k: most_of_nearest(embedding, self._fitted, replay(self._began, self._merges, k))

    @property
    def regrouping_name(self) -> str:
        return "joining on, or less far,"
