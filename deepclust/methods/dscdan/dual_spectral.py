"""The spectral stage of the dual autoencoder: the graph of the codes, its exact cut, and the terms that learn it.

Shapes: x (b, ...) input, Y~ (b, m) outputs of the cluster network, Y (b, m) the same made orthonormal on the batch,
U (n, m) the exact cut of the graph of all codes; m = k in the paper.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from deepclust.compute import to_numpy
from deepclust.methods.base import hyperparameters as shared
from deepclust.methods.base.code_graph import code_graph, cut_vectors
from deepclust.methods.base.deep import Means, descend
from deepclust.methods.base.rounding import best_partition, ritz_weights
from deepclust.methods.dscdan.dual_terms import DECISION, PRIOR, TERMS, DualTermsMethod
from deepclust.metrics.modularity import Edges, edges_of
from deepclust.params import param

if TYPE_CHECKING:
    import torch

SPECTRAL, VIEWS, EXACT = "spectral", "views apart", "exact cut"
MEANINGS = TERMS | {
    SPECTRAL: "how far apart neighbours lie in Y (falls towards the sum of the first eigenvalues)",
    VIEWS: "how far apart disturbed copies of a sample lie in Y (falls)",
    EXACT: "how much of the exact cut Y does not span, 0 to k (falls)",
}
READ_AT_ONCE = 1024  # samples, where nothing is learned from them
BATCHES_AT_ONCE = 4  # batches that are put together where neighbours are sought inside them


class DualSpectralMethod(DualTermsMethod):
    """Base of methods that learn the cut of the codes' graph: Yang et al. 2019, eqs. (14) to (20), and beyond it.

    Beyond the paper: with ``graph="all"`` edges are drawn from the neighbour graph of all codes, which makes the spectral
    loss that of the normalised cut (each sample occurs as often as it has edges), Y is drawn to the exact cut of
    that graph (``eta``), and disturbed copies of a sample count as its neighbours (``lambda_v``).
    """

    n_neighbors: int = param(
        3,
        "Neighbours",
        help="How many nearest samples each sample is joined to in the graph.",
        min=1,
        max=1000,
        group="Spectral stage",
        advanced=True,
    )
    graph: str = param(
        "all",
        "Neighbours among",
        help="all: each sample's neighbours are sought among all samples. batch: inside its batch (the paper).",
        choices=("all", "batch"),
        group="Spectral stage",
        advanced=True,
    )
    graph_views: int = param(
        4,
        "Views in the graph",
        help="How many slightly shifted, turned and sheared copies of each sample look for neighbours beside itself. "
        "0 is the paper.",
        min=0,
        max=100,
        group="Spectral stage",
        advanced=True,
    )
    refresh: int = param(
        0,
        "New graph after",
        help="The graph of all samples is made anew from the codes after so many epochs; 0 keeps the first one.",
        min=0,
        max=10_000,
        group="Spectral stage",
        advanced=True,
    )
    lambda_c: float = param(
        1.0,
        "Weight of the spectral loss",
        help="How much it counts that neighbours lie close in Y.",
        min=0.0,
        max=1000.0,
        group="Spectral stage",
        advanced=True,
    )
    lambda_v: float = param(
        1.0,
        "Weight of disturbed copies",
        help="How much it counts that disturbed copies of a sample lie close to it in Y.",
        min=0.0,
        max=1000.0,
        group="Spectral stage",
        advanced=True,
    )
    eta: float = param(
        1.0,
        "Weight of the exact cut",
        help="How much Y is drawn to the exact eigenvectors of the graph of all samples. 0 is the paper.",
        min=0.0,
        max=1000.0,
        group="Spectral stage",
        advanced=True,
    )
    eigenvectors: float = param(
        2.0,
        "Eigenvectors per cluster",
        help="How many numbers Y has for each cluster: 1 is the paper. With more, as many of them are used as give the "
        "clusters that the graph holds together best (modularity). It is 1 with neighbours inside a batch, and where soft-max outputs are used as well.",
        min=1.0,
        max=10.0,
        step=0.25,
        group="Spectral stage",
        advanced=True,
    )
    unit_rows: bool = param(
        True,
        "Rows of length 1",
        help="Compare samples by the direction of their row of Y alone. The paper does not.",
        group="Spectral stage",
        advanced=True,
    )
    output: str = param(
        "linear",
        "Output",
        help="What is made orthonormal: the cluster network's outputs, or their soft-max (the released code).",
        choices=("linear", "softmax"),
        group="Spectral stage",
        advanced=True,
    )

    labels_from: str = param(
        "kmeans",
        "Labels from",
        help="kmeans: k-means on Y. argmax: the largest soft-max output (the released code; of little use where only Y "
        "was trained).",
        choices=("kmeans", "argmax"),
        group="Clustering",
        advanced=True,
    )

    n_init: int = shared.n_init()

    def _n_passes(self, n_samples: int, batch_size: int | None = None) -> int:
        size = batch_size or self._batch_size(n_samples)
        return max(1, -(-self.steps_per_epoch * size // max(1, n_samples)))

    def _all_weights(self, joint: bool) -> dict[str, float]:
        """Weights of the terms of a stage; `_step` adds up what has one."""
        weights = self._weights()
        if PRIOR in weights and self._has_cluster_prior(joint):
            weights[DECISION] = weights[PRIOR]
        if joint:
            own = {SPECTRAL: self.lambda_c, VIEWS: self.lambda_v, EXACT: self.eta}
            left_out = {EXACT} if self.graph == "batch" else set()
            weights |= {name: weight for name, weight in own.items() if weight and name not in left_out}
        return weights

    def _step(
        self,
        optimiser: torch.optim.Optimizer,
        weights: Mapping[str, float],
        terms: Mapping[str, torch.Tensor],
        losses: Means,
        n_rows: int,
    ) -> None:
        loss: Any = sum(weight * terms[name] for name, weight in weights.items())
        descend(optimiser, loss)
        losses.add(terms, n_rows)

    # -- terms ---------------------------------------------------------------------------------------------------

    def _edge_terms(self, x: torch.Tensor, at: torch.Tensor, to: torch.Tensor) -> dict[str, torch.Tensor]:
        """Eq. (20) on edges (b,) of the graph of all samples x (n, ...); the autoencoder's terms on one end of each."""
        import torch

        from deepclust.losses.edges_apart import edges_apart
        from deepclust.losses.subspace import subspace_loss

        code, other = self._net.autoencoder.encode(x[at]), self._net.autoencoder.encode(x[to])
        disturbed = self._disturbed(x[at], code, always=bool(self.lambda_v))
        terms = self._terms(x[at], code, disturbed) | self._prior_terms(code, joint=True)
        looks = [code.mu, other.mu] + ([disturbed] if disturbed is not None and self.lambda_v else [])
        y = self._orthonormal(self._outputs(torch.cat(looks)))
        ends = y.split(len(at))
        if self.lambda_c:
            terms[SPECTRAL] = edges_apart(ends[0], ends[1])
        if len(ends) > 2:
            terms[VIEWS] = edges_apart(ends[0], ends[2])
        if self.eta:
            u = self._graph["exact"]
            terms[EXACT] = subspace_loss(y, torch.cat([u[at], u[to], u[at]][: len(ends)]))
        return terms

    def _batch_terms(self, x: torch.Tensor, rows: torch.Tensor) -> dict[str, torch.Tensor]:
        """Eq. (20) with the neighbours inside a batch, eqs. (14) and (16), as in the paper; W carries no gradient."""
        import torch

        from deepclust.losses.batch_affinity import batch_affinity
        from deepclust.losses.edges_apart import edges_apart
        from deepclust.losses.spectral import spectral_loss

        code = self._net.autoencoder.encode(x[rows])
        disturbed = self._disturbed(x[rows], code, always=bool(self.lambda_v))
        terms = self._terms(x[rows], code, disturbed) | self._prior_terms(code, joint=True)
        looks = [code.mu] + ([disturbed] if disturbed is not None and self.lambda_v else [])
        y = self._orthonormal(self._outputs(torch.cat(looks)))
        clean = y[: len(rows)]
        if self.lambda_c:
            W = batch_affinity(code.mu.detach(), self.n_neighbors)
            terms[SPECTRAL] = spectral_loss(W, clean)
        if len(looks) > 1:
            terms[VIEWS] = edges_apart(clean, y[len(rows) :])
        return terms

    # -- outputs and graph ---------------------------------------------------------------------------------------

    def _n_outputs(self) -> int:
        if self.graph == "batch" or self.prior != "normal" or self.labels_from == "argmax":
            return self.n_clusters
        return max(self.n_clusters, round(self.eigenvectors * self.n_clusters))

    def _outputs(self, mu: torch.Tensor) -> torch.Tensor:
        """Y~ (b, k) of codes mu (b, d)."""
        outputs: torch.Tensor = self._net.clusters(mu)
        return outputs.softmax(dim=1) if self.output == "softmax" else outputs

    def _orthonormal(self, outputs: torch.Tensor) -> torch.Tensor:
        """Y (b, k) with Y^T Y / b = I on this batch, eqs. (17) and (18)."""
        from deepclust.nets.orthonormal import orthonormal_weights

        return outputs @ orthonormal_weights(outputs).to(outputs.dtype)

    def _mean(self, x: torch.Tensor) -> torch.Tensor:
        """Clean codes mu (b, d) of a batch."""
        mu: torch.Tensor = self._net.autoencoder.encode(x).mu
        return mu

    def _disturbed_mean(self, x: torch.Tensor) -> torch.Tensor:
        """Codes mu (b, d) of disturbed copies of a batch."""
        from deepclust.methods.dscdan.distort import distorted

        return self._mean(distorted(x, self._generator))

    def _y_tilde(self, x: torch.Tensor) -> torch.Tensor:
        return self._outputs(self._mean(x))

    def _y(self, x: torch.Tensor) -> torch.Tensor:
        """Y (b, m) under the weights that `_freeze` set last."""
        y: torch.Tensor = self._net.orthonormal(self._y_tilde(x))
        return y

    def _freeze(self, x: torch.Tensor) -> None:
        """Set the last layer's weights from all samples x (n, ...), by which new ones are placed as well.

        They make Y orthonormal; with a graph of all samples, each weighted by its degree as in the normalised cut, and
        turned so that its columns stand in the order of the eigenvectors that they approximate.
        """
        import torch

        from deepclust.nets.orthonormal import orthonormal_weights

        outputs = self._all(x, self._y_tilde)
        if self.graph == "all":
            weights = torch.from_numpy(ritz_weights(outputs, self._edges()))
        else:
            weights = orthonormal_weights(torch.from_numpy(outputs))
        self._net.orthonormal.set_weights(weights.to(x.device))

    def _all(self, x: torch.Tensor, read: Callable[[torch.Tensor], torch.Tensor]) -> np.ndarray:
        """What ``read`` makes of samples x (n, ...), batch by batch, as float32 (n, d)."""
        import torch

        with torch.no_grad():
            return to_numpy(torch.cat([read(part) for part in x.split(READ_AT_ONCE)]))

    def _renew_graph(self, x: torch.Tensor) -> None:
        """The neighbour graph of all codes as they are now, its exact cut, and the best clusters to be had from it."""
        import torch

        codes = torch.from_numpy(self._all(x, self._mean)).to(x.device)
        self._net.clusters.standardize(codes)
        views = [self._all(x, self._disturbed_mean) for _ in range(self.graph_views)]
        looks = [codes, *(torch.from_numpy(view).to(x.device) for view in views)]
        W = code_graph(looks, self.n_neighbors, self.n_clusters)
        edges = edges_of(W)
        vectors, values = cut_vectors(W, self._n_outputs())
        labels, width = best_partition(vectors, self.n_clusters, edges, self._fit_seed, self.n_init, self.unit_rows)
        found = {
            **edges._asdict(),
            "exact": vectors,
            "eigenvalues": values,
            "labels": labels,
            "width": np.asarray(width),
        }
        self._graph.update({name: torch.from_numpy(array).to(x.device) for name, array in found.items()})

    def _drawn_edges(self, n_draws: int) -> torch.Tensor:
        """Numbers (n_draws,) of edges, drawn by their weight."""
        import torch

        weight = self._graph["weight"].cpu()
        if not len(weight):
            raise ValueError(
                "The neighbour graph of the codes has no edge. Choose more neighbours, or more pre-training epochs."
            )
        drawn = torch.multinomial(weight, n_draws, replacement=True, generator=self._generator)
        return drawn.to(self.device_)

    def _edges(self) -> Edges:
        return Edges(*(to_numpy(self._graph[name]) for name in Edges._fields))
