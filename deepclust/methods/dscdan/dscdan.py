"""DSCDAN, deep spectral clustering with a dual autoencoder: robust codes, then their graph's eigenspace, jointly.

Shapes: x (b, ...) input, z (b, d) codes (their mean mu), W (n, n) affinities of the codes' nearest neighbours,
Y~ (b, m) outputs of the cluster network, Y (b, m) the same made orthonormal, U (n, m) the exact cut of W.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from deepclust.compute import to_numpy
from deepclust.events import Event, Snapshot, Stage
from deepclust.methods.base.centers import group_means, kmeans_centers, kmeans_from
from deepclust.methods.base.deep import PASSES, Means, descend
from deepclust.methods.base.method import Cost
from deepclust.methods.dscdan.dual_spectral import BATCHES_AT_ONCE, MEANINGS, DualSpectralMethod
from deepclust.params import param

if TYPE_CHECKING:
    import torch

SELF_TRAINING, KL = "Self-training", "self-training"
EXTRAS_UP_TO = 10_000  # samples up to which the exact eigenvectors are kept with the result


class DSCDAN(DualSpectralMethod):
    """Yang, Deng, Zheng, Yan, Liu 2019. What paper and released code disagree on is a parameter here.

    Pre-training minimises eq. (13) (see `DualTermsMethod`). The spectral stage adds the spectral loss, eq. (16),
    of the cluster network's orthonormal outputs, eqs. (17) and (18), and trains everything together, eq. (20). Beyond the
    paper: edges are drawn from the neighbour graph of all codes instead of those inside a batch, Y is drawn to the exact
    cut of that graph (``eta``), and disturbed copies of a sample count as its neighbours (``lambda_v``).
    """

    title = "DSCDAN"
    summary = "Learns codes that small disturbances do not change, and the cut of their neighbour graph, together."
    reference = "Yang, Deng, Zheng, Yan, Liu 2019, CVPR, pp. 4066-4075"
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
        "paper": {
            "beta": 0.01,
            "gamma": 1.0,
            "eigenvectors": 1.0,
            "unit_rows": False,
            "n_components": 120,
            "n_channels": 16,
            "noise": "multiplicative",
            "prior": "late",
            "graph": "batch",
            "eta": 0.0,
            "lambda_v": 0.0,
            "pretrain_epochs": 100,
            "max_epochs": 100,
        },
        "code": {
            "beta": 0.01,
            "gamma": 1.0,
            "unit_rows": False,
            "n_components": 120,
            "n_convs": 2,
            "n_hidden": 1024,
            "batch_size": 100,
            "noise": "learned",
            "delta": 2.5,
            "relative": 5.0,
            "local": 0.0,
            "prior": "clusters",
            "graph": "batch",
            "n_neighbors": 4,
            "output": "softmax",
            "eta": 0.0,
            "lambda_v": 0.0,
            "labels_from": "argmax",
            "pretrain_epochs": 100,
            "max_epochs": 100,
        },
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
    spaces_without_k = ("stage:Dual autoencoder",)

    pretrain_epochs: int = param(
        8,
        "Pre-training epochs",
        help="How often all data are seen before the spectral stage.",
        min=0,
        max=10_000,
        group="Training",
    )
    max_epochs: int = param(
        8,
        "Spectral epochs",
        help="How often all data are seen while the cut is learned. 0 leaves the stage out: k-means on the codes.",
        min=0,
        max=10_000,
        group="Training",
    )
    self_training_epochs: int = param(
        0,
        "Self-training epochs",
        help="DEC (Xie et al. 2016) instead of the cut: epochs in which clusters are sharpened by what is already sure.",
        min=0,
        max=10_000,
        group="Training",
        advanced=True,
    )

    # -- plan and cost -------------------------------------------------------------------------------------------

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
        """Operations of both stages, and bytes of the larger of them."""
        encoder, _, _, clusters = self._part_sizes(feature_shape)
        own = self._sample_flops(feature_shape)
        batch = self._batch_size(n_samples)
        flops = n_samples * own * self.pretrain_epochs * self._n_passes(n_samples, batch)
        flops += n_samples * PASSES * encoder.flops * self.self_training_epochs
        at_once = 1
        if self.max_epochs:
            at_once = 2 if self.graph == "all" else BATCHES_AT_ONCE
            other_end = PASSES * (encoder.flops * (self.graph == "all") + 3 * clusters.flops)
            passes = self._n_passes(n_samples, batch * (1 if self.graph == "all" else BATCHES_AT_ONCE))
            flops += n_samples * (own + other_end) * self.max_epochs * passes
            if self.graph == "all":
                search = 2.0 * n_samples * self.n_components
                flops += n_samples * (1 + self.graph_views) * (encoder.flops + search)
        return Cost(flops=flops, memory=self._memory(n_samples, at_once * batch, feature_shape))

    # -- training ------------------------------------------------------------------------------------------------

    def _prepare(self, checkpoint: Mapping[str, Any] | None) -> None:
        super()._prepare(checkpoint)
        self._graph: dict[str, torch.Tensor] = {}  # empty before the spectral stage

    def _learn(self, X: np.ndarray) -> Iterator[Event]:
        import torch

        x = self._x = self._tensor(X)
        size = self._batch_size(len(x))
        optimiser = torch.optim.Adam(self._net.parameters(), lr=self.learning_rate)
        first, *then = self.plan()
        weights = self._all_weights(joint=False)
        yield Stage(*first, {name: MEANINGS[name] for name in weights})
        for _ in self._epochs(*first, net=self._net, optimiser=optimiser, generator=self._generator):
            losses = Means()
            for rows in self._passes(len(x), size):
                self._step(optimiser, weights, self._pretraining_terms(x[rows]), losses, len(rows))
            yield from self._report(losses)
        for stage, n_epochs in then:
            learn = self._learn_self_training if stage == SELF_TRAINING else self._learn_spectral
            yield from learn(x, size, stage, n_epochs)

    def _learn_self_training(self, x: torch.Tensor, size: int, stage: str, n_epochs: int) -> Iterator[Event]:
        """DEC from the codes as they are: encoder and centres learn targets that are renewed with every epoch."""
        import torch

        from deepclust.losses.self_training import self_training_loss, soft_assignment, target_distribution

        optimiser = torch.optim.Adam(self._net.parameters(), lr=self.learning_rate)
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
                q = soft_assignment(self._mean(x[rows]), self._net.centers[: self.n_clusters])
                loss = self_training_loss(targets[rows], q)
                descend(optimiser, loss)
                losses.add({KL: loss}, len(rows))
            yield from self._report(losses)

    def _learn_spectral(self, x: torch.Tensor, size: int, stage: str, n_epochs: int) -> Iterator[Event]:
        """Eq. (20): everything together, with Y made orthonormal on every batch."""
        import torch

        optimiser = torch.optim.Adam(self._net.parameters(), lr=self.learning_rate)
        state = {"net": self._net, "optimiser": optimiser, "generator": self._generator, "graph": self._graph}
        weights = self._all_weights(joint=True)
        yield Stage(stage, n_epochs, {name: MEANINGS[name] for name in weights})
        for epoch in self._epochs(stage, n_epochs, **state):
            if epoch == 1:
                self._graph["width"] = torch.tensor(self._n_outputs())
            if self.graph == "all" and (epoch == 1 or (self.refresh and (epoch - 1) % self.refresh == 0)):
                self._renew_graph(x)
            edges = self._drawn_edges(len(x)) if self.graph == "all" else None
            losses = Means()
            for rows in self._passes(len(x), size if edges is not None else BATCHES_AT_ONCE * size):
                if edges is None:
                    terms = self._batch_terms(x, rows)
                else:
                    terms = self._edge_terms(x, self._graph["at"][edges[rows]], self._graph["to"][edges[rows]])
                self._step(optimiser, weights, terms, losses, len(rows))
            yield from self._report(losses)

    # -- spaces and clusters -------------------------------------------------------------------------------------

    def _encode(self, x: torch.Tensor) -> torch.Tensor:
        """The space that clusters are read from: the codes; after the spectral stage Y, or the soft-max outputs."""
        from torch.nn import functional

        if not self._in_eigenspace:
            return self._mean(x)
        if self._reads_largest():
            soft: torch.Tensor = self._net.clusters(self._mean(x)).softmax(dim=1)
            return soft
        y = self._y(x)[:, : self._width]
        return functional.normalize(y, dim=1) if self.unit_rows else y

    @property
    def _in_eigenspace(self) -> bool:
        return bool(self._graph)

    def _reads_largest(self) -> bool:
        return self._in_eigenspace and self.labels_from == "argmax"

    @property
    def _width(self) -> int:
        """How many columns of Y are compared."""
        return int(self._graph["width"])

    def _snapshot(self, stage: str, epoch: int) -> Snapshot:
        if self._in_eigenspace:
            self._freeze(self._x)
        return super()._snapshot(stage, epoch)

    def _provisional_labels(self, embedding: np.ndarray) -> np.ndarray:
        if self._reads_largest():
            return np.asarray(embedding.argmax(axis=1), np.int64)
        return super()._provisional_labels(embedding)

    def _settle(self, X: np.ndarray) -> None:
        self.spectral_embedding_ = None
        self.latent_mean_ = self._all(self._x, self._mean)
        if self._in_eigenspace:
            self._freeze(self._x)
            self.spectral_embedding_ = self._all(self._x, self._y)
        self.embedding_ = self._codes(self._x)
        self.cluster_centers_ = self._centers(self.embedding_)
        self.labels_ = self._assign(self.embedding_)

    def _centers(self, embedding: np.ndarray) -> np.ndarray:
        """Centres (k, m): by k-means, begun at the clusters of the least cut where there is a graph of all samples."""
        if self._reads_largest():
            # the largest number of a row that adds up to 1 is that of the corner of the simplex which is nearest
            return np.eye(self.n_clusters, dtype=np.float32)
        if self.self_training_epochs and not self._in_eigenspace:
            centers = to_numpy(self._net.centers.detach()[: self.n_clusters])
            if centers.any():  # not stopped before they were set
                return np.asarray(centers, np.float32)
        if "labels" in self._graph:
            labels = to_numpy(self._graph["labels"])
            if len(np.unique(labels)) == self.n_clusters:
                return kmeans_from(embedding, group_means(embedding, labels, self.n_clusters))
        return kmeans_centers(embedding, self.n_clusters, self._fit_seed, self.n_init)

    def _spaces(self) -> dict[str, np.ndarray]:
        return {"Latent mean": self.latent_mean_} if self._in_eigenspace else {}

    def _extras(self) -> dict[str, np.ndarray]:
        if "exact" not in self._graph or len(self.labels_) > EXTRAS_UP_TO:
            return {}
        return {
            "exact eigenvectors": to_numpy(self._graph["exact"]),
            "exact eigenvalues": to_numpy(self._graph["eigenvalues"]),
        }

    # -- keeping -------------------------------------------------------------------------------------------------

    def fitted_state(self) -> dict[str, Any]:
        return {**super().fitted_state(), "width": self._width if self._in_eigenspace else 0}

    def load_fitted(self, state: Mapping[str, Any]) -> None:
        import torch

        super().load_fitted(state)
        self._graph = {"width": torch.tensor(state["width"])} if state["width"] else {}
