"""SpectralNet: a network learns the map into the eigenspace of an affinity graph, then k-means there.

The chapters of this package: `parameters` (what one may choose), `spaces` (the code and the space of the
affinities, which are learned first), `pairs` (what the latter learns from), `spectral_graph` and `walk_graph` (what the map learns from), `reading` (what is kept of the map), `cost`; and here how
they make a method.

Shapes: x (b, ...) input, c (b, d) code, s (b, d_s) affinity space, W (m, m) affinities of a batch, Y (b, k) spectral
output with Y^T Y / n = I.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial
from itertools import islice
from math import prod
from typing import TYPE_CHECKING, Any

import numpy as np

from deepclust.compute import batches, to_numpy
from deepclust.events import Event, Note, Stage
from deepclust.methods.base.centers import group_means, kmeans_centers
from deepclust.methods.base.deep import Means, descend
from deepclust.methods.base.distort import distorted
from deepclust.methods.base.method import GRAPH, Cost
from deepclust.methods.base.sample_graph import SampleGraph
from deepclust.methods.spectralnet.cost import AFFINITY_WIDTH, fit_cost, map_step, map_widths
from deepclust.methods.spectralnet.parameters import AUTO, EUCLIDEAN, SIAMESE, VIEWS, SpectralNetParameters
from deepclust.methods.spectralnet.reading import EPOCHS_COLLAPSED, eigenvector_weights, has_collapsed
from deepclust.methods.spectralnet.spaces import (
    HELD,
    VALIDATION,
    fixed_codes,
    is_spent,
    learn_affinity,
    learn_code,
    optimiser_of,
)
from deepclust.methods.spectralnet.spectral_graph import EXACT_UP_TO, BatchGraph, GraphRule, held_back
from deepclust.methods.spectralnet.walk_graph import WalkGraph
from deepclust.spaces import INPUT, Space

if TYPE_CHECKING:
    import torch
    from scipy.sparse import csr_array
    from torch import nn

    from deepclust.methods.spectralnet.walk_graph import Look

LOSS = {"spectral": "how far apart similar samples lie in the spectral output (falls to the eigenvalues' sum)"}
EXACT = {"grassmann": "distance to the space of the exact first eigenvectors, 0 to their number (falls)"}

PAPER = {
    "space": "code",
    "pretrain_epochs": 50,
    "siamese_epochs": 400,
    "siamese_relu": True,
    "near": 0.05,
    "first_patience": 10,
    "optimiser": "rmsprop",
    "batch_size": 128,
    "max_epochs": 400,
    "steps_per_epoch": 100,
    "spectral_batch": 1024,
    "spectral_hidden": 1024,
    "n_neighbors": 2,
    "scale_neighbor": 1,
    "affinity": SIAMESE,
    "graph": "batch",
    "scale": "global",
    "outputs": "clusters",
    "patience": 20,
}


class SpectralNet(SpectralNetParameters):
    """Shaham, Stanton, Li, Basri, Nadler, Kluger 2018. What the literature disagrees on is a parameter here.

    Every step, the orthonormalising weights are set from one batch, and the map takes a gradient step on another. At the
    end they are set from all samples and kept, so that new samples are placed one by one; and Y is turned so that its
    columns approximate the eigenvectors one by one (k-means does not notice). The pictures' autoencoder is
    convolutional; the paper took fully connected weights of VaDE. Preset `paper` is what the authors' code does, which
    lets the gradient flow through those weights; `paper-text` holds them fixed, as the text says, and may collapse.
    """

    title = "SpectralNet"
    summary = "Learns a map that unrolls chains and rings of similar samples into separate points, for new samples too."
    reference = "Shaham et al. 2018, arXiv:1801.01587"
    family = GRAPH
    good_for = "Groups of any form, with a map that new samples can go through."
    equations = (
        r"\min_\theta \; \frac{1}{2m} \sum_{i,j} W_{ij} \lVert y_i - y_j \rVert^2 ="
        r" \frac{1}{m} \operatorname{tr}(Y^T L Y) \quad \text{with} \quad \frac{1}{m} Y^T Y = I",
        r"Y = \tilde Y \sqrt{m} (R^{-1})^T, \quad \tilde Y^T \tilde Y = R R^T, \qquad"
        r" W_{ij} = \exp \left( -\frac{\lVert s_i - s_j \rVert^2}{2 \sigma^2} \right)"
        r" \text{ for nearest neighbours}",
        r"\text{Siamese: } \lVert s_i - s_j \rVert^2 \text{ for neighbours}, \quad"
        r" \max(0, 1 - \lVert s_i - s_j \rVert)^2 \text{ for other pairs}",
    )
    presets = {
        "quick": {"max_epochs": 16, "affinity": VIEWS},
        "paper": PAPER,
        "paper-text": {**PAPER, "through_weights": False, "near": 0.0},
    }
    rank = 13
    spaces_without_k = (Space("space", "Affinity space"), Space("space", "Code"), INPUT)

    # -- plan, cost and networks ---------------------------------------------------------------------------------

    @property
    def embedding_name(self) -> str:
        return "Spectral output Y"

    @property
    def may_end_early(self) -> bool:
        return True  # when the learning rate has fallen as far as it goes

    def plan(self) -> tuple[tuple[str, int], ...]:
        shape = getattr(self, "feature_shape_", (AFFINITY_WIDTH + 1,))  # not known before a fit
        stages = [("Autoencoder", self.pretrain_epochs)] * (self.space == "code")
        stages += [("Siamese network", self.siamese_epochs)] * self._has_siamese(shape)
        return (*stages, ("Spectral map", self.max_epochs))

    def cost(self, n_samples: int, feature_shape: tuple[int, ...]) -> Cost:
        """That of all three stages (`fit_cost`)."""
        size, affinity = self._batch_size(n_samples), self._affinity_of(feature_shape)
        return fit_cost(self, n_samples, feature_shape, size, self._most_outputs(), affinity)

    def _flops_per_step(self) -> float:
        return map_step(self, self._n_inputs(self.feature_shape_), self._most_outputs(), self.spectral_batch)

    def _build(self, feature_shape: tuple[int, ...]) -> nn.Module:
        from deepclust.nets.autoencoder import autoencoder
        from deepclust.nets.spectral import SpectralNets

        has_code = self.space == "code"
        n_inputs = self._n_inputs(feature_shape)
        siamese = map_widths(self, n_inputs, AFFINITY_WIDTH)[1:] if self._has_siamese(feature_shape) else ()
        return SpectralNets(
            autoencoder(feature_shape, self.n_components, *self._widths()) if has_code else None,
            n_inputs,
            siamese,
            map_widths(self, n_inputs, self._most_outputs())[1:],
            self.siamese_relu,
        )

    def _has_siamese(self, feature_shape: tuple[int, ...]) -> bool:
        return self._affinity_of(feature_shape) == SIAMESE

    def _has_views(self) -> bool:
        """Whether the map learns from views; not known before a fit."""
        return self._affinity_of(getattr(self, "feature_shape_", ())) == VIEWS

    def _affinity_of(self, feature_shape: tuple[int, ...]) -> str:
        if self.affinity != AUTO and (self.affinity != VIEWS or len(feature_shape) > 1):
            return self.affinity
        # among few numbers the distances as they are say enough, and thin shapes must not be bent
        return SIAMESE if prod(feature_shape) > AFFINITY_WIDTH else EUCLIDEAN

    def _n_inputs(self, feature_shape: tuple[int, ...]) -> int:
        """Numbers that the map and the Siamese network start from."""
        return self.n_components if self.space == "code" else prod(feature_shape)

    def _most_outputs(self) -> int:
        """How many outputs the map is built with; `WalkGraph` says how many are used."""
        if self.outputs != "modularity" or self.graph != "walk":
            return self.n_clusters
        return 2 * self.n_clusters if self._has_views() else self.n_clusters + -(-self.n_clusters // 2)

    def _has_unit_length(self) -> bool:
        return self.unit_length or self._has_views()

    def _rule(self, n_samples: int) -> GraphRule:
        n_neighbors = self.view_neighbors if self._has_views() else self.n_neighbors
        return GraphRule(
            n_neighbors,
            min(self.spectral_batch, n_samples),
            self.scale_neighbor or n_neighbors,
            local=self.scale == "local",
            of_all=self.graph == "walk",
            normalized=self.normalized,
            walk=self.walk,
            unit=self._has_unit_length(),
        )

    # -- training ------------------------------------------------------------------------------------------------

    def _prepare(self, checkpoint: Mapping[str, Any] | None) -> None:
        if self.affinity == VIEWS and self.graph != "walk":
            raise ValueError(
                "SpectralNet: affinity='views' joins a sample to the nearest among all, and graph='batch' looks at a batch only. "
                "Choose graph='walk', or affinity='siamese' or 'euclidean'."
            )
        super()._prepare(checkpoint)
        self._graph: BatchGraph | WalkGraph | None = None
        self._found_spaces: dict[str, np.ndarray] = {}
        self._found_extras: dict[str, np.ndarray] = {}
        self.spectral_embedding_: np.ndarray | None = None

    def _learn(self, X: np.ndarray) -> Iterator[Event]:
        x = self._x = self._tensor(X)
        stages = dict(self.plan())
        if "Autoencoder" in stages:
            yield from learn_code(self, x, stages["Autoencoder"])
        if "Siamese network" in stages:
            yield from learn_affinity(self, x, stages["Siamese network"])
        yield from self._learn_map(x, stages["Spectral map"])

    def _learn_map(self, x: torch.Tensor, n_epochs: int) -> Iterator[Event]:
        import torch

        from deepclust.nets.orthonormal import orthonormal_weights
        from deepclust.nets.spectral import SPECTRAL

        net = self._net
        optimiser = optimiser_of(self, net.spectral)
        schedule = torch.optim.lr_scheduler.ReduceLROnPlateau(optimiser, patience=self.patience, threshold=1e-3)
        judged = len(held_back(len(x), self.n_clusters, self._fit_seed)) > 0
        exact = len(x) <= EXACT_UP_TO
        collapsed = 0  # for so many epochs

        @self._captured(optimiser)
        def step(rows: torch.Tensor, others: torch.Tensor) -> dict[str, torch.Tensor]:
            graph = self._graph_of(x)
            with torch.set_grad_enabled(self.through_weights):
                y_tilde = self._outputs(graph.codes(others, self._generator))
                weights = orthonormal_weights(y_tilde).float()
            loss = graph.loss(partial(self._place, weights), rows, self._generator)
            descend(optimiser, loss)
            return {"spectral": loss}

        yield Stage("Spectral map", n_epochs, LOSS | (HELD if judged else {}) | (EXACT if exact else {}))
        for epoch in self._epochs(
            "Spectral map", n_epochs, net=net, optimiser=optimiser, schedule=schedule, generator=self._generator
        ):
            if epoch > 1 and is_spent(optimiser):
                yield Note("info", f"The spectral map has converged after {epoch - 1} epochs.")
                break
            graph = self._graph_of(x)
            net.reached.fill_(SPECTRAL)
            graph.begin_epoch(self._generator)
            losses = Means()
            for rows in islice(self._passes(len(graph.train), graph.rule.batch_size), self.steps_per_epoch):
                others = graph.others(len(rows), self._generator)
                losses.add(step(graph.train[rows], others), len(rows))
            if self._told_to_stop:
                return
            y_tilde, measures = self._judge(graph)
            for name, measure in measures.items():
                losses.add({name: measure}, 1)
            schedule.step(losses.values()[VALIDATION if judged else "spectral"])
            collapsed = collapsed + 1 if has_collapsed(y_tilde) else 0
            if collapsed == EPOCHS_COLLAPSED:
                yield Note("warning", self._collapse_words())
            yield from self._report(losses)

    def _graph_of(self, x: torch.Tensor) -> BatchGraph | WalkGraph:
        """The graph of all samples after all but the map has learned; worked out once."""
        import torch

        if self._graph is None:
            c = fixed_codes(self._net, x)
            with torch.no_grad():
                s = torch.cat([self._net.affinity_space(c[r.to(c.device)]) for r in batches(len(c), 8192)])
            settings = self._rule(len(c)), self.n_clusters, self._most_outputs(), self._fit_seed
            if self._has_views():
                self._graph = WalkGraph(c, s, *settings, views=self._views(x))
            else:
                self._graph = (WalkGraph if self.graph == "walk" else BatchGraph)(c, s, *settings)
            self._net.orthonormal.use(self._graph.n_outputs)
        return self._graph

    def _views(self, x: torch.Tensor) -> tuple[csr_array, Look]:
        """The graph of the samples, and how batches look: each time another view.

        The views are not joined in the graph: where they were, cuts of USPS merged two digits (docs/decisions/0022).
        """
        W = SampleGraph(x, self.view_neighbors, self.n_clusters).plain()
        return W, lambda rows, generator: self._net.code(distorted(x[rows], generator)).detach()

    def _place(self, weights: torch.Tensor, c: torch.Tensor) -> torch.Tensor:
        return self._outputs(c) @ weights

    def _outputs(self, c: torch.Tensor) -> torch.Tensor:
        """Y~ (b, k) in the precision that is wanted for products."""
        with self._products():
            y_tilde: torch.Tensor = self._net.outputs(c)
        return y_tilde.float()

    def _judge(self, graph: BatchGraph | WalkGraph) -> tuple[torch.Tensor, dict[str, torch.Tensor]]:
        """What an epoch has come to: outputs of many samples, the loss of held-back ones, the Grassmann distance.

        Orthonormal weights are set for it from the samples that are learned from, from 10,000 fixed ones of more.
        """
        import torch

        from deepclust.metrics.subspace import grassmann_distance
        from deepclust.nets.orthonormal import orthonormal_weights

        rows = graph.train
        if len(rows) > EXACT_UP_TO:
            fixed = torch.Generator().manual_seed(self._fit_seed)
            rows = rows[torch.randperm(len(rows), generator=fixed)[:EXACT_UP_TO].to(rows.device)]
        # few enough samples to place them all; only what is kept in the end is worked out exactly
        every = graph.vectors is not None
        measures = {}
        with torch.no_grad():
            outputs = self._net.outputs(graph.c if every else graph.c[rows])
            self._net.orthonormal.set_weights(orthonormal_weights(outputs[rows] if every else outputs))
            weights = self._net.orthonormal.weights
            if len(graph.held):
                measures[VALIDATION] = graph.validation(
                    lambda at: outputs[at] @ weights if every else self._place(weights, graph.c[at])
                )
        if graph.vectors is not None:
            measures["grassmann"] = torch.tensor(grassmann_distance(to_numpy(outputs), graph.vectors))
        return outputs, measures

    def _collapse_words(self) -> str:
        cure = (
            "Train with a smaller learning rate or on larger batches (spectral_batch)"
            if self.through_weights
            else "Let the gradient flow through the orthonormal weights (through_weights), as preset paper does"
        )
        return (
            "The outputs of the map have collapsed into fewer directions than there are clusters: a loss near 0 means "
            f"nothing here, and clusters are made of rounding errors. {cure}, or ask for fewer clusters."
        )

    # -- what was found ------------------------------------------------------------------------------------------

    def _encode(self, x: torch.Tensor) -> torch.Tensor:
        from torch.nn.functional import normalize

        from deepclust.nets.spectral import SPECTRAL

        shown: torch.Tensor = self._net(x)
        return normalize(shown) if self._has_unit_length() and self._net.reached == SPECTRAL else shown

    def _settle(self, X: np.ndarray) -> None:
        import torch

        from deepclust.nets.spectral import SPECTRAL

        partition: np.ndarray | None = None
        if self._net.reached == SPECTRAL:
            graph = self._graph_of(self._x)
            with torch.no_grad():
                rows = batches(len(graph.c), 8192)
                y_tilde = torch.cat([self._net.exact_outputs(graph.c[r.to(graph.c.device)]) for r in rows])
            self._net.orthonormal.set_weights(eigenvector_weights(y_tilde, graph, self.n_init, self._fit_seed))
            self.embedding_ = self._embed(X)
            self.spectral_embedding_ = to_numpy(self._net.orthonormal(y_tilde).float())
            self._keep_found(graph, self.spectral_embedding_)
            partition = graph.partition
        else:
            self.embedding_ = self._embed(X)
        if partition is None:
            self.cluster_centers_ = kmeans_centers(self.embedding_, self.n_clusters, self._fit_seed, self.n_init)
        else:
            self.cluster_centers_ = group_means(self.embedding_, partition, self.n_clusters)
        self.labels_ = self._assign(self.embedding_)

    def _keep_found(self, graph: BatchGraph | WalkGraph, y: np.ndarray) -> None:
        """Further spaces, and what the eigen view shows; Y (n, w)."""
        from deepclust.metrics.subspace import orthonormality

        if self._net.autoencoder is not None:
            self._found_spaces["Code"] = to_numpy(graph.c)
        if self._net.siamese is not None:
            self._found_spaces["Affinity space"] = to_numpy(graph.s)
        if graph.vectors is not None and graph.values is not None:
            width = self.embedding_.shape[1]
            self._found_extras["exact eigenvectors"] = graph.vectors[:, :width].astype(np.float32)
            self._found_extras["exact eigenvalues"] = np.asarray(graph.values[:width], np.float32)
        self._found_extras["orthonormality"] = orthonormality(y, to_numpy(graph.held), self._fit_seed)

    def _spaces(self) -> dict[str, np.ndarray]:
        return self._found_spaces

    def further_spaces(self, X: Any) -> dict[str, np.ndarray]:
        import torch

        x = self._tensor(self._scale(self._check_input(X, reset=False)))
        with torch.no_grad():
            c = torch.cat([self._net.code(x[rows.to(x.device)]) for rows in batches(len(x), 1024)])
            spaces = {} if self._net.autoencoder is None else {"Code": to_numpy(c)}
            if self._net.siamese is not None:
                spaces["Affinity space"] = to_numpy(self._net.affinity_space(c))
        return spaces

    def _extras(self) -> dict[str, np.ndarray]:
        return self._found_extras

    def _finish(self, X: np.ndarray, start: float) -> None:
        super()._finish(X, start)
        self._graph = None
