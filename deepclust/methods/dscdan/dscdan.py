"""DSCDAN, deep spectral clustering with a dual autoencoder: robust codes, then their graph's eigenspace, jointly.

The chapters of this package: `parameters` (what one may choose), `terms` (the loss on one batch), `cut_graph` (the graph of all
codes and its exact cut), `distort` (another look at a sample), `cost`; and here how they make a method.

Shapes: x (b, ...) input, z (b, d) codes (their mean mu), W (n, n) affinities of the codes' nearest neighbours,
Y~ (b, m) outputs of the cluster network, Y (b, m) the same made orthonormal, U (n, m) the exact cut of W.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from deepclust.compute import to_numpy
from deepclust.events import Event, Snapshot, Stage
from deepclust.methods.base.centers import group_means, kmeans_centers, kmeans_from
from deepclust.methods.base.deep import Means, descend
from deepclust.methods.base.method import GRAPH, Cost
from deepclust.methods.base.rounding import ritz_weights
from deepclust.methods.base.sample_graph import SampleGraph
from deepclust.methods.dscdan.cost import BATCHES_AT_ONCE, fit_cost
from deepclust.methods.dscdan.cut_graph import CutGraph
from deepclust.methods.dscdan.parameters import DSCDANParameters
from deepclust.methods.dscdan.terms import MEANINGS, Terms, cluster_outputs, term_weights, weighted_sum
from deepclust.metrics.modularity import modularity
from deepclust.spaces import Space

if TYPE_CHECKING:
    import torch
    from torch import nn

SELF_TRAINING, KL = "Self-training", "self-training"
EXTRAS_UP_TO = 10_000  # samples up to which the exact eigenvectors are kept with the result
READ_AT_ONCE = 1024  # samples, where nothing is learned from them


PAPER = {  # with the networks of table 2: channels 16, 16, 32, 32 (MNIST), 16, 32 (USPS), 5 x 5 (faces)
    "n_components": 120,
    "n_channels": 16,
    "n_convs": 2,
    "widest": 2,
    "beta": 0.01,
    "gamma": 1.0,
    "noise": "multiplicative",
    "prior": "late",
    "graph": "batch",
    "one_width": True,
    "eta": 0.0,
    "lambda_v": 0.0,
    "eigenvectors": 1.0,
    "unit_rows": False,
    "pretrain_epochs": 100,
    "max_epochs": 100,
}
CODE = {
    "n_components": 120,
    "n_convs": 2,
    "widest": 2,
    "n_hidden": 1024,
    "batch_size": 100,
    "beta": 0.01,
    "gamma": 1.0,
    "noise": "learned",
    "delta": 2.5,
    "relative": 5.0,
    "local": 0.0,
    "prior": "clusters",
    "graph": "batch",
    "sigma": 2.62,
    "n_neighbors": 4,
    "output": "softmax",
    "eta": 0.0,
    "lambda_v": 0.0,
    "unit_rows": False,
    "labels_from": "argmax",
    "pretrain_epochs": 100,
    "max_epochs": 100,
}


class DSCDAN(DSCDANParameters):
    """Yang, Deng, Zheng, Yan, Liu 2019. What paper and released code disagree on is a parameter here.

    Pre-training minimises eq. (13). The spectral stage adds the spectral loss, eq. (16), of the cluster network's
    orthonormal outputs, eqs. (17) and (18), and trains everything together, eq. (20). Beyond the paper: with
    ``graph="all"`` edges are drawn from the neighbour graph of all codes, which makes the spectral loss that of the
    normalised cut (each sample occurs as often as it has edges), Y is drawn to the exact cut of that graph (``eta``),
    and disturbed copies of a sample count as its neighbours (``lambda_v``).

    Preset `code` leaves out of the released code: mutual information between codes and codes (here: features and codes),
    the swapped roles of clean and disturbed codes and the weights of the joint stage, the gradient through W, the sigmoid on
    the decoder's output, and the file of weights that its joint stage starts from, which was not released.
    """

    title = "DSCDAN"
    summary = "Learns codes that small disturbances do not change, and the cut of their neighbour graph, together."
    reference = "Yang, Deng, Zheng, Yan, Liu 2019, CVPR, pp. 4066-4075"
    family = GRAPH
    good_for = "Pictures whose groups are connected rather than round."
    reported_as = ("Dual autoencoder (DSCDAN)",)
    equations = (
        r"L_r = \lVert \tilde x_{\hat z} - \tilde x_z \rVert^2 + \delta \lVert x - \tilde x_z \rVert^2",
        r"L_e = -\beta \left( E[\log \sigma(T(x, z))] + E[\log(1 - \sigma(T(x, z')))] \right)"
        r" + \gamma \, KL(p(z|x) \,\Vert\, q(z))",
        r"L_c = \frac{1}{m^2} \sum_{i,j} W_{ij} \lVert y_i - y_j \rVert^2, \qquad \frac{1}{m} Y^T Y = I",
        r"\min_\theta \; L_r + L_e + L_c",
    )
    presets = {
        "quick": {},
        "tuned": {"pretrain_epochs": 15, "max_epochs": 15},
        "paper": PAPER,
        "paper-usps": {**PAPER, "n_convs": 1},
        "paper-ytf": {**PAPER, "kernel": 5, "n_halvings": 2},
        "code": CODE,
    }
    ladder = {
        "ConvAE": {"relative": 0.0, "beta": 0.0, "gamma": 0.0, "max_epochs": 0},
        "DEC-like": {"relative": 0.0, "beta": 0.0, "gamma": 0.0, "max_epochs": 0, "self_training_epochs": 8},
        "+MI": {"relative": 0.0, "max_epochs": 0},
        "+RS": {"beta": 0.0, "gamma": 0.0, "max_epochs": 0},
        "+MI+RS": {"max_epochs": 0},
        "+MI+RS+SN": {},
    }
    beside_ladder = frozenset({"DEC-like"})
    sensitivity = {"beta": (0.001, 0.01, 0.1, 1.0), "gamma": (0.0, 0.001, 0.01, 0.1, 1.0)}
    rank = 14
    spaces_without_k = (Space("stage", "Dual autoencoder"),)

    # -- plan, cost and network ----------------------------------------------------------------------------------

    @property
    def embedding_name(self) -> str:
        return "Spectral output Y" if self.max_epochs else "Latent space"

    def plan(self) -> tuple[tuple[str, int], ...]:
        stages = (
            ("Dual autoencoder", self.pretrain_epochs),
            (SELF_TRAINING, self.self_training_epochs),
            ("Spectral stage", self.max_epochs),
        )
        return (stages[0], *(stage for stage in stages[1:] if stage[1]))

    def cost(self, n_samples: int, feature_shape: tuple[int, ...]) -> Cost:
        """Operations of all stages, and bytes of the largest (`fit_cost`)."""
        return fit_cost(self, n_samples, feature_shape, self._batch_size(n_samples), self._n_outputs())

    def n_passes(self, n_samples: int, batch_size: int | None = None) -> int:
        size = batch_size or self._batch_size(n_samples)
        return max(1, -(-self.steps_per_epoch * size // max(1, n_samples)))

    def _build(self, feature_shape: tuple[int, ...]) -> nn.Module:
        from deepclust.nets.dual_net import DualNet

        return DualNet(feature_shape, self.n_components, self.convs, self.n_hidden, self._n_outputs())

    def _n_outputs(self) -> int:
        if self.graph == "batch" or self.prior != "normal" or self.labels_from == "argmax":
            return self.n_clusters
        return max(self.n_clusters, round(self.eigenvectors * self.n_clusters))

    # -- training ------------------------------------------------------------------------------------------------

    def _prepare(self, checkpoint: Mapping[str, Any] | None) -> None:
        if self.kernel % 2 == 0:
            raise ValueError(f"DSCDAN: kernel={self.kernel} has no middle pixel. Choose an odd number, such as 3 or 5.")
        super()._prepare(checkpoint)
        self.graph_ = CutGraph()  # empty before the spectral stage

    def _learn(self, X: np.ndarray) -> Iterator[Event]:
        x = self._x = self._tensor(X)
        size = self._batch_size(len(x))
        for stage, n_epochs in self.plan():
            if stage == SELF_TRAINING:
                yield from self._learn_self_training(x, size, stage, n_epochs)
            elif stage == "Spectral stage":
                yield from self._learn_spectral(x, size, stage, n_epochs)
            else:
                yield from self._learn_codes(x, size, stage, n_epochs)

    def _learn_codes(self, x: torch.Tensor, size: int, stage: str, n_epochs: int) -> Iterator[Event]:
        """Eq. (13): the dual autoencoder alone."""
        optimiser = self._adam(self._net.parameters(), self.learning_rate)
        batch_terms, weights = Terms(self, self._net, self._generator), term_weights(self, joint=False)

        @self._captured(optimiser)
        def step(rows: torch.Tensor) -> dict[str, torch.Tensor]:
            terms = batch_terms.pretraining(x[rows])
            descend(optimiser, weighted_sum(weights, terms))
            return terms

        yield Stage(stage, n_epochs, {name: MEANINGS[name] for name in weights})
        for _ in self._epochs(stage, n_epochs, net=self._net, optimiser=optimiser, generator=self._generator):
            losses = Means()
            for rows in self._passes(len(x), size):
                losses.add(step(rows), len(rows))
            yield from self._report(losses)

    def _learn_self_training(self, x: torch.Tensor, size: int, stage: str, n_epochs: int) -> Iterator[Event]:
        """DEC from the codes as they are: encoder and centres learn targets that are renewed with every epoch."""
        import torch

        from deepclust.losses.self_training import self_training_loss, soft_assignment, target_distribution

        optimiser = self._adam(self._net.parameters(), self.learning_rate)

        @self._captured(optimiser)
        def step(rows: torch.Tensor, targets: torch.Tensor) -> dict[str, torch.Tensor]:
            q = soft_assignment(self._mean(x[rows]), self._net.centers[: self.n_clusters])
            loss = self_training_loss(targets[rows], q)
            descend(optimiser, loss)
            return {KL: loss}

        yield Stage(stage, n_epochs, {KL: "how far the clusters are from their sharper selves (falls)"})
        for epoch in self._epochs(stage, n_epochs, net=self._net, optimiser=optimiser, generator=self._generator):
            codes = torch.from_numpy(self._all(x, self._mean)).to(x.device)
            centers = self._net.centers[: self.n_clusters]
            if epoch == 1:
                begun = kmeans_centers(to_numpy(codes), self.n_clusters, self._fit_seed, self.n_init)
                centers.data.copy_(torch.from_numpy(begun))
            with torch.no_grad():
                targets = target_distribution(soft_assignment(codes, centers))
            losses = Means()
            for rows in self._batches(len(x), size):
                losses.add(step(rows, targets), len(rows))
            yield from self._report(losses)

    def _learn_spectral(self, x: torch.Tensor, size: int, stage: str, n_epochs: int) -> Iterator[Event]:
        """Eq. (20): everything together, with Y made orthonormal on every batch."""
        import torch

        graph, of_all = self.graph_, self.graph == "all"
        optimiser = self._adam(self._net.parameters(), self.learning_rate)
        state = {"net": self._net, "optimiser": optimiser, "generator": self._generator, "graph": graph.state}
        batch_terms, weights = Terms(self, self._net, self._generator), term_weights(self, joint=True)

        @self._captured(optimiser)
        def on_edges(at: torch.Tensor, to: torch.Tensor, exact: torch.Tensor) -> dict[str, torch.Tensor]:
            terms = batch_terms.on_edges(x, at, to, exact)
            descend(optimiser, weighted_sum(weights, terms))
            return terms

        @self._captured(optimiser)
        def in_batch(rows: torch.Tensor) -> dict[str, torch.Tensor]:
            terms = batch_terms.in_batch(x[rows])
            descend(optimiser, weighted_sum(weights, terms))
            return terms

        yield Stage(stage, n_epochs, {name: MEANINGS[name] for name in weights})
        for epoch in self._epochs(stage, n_epochs, **state):
            if epoch == 1:
                graph.set_width(self._n_outputs())
                if (
                    not of_all and self.prior != "clusters"
                ):  # there the cluster network has learned from codes as they are
                    self._net.clusters.standardize(torch.from_numpy(self._all(x, self._mean)).to(x.device))
            if of_all and (epoch == 1 or (self.refresh and (epoch - 1) % self.refresh == 0)):
                self._renew_graph(x)
            at, to = graph.drawn(len(x), self._generator) if of_all else (None, None)
            losses = Means()
            for rows in self._passes(len(x), size if of_all else BATCHES_AT_ONCE * size):
                if at is not None and to is not None:
                    losses.add(on_edges(at[rows], to[rows], graph.exact), len(rows))
                else:
                    losses.add(in_batch(rows), len(rows))
            yield from self._report(losses)

    def _renew_graph(self, x: torch.Tensor) -> None:
        """The graph of all codes as they are now, seen with some disturbed copies of each sample, and of the samples; its exact cut."""
        import torch

        codes = torch.from_numpy(self._all(x, self._mean)).to(x.device)
        self._net.clusters.standardize(codes)
        views = [self._all(x, self._disturbed_mean) for _ in range(self.graph_views)]
        looks = [codes, *(torch.from_numpy(view).to(x.device) for view in views)]
        k, n_vectors, seed = self.n_clusters, self._n_outputs(), self._fit_seed
        samples = SampleGraph(x, self.sample_neighbors, k).plain() if self.sample_neighbors else None
        self.graph_.renew(looks, self.n_neighbors, k, n_vectors, self.n_init, seed, self.unit_rows, samples)

    # -- what is read from the network ---------------------------------------------------------------------------

    def _all(self, x: torch.Tensor, read: Callable[[torch.Tensor], torch.Tensor]) -> np.ndarray:
        """What ``read`` makes of samples x (n, ...), batch by batch, as float32 (n, d)."""
        import torch

        with torch.no_grad():
            return to_numpy(torch.cat([read(part) for part in x.split(READ_AT_ONCE)]))

    def _mean(self, x: torch.Tensor) -> torch.Tensor:
        """Clean codes mu (b, d) of a batch."""
        mu: torch.Tensor = self._net.autoencoder.encode(x).mu
        return mu

    def _disturbed_mean(self, x: torch.Tensor) -> torch.Tensor:
        """Codes mu (b, d) of disturbed copies of a batch."""
        from deepclust.methods.base.distort import distorted

        return self._mean(distorted(x, self._generator))

    def _y_tilde(self, x: torch.Tensor) -> torch.Tensor:
        return cluster_outputs(self._net, self._mean(x), self.output)

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
            weights = torch.from_numpy(ritz_weights(outputs, self.graph_.edges()))
        else:
            weights = orthonormal_weights(torch.from_numpy(outputs))
        self._net.orthonormal.set_weights(weights.to(x.device))

    def _encode(self, x: torch.Tensor) -> torch.Tensor:
        """The space that clusters are read from: the codes; after the spectral stage Y, or the soft-max outputs."""
        from torch.nn import functional

        if not self.graph_.begun:
            return self._mean(x)
        if self._reads_largest():
            soft: torch.Tensor = self._net.clusters(self._mean(x)).softmax(dim=1)
            return soft
        y = self._y(x)[:, : self.graph_.width]
        return functional.normalize(y, dim=1) if self.unit_rows else y

    def _reads_largest(self) -> bool:
        return self.graph_.begun and self.labels_from == "argmax"

    # -- clusters ------------------------------------------------------------------------------------------------

    def _snapshot(self, stage: str, epoch: int) -> Snapshot:
        if self.graph_.begun:
            self._freeze(self._x)
        return super()._snapshot(stage, epoch)

    def _provisional_labels(self, embedding: np.ndarray) -> np.ndarray:
        if self._reads_largest():
            return np.asarray(embedding.argmax(axis=1), np.int64)
        return super()._provisional_labels(embedding)

    def _settle(self, X: np.ndarray) -> None:
        self.spectral_embedding_ = None
        self.latent_mean_ = self._all(self._x, self._mean)
        if self.graph_.begun:
            self._freeze(self._x)
            self.spectral_embedding_ = self._all(self._x, self._y)
        self.embedding_ = self._codes(self._x)
        self.cluster_centers_ = self._centers(self.embedding_)
        self.labels_ = self._assign(self.embedding_)

    def _centers(self, embedding: np.ndarray) -> np.ndarray:
        """Centres (k, m): by k-means; with a graph of all samples those of its clusters, moved by k-means if that fits the graph better."""
        if self._reads_largest():
            # the largest number of a row that adds up to 1 is that of the corner of the simplex which is nearest
            return np.eye(self.n_clusters, dtype=np.float32)
        if self.self_training_epochs and not self.graph_.begun:
            centers = to_numpy(self._net.centers.detach()[: self.n_clusters])
            if centers.any():  # not stopped before they were set
                return np.asarray(centers, np.float32)
        if self.graph_.of_all and len(np.unique(self.graph_.labels)) == self.n_clusters:
            means = group_means(embedding, self.graph_.labels, self.n_clusters)
            return max((kmeans_from(embedding, means), means), key=lambda centers: self._quality(embedding, centers))
        return kmeans_centers(embedding, self.n_clusters, self._fit_seed, self.n_init)

    def _quality(self, embedding: np.ndarray, centers: np.ndarray) -> float:
        """The modularity that the groups of the nearest centres (k, m) have in the graph of all samples."""
        from scipy.spatial.distance import cdist

        return modularity(cdist(embedding, centers).argmin(axis=1), self.graph_.edges())

    def _spaces(self) -> dict[str, np.ndarray]:
        return {"Latent mean": self.latent_mean_} if self.graph_.begun else {}

    def further_spaces(self, X: Any) -> dict[str, np.ndarray]:
        if not self.graph_.begun:
            return {}
        return {"Latent mean": self._all(self._tensor(self._scale(self._check_input(X, reset=False))), self._mean)}

    def _extras(self) -> dict[str, np.ndarray]:
        if not self.graph_.of_all or len(self.labels_) > EXTRAS_UP_TO:
            return {}
        return {"exact eigenvectors": to_numpy(self.graph_.exact), "exact eigenvalues": self.graph_.eigenvalues}

    # -- keeping -------------------------------------------------------------------------------------------------

    def fitted_state(self) -> dict[str, Any]:
        return {**super().fitted_state(), "width": self.graph_.width}

    def load_fitted(self, state: Mapping[str, Any]) -> None:
        super().load_fitted(state)
        self.graph_ = CutGraph()
        if state["width"]:
            self.graph_.set_width(state["width"])
