"""RCC, robust continuous clustering: representatives of neighbours are drawn together until they coincide or are let go.

Shapes: X (n, d) data, U (n, d) their representatives, E (m, 2) edges, l (m,) how much each still holds.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from deepclust.events import Event, Note, Progress, Snapshot, Stage, snapshot_sample
from deepclust.methods.base import hyperparameters as shared
from deepclust.methods.base.centers import group_means
from deepclust.methods.base.method import GRAPH, Cost, Method
from deepclust.methods.base.mutual_graph import (
    at_most,
    edge_laplacian,
    edge_lengths,
    edge_weights,
    hanging_together,
    held,
    largest_singular_value,
    mutual_edges,
    one_place,
)
from deepclust.methods.base.placing import CHUNK, most_of_nearest, place
from deepclust.neighbors import first_copies, nearest_neighbors
from deepclust.params import param
from deepclust.projections.pca import REDUCED_DIMENSIONS, principal_axes
from deepclust.spaces import INPUT

if TYPE_CHECKING:
    from scipy.sparse import csr_array

HALVE_EVERY = 4  # rounds: how wide edges reach
EXACT = 1e-4  # relative residual of the linear equations
TERMS = {
    "clusters": "groups of representatives that coincide (falls from the number of samples)",
    "distance": "mean squared distance of a sample from its representative (rises)",
    "edges": "share of the edges that are let go, holding less than half (rises as their reach is narrowed)",
}


def representatives(X: np.ndarray, A: csr_array, strength: float, start: np.ndarray) -> NDArray[np.float64]:
    """U (n, d) of (I + lambda A) U = X, eq. (7), by scipy's conjugate gradients from ``start``, all columns at once."""
    from scipy.sparse.linalg import LinearOperator, cg

    def left_side(u: np.ndarray) -> np.ndarray:
        U = u.reshape(X.shape)
        return np.asarray((U + strength * (A @ U)).ravel())

    operator = LinearOperator((X.size, X.size), matvec=left_side, dtype=np.float64)
    return np.asarray(cg(operator, X.ravel(), x0=start.ravel(), rtol=EXACT, maxiter=500)[0].reshape(X.shape))


class RCC(Method):
    """Shah & Koltun 2017. The latent space is the representatives. The number of clusters is found, not asked for.

    More than 50 features are first reduced by PCA, which the paper does not. The reach of the edges, mu, is halved down to delta^2,
    delta being the length that says one place; the paper has delta / 2, which depends on the unit of the data.
    ``n_clusters_found_`` is how many groups there were.
    A new sample gets the representative of the fitted samples that it is nearest to.
    """

    title = "RCC"
    summary = (
        "Draws neighbours together until whoever belongs together stands on one spot: the number of clusters is found."
    )
    reference = "Shah, Koltun 2017, doi:10.1073/pnas.1700770114"
    family = GRAPH
    good_for = "Data of many dimensions where nobody knows how many groups there are."
    headline = "Its paper gives no ACC. On digits 81 clusters are found; on USPS 1,615, which are too many."
    equations = (
        r"\min_U \frac{1}{2} \sum_i \lVert x_i - u_i \rVert^2 + \frac{\lambda}{2} \sum_{(p,q) \in E} w_{pq} \frac{\mu \lVert u_p - "
        r"u_q \rVert^2}{\mu + \lVert u_p - u_q \rVert^2}",
        r"l_{pq} = \left( \frac{\mu}{\mu + \lVert u_p - u_q \rVert^2} \right)^2, \quad (I + \lambda A) U = X, \quad"
        r" A = \sum_{(p,q) \in E} w_{pq} l_{pq} (e_p - e_q)(e_p - e_q)^T",
    )
    presets = {"quick": {}, "paper": {"n_clusters": 1000}}
    rank = 37
    round_name = "round"
    spaces_without_k = (INPUT,)
    own_state = ("_mean", "_axes", "_fitted", "_places", "_clusters", "_reach")
    min_samples = 2

    n_clusters: int = param(
        10,
        "Clusters at most",
        help="How many clusters are found is up to the data. Of more than this, the largest stay and the others join the nearest.",
        min=1,
        max=1000,
    )
    n_neighbors: int = shared.n_neighbors(
        10, "How many nearest samples may pull at a sample; only those do that are each other's."
    )
    max_epochs: int = shared.epochs(100, "Rounds", "At most; every fourth, the reach of the edges is halved.")
    tol: float = param(
        1e-3,
        "Least change",
        help="The rounds end when a representative moves less than this share of what says one place.",
        min=0,
        max=1,
        group="Training",
        advanced=True,
    )

    @property
    def embedding_name(self) -> str:
        return "Representatives"

    @property
    def n_left(self) -> int:
        return min(self.n_clusters, self.n_clusters_found_)

    @property
    def may_end_early(self) -> bool:
        return self.tol > 0

    def plan(self) -> tuple[tuple[str, int], ...]:
        return (("Drawing together", self.max_epochs),)

    def cost(self, n_samples: int, feature_shape: tuple[int, ...]) -> Cost:
        """Operations of all distances and of 20 steps of the solver in each round; bytes of data, representatives, edges."""
        size = n_samples * float(np.prod(feature_shape))
        width = min(REDUCED_DIMENSIONS, float(np.prod(feature_shape)))
        step = n_samples * width * (8 + self.n_neighbors)
        return Cost(
            flops=2 * n_samples**2 * width + 2 * size * width + 2 * 20 * self.max_epochs * step,
            memory=8 * size + 64 * n_samples * width + 60 * n_samples * self.n_neighbors,
            width=int(width),
        )

    def _prepare(self, checkpoint: Mapping[str, Any] | None) -> None:
        self.n_iter_ = 0

    def _learn(self, X: np.ndarray) -> Iterator[Event]:
        ((stage, n_rounds),) = self.plan()
        yield Stage(stage, n_rounds, TERMS)
        start = time.perf_counter()
        self._begin(X)
        sample = snapshot_sample(len(X))
        for epoch in range(1, n_rounds + 1):
            moved = self._round()
            groups = self._groups()
            if epoch in (1, n_rounds) or epoch % max(1, n_rounds // 20) == 0:
                labels = at_most(groups, self._places, len(X))[0]
                shown = np.where(labels < self.n_clusters, labels, -1)[sample]
                yield Snapshot(stage, epoch, sample, self._places[sample].astype(np.float32), shown)
            losses = {
                "clusters": float(groups.max() + 1),
                "distance": float(np.square(self._fitted - self._places).sum(axis=1).mean()),
                "edges": float((self._held < 0.5).mean()),
            }
            yield Progress(stage, epoch, losses, time.perf_counter() - start)
            start = time.perf_counter()
            if moved < self.tol * self._reach and self._mu <= self._reach**2:
                break
        sizes = np.sort(np.bincount(self._groups()))[::-1]
        n_found, share = len(sizes), sizes[: self.n_clusters].sum() / len(X)
        if n_found > self.n_clusters:
            yield Note(
                "info",
                f"{n_found:,} clusters were found. The largest {self.n_clusters} held {share:.0%} of the samples; the others were "
                "joined to the nearest of them. Allow more clusters to see them apart.",
            )
        else:
            yield Note("info", f"{n_found} clusters were found.")

    def _begin(self, X: np.ndarray) -> None:
        """Data in few dimensions, edges between them, and how far the edges reach."""
        flat = X.reshape(len(X), -1)
        if flat.shape[1] > REDUCED_DIMENSIONS:
            self._mean, self._axes = principal_axes(flat, REDUCED_DIMENSIONS)
        else:
            self._mean, self._axes = flat.mean(axis=0), np.zeros((0, 0), np.float32)
        self._fitted = self._reduce(flat)
        self._edges = mutual_edges(*nearest_neighbors(self._fitted, min(self.n_neighbors, len(X) - 1)))
        self._weights = edge_weights(self._edges, len(X))
        self._places = self._fitted.astype(np.float64)
        lengths = self._lengths()
        self._reach = np.float64(one_place(lengths))
        self._mu = 3 * float(lengths.max()) ** 2
        self._size = float(np.linalg.norm(self._places, 2))
        self._held = np.ones(len(self._edges))
        self._strength = self._balanced()

    def _round(self) -> float:
        """One step of edges and representatives; returns how far these moved, root mean square."""
        self._held = held(self._lengths(), self._mu)
        A = edge_laplacian(self._edges, self._weights * self._held, len(self._fitted))
        before = self._places
        self._places = representatives(self._fitted.astype(np.float64), A, self._strength, before)
        self.n_iter_ += 1
        if self.n_iter_ % HALVE_EVERY == 0:
            self._mu = max(self._mu / 2, float(self._reach) ** 2)
            self._strength = self._balanced()
        return float(np.sqrt(np.square(self._places - before).sum(axis=1).mean()))

    def _lengths(self) -> NDArray[np.float64]:
        return edge_lengths(self._edges, self._places)

    def _balanced(self) -> float:
        """lambda = |X| / |A|, spectral norms: data and edges pull alike, eq. (9)."""
        A = edge_laplacian(self._edges, self._weights * self._held, len(self._fitted))
        return self._size / max(largest_singular_value(A), 1e-12)

    def _groups(self) -> NDArray[np.int64]:
        return hanging_together(self._edges, self._lengths(), float(self._reach), len(self._fitted))

    def _reduce(self, X: np.ndarray) -> np.ndarray:
        return np.ascontiguousarray((X - self._mean) @ self._axes if self._axes.size else X - self._mean, np.float32)

    def _embed(self, X: np.ndarray) -> np.ndarray:
        flat, places = X.reshape(len(X), -1), self._places.astype(np.float32)
        rows = (self._reduce(flat[i : i + CHUNK]) for i in range(0, len(flat), CHUNK))
        return np.concatenate([place(R, self._fitted, places, float(self._reach)) for R in rows])

    def _settle(self, X: np.ndarray) -> None:
        if not self.n_iter_:  # stopped before there was anything
            self._begin(X)
        copies = first_copies(self._fitted)
        self._places = self._places[copies]
        groups, self.n_clusters_found_ = at_most(self._groups(), self._places, self.n_clusters)
        self._clusters = groups[copies]
        self.embedding_, self.labels_ = self._places.astype(np.float32), self._clusters
        self.cluster_centers_ = group_means(self.embedding_, self.labels_, self.n_clusters)

    def _assign(self, embedding: np.ndarray) -> np.ndarray:
        """That of most of the nearest representatives."""
        return most_of_nearest(embedding, self._places.astype(np.float32), self._clusters)
