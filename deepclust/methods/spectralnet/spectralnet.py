"""SpectralNet: a network learns the map into the eigenspace of an affinity graph, then k-means there.

Shapes: x (b, ...) input, c (b, d) code, s (b, d_s) affinity space, W (m, m) affinities of a batch, Y (b, k) spectral
output with Y^T Y / n = I.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial
from math import prod
from typing import TYPE_CHECKING, Any

import numpy as np

from deepclust.compute import batches, to_numpy
from deepclust.events import Event, Note, Stage
from deepclust.methods.base.centers import kmeans_centers
from deepclust.methods.base.deep import FLOAT_BYTES, PASSES, Means, descend
from deepclust.methods.base.method import Cost
from deepclust.methods.spectralnet.pairs import SIAMESE_NEIGHBORS, drawn_pairs, positive_pairs
from deepclust.methods.spectralnet.parameters import SpectralNetParameters
from deepclust.methods.spectralnet.spectral_graph import EXACT_UP_TO, BatchGraph, GraphRule, held_back
from deepclust.methods.spectralnet.walk_graph import WalkGraph

if TYPE_CHECKING:
    import torch
    from torch import nn

AFFINITY_WIDTH = 10  # outputs of the Siamese network
LEAST_RATE = 1e-7

AUTOENCODER = {"reconstruction": "squared error of the decoder's output, summed over a sample (falls)"}
SIAMESE_TERMS = {"contrastive": "neighbours close together, other pairs at least 1 apart (falls)"}
LOSS = {"spectral": "how far apart similar samples lie in the spectral output (falls to the eigenvalues' sum)"}
UNSEEN = {"validation": "the same, of samples that the map does not learn from (falls; rises when it over-fits)"}
EXACT = {"grassmann": "distance to the space of the exact first eigenvectors, 0 to their number (falls)"}


class SpectralNet(SpectralNetParameters):
    """Shaham, Stanton, Li, Basri, Nadler, Kluger 2018. What the literature disagrees on is a parameter here.

    Every step, the orthonormalising weights are set from one batch, and the map takes a gradient step on another. At the
    end they are set from all samples and kept, so that new samples are placed one by one; and Y is turned so that its
    columns approximate the eigenvectors one by one (k-means does not notice). The pictures' autoencoder is
    convolutional; the paper took fully connected weights of VaDE.
    """

    title = "SpectralNet"
    summary = "Learns a map that unrolls chains and rings of similar samples into separate points, for new samples too."
    reference = "Shaham et al. 2018, arXiv:1801.01587"
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
        "quick": {"max_epochs": 16},
        "paper": {
            "space": "code",
            "pretrain_epochs": 50,
            "siamese_epochs": 100,
            "max_epochs": 400,
            "steps_per_epoch": 100,
            "spectral_batch": 1024,
            "spectral_hidden": 1024,
            "n_neighbors": 2,
            "scale_neighbor": 1,
            "graph": "batch",
            "scale": "global",
            "through_weights": False,
            "outputs": "clusters",
            "patience": 20,
        },
    }
    rank = 13
    spaces_without_k = ("space:Affinity space", "space:Code", "input")

    @property
    def embedding_name(self) -> str:
        return "Spectral output Y"

    def plan(self) -> tuple[tuple[str, int], ...]:
        shape = getattr(self, "feature_shape_", (AFFINITY_WIDTH + 1,))  # not known before a fit
        stages = [("Autoencoder", self.pretrain_epochs)] * (self.space == "code")
        stages += [("Siamese network", self.siamese_epochs)] * self._has_siamese(shape)
        return (*stages, ("Spectral map", self.max_epochs))

    def _has_siamese(self, feature_shape: tuple[int, ...]) -> bool:
        # among few numbers the distances as they are say enough, and thin shapes must not be bent
        return self.affinity == "siamese" or (self.affinity == "auto" and prod(feature_shape) > AFFINITY_WIDTH)

    def _n_inputs(self, feature_shape: tuple[int, ...]) -> int:
        """Numbers that the map and the Siamese network start from."""
        return self.n_components if self.space == "code" else prod(feature_shape)

    def _rule(self, n_samples: int) -> GraphRule:
        return GraphRule(
            self.n_neighbors,
            min(self.spectral_batch, n_samples),
            self.scale_neighbor or self.n_neighbors,
            local=self.scale == "local",
            of_all=self.graph == "walk",
            normalized=self.normalized,
            walk=self.walk,
        )

    def _most_outputs(self) -> int:
        """How many outputs the map is built with; `WalkGraph` says how many are used."""
        more = -(-self.n_clusters // 2) if self.outputs == "modularity" and self.graph == "walk" else 0
        return self.n_clusters + more

    def _map_widths(self, n_inputs: int, n_outputs: int) -> tuple[int, ...]:
        wide = max(self.spectral_hidden, n_outputs)  # a narrower layer could not carry so many independent outputs
        return n_inputs, wide, wide, max(wide // 2, n_outputs), n_outputs

    def cost(self, n_samples: int, feature_shape: tuple[int, ...]) -> Cost:
        """That of the autoencoder's stage, of the Siamese pairs, and of the map's two batches in each step."""
        n_features = float(prod(feature_shape))
        flops, floats, n_inputs = 0.0, 2 * n_samples * n_features, self._n_inputs(feature_shape)
        if self.space == "code":
            net = self._net_size(feature_shape)
            flops += PASSES * net.flops * n_samples * self.pretrain_epochs
            floats += 4 * net.n_parameters + 2 * self._batch_size(n_samples) * net.activations
        if self._has_siamese(feature_shape):
            flops += PASSES * 3 * n_samples * self.siamese_epochs * self._map_flops(n_inputs, AFFINITY_WIDTH)
        batch = min(self.spectral_batch, n_samples)
        n_steps = self.max_epochs * max(self.steps_per_epoch, n_samples / batch)
        widths = self._map_widths(n_inputs, self._most_outputs())
        flops += n_steps * self._map_step(n_inputs, batch)
        flops += 2 * min(n_samples, EXACT_UP_TO) ** 2 * n_inputs
        floats += 12 * float(np.dot(widths[:-1], widths[1:])) + 8 * batch**2 + 6 * batch * sum(widths)
        floats += n_samples * 4 * (n_inputs + self._most_outputs())
        return Cost(flops=flops, memory=FLOAT_BYTES * floats)

    def _map_flops(self, n_inputs: int, n_outputs: int) -> float:
        """Operations of one forward pass of one sample through the map."""
        widths = self._map_widths(n_inputs, n_outputs)
        return 2.0 * float(np.dot(widths[:-1], widths[1:]))

    def _map_step(self, n_inputs: int, batch: int) -> float:
        """Operations of one step of the map: forward on one batch, forward and backward on another, and distances."""
        return batch * ((1 + PASSES) * self._map_flops(n_inputs, self._most_outputs()) + 10.0 * batch * AFFINITY_WIDTH)

    def _flops_per_step(self) -> float:
        return self._map_step(self._n_inputs(self.feature_shape_), self.spectral_batch)

    # -- training ------------------------------------------------------------------------------------------------

    def _prepare(self, checkpoint: Mapping[str, Any] | None) -> None:
        super()._prepare(checkpoint)
        self._graph: BatchGraph | WalkGraph | None = None
        self._found_spaces: dict[str, np.ndarray] = {}
        self._found_extras: dict[str, np.ndarray] = {}
        self.spectral_embedding_: np.ndarray | None = None

    def _build(self, feature_shape: tuple[int, ...]) -> nn.Module:
        from deepclust.nets.autoencoder import autoencoder
        from deepclust.nets.spectral import SpectralNets

        has_code = self.space == "code"
        n_inputs = self._n_inputs(feature_shape)
        siamese = self._map_widths(n_inputs, AFFINITY_WIDTH)[1:] if self._has_siamese(feature_shape) else ()
        return SpectralNets(
            autoencoder(feature_shape, self.n_components, *self._widths()) if has_code else None,
            n_inputs,
            siamese,
            self._map_widths(n_inputs, self._most_outputs())[1:],
        )

    def _encode(self, x: torch.Tensor) -> torch.Tensor:
        shown: torch.Tensor = self._net(x)
        return shown

    def _learn(self, X: np.ndarray) -> Iterator[Event]:
        x = self._x = self._tensor(X)
        stages = dict(self.plan())
        if "Autoencoder" in stages:
            yield from self._learn_code(x, stages["Autoencoder"])
        if "Siamese network" in stages:
            yield from self._learn_affinity(x, stages["Siamese network"])
        yield from self._learn_map(x, stages["Spectral map"])

    def _graph_of(self, x: torch.Tensor) -> BatchGraph | WalkGraph:
        """The graph of all samples after all but the map has learned; worked out once."""
        import torch

        if self._graph is None:
            c = self._fixed_codes(x)
            with torch.no_grad():
                s = torch.cat([self._net.affinity_space(c[r.to(c.device)]) for r in batches(len(c), 8192)])
            kind = WalkGraph if self.graph == "walk" else BatchGraph
            self._graph = kind(c, s, self._rule(len(c)), self.n_clusters, self._most_outputs(), self._fit_seed)
            self._net.orthonormal.use(self._graph.n_outputs)
        return self._graph

    def _learn_code(self, x: torch.Tensor, n_epochs: int) -> Iterator[Event]:
        import torch

        from deepclust.losses.reconstruction import reconstruction_loss
        from deepclust.nets.spectral import CODE

        optimiser = torch.optim.Adam(self._net.autoencoder.parameters(), lr=self.learning_rate)
        yield Stage("Autoencoder", n_epochs, AUTOENCODER)
        for _ in self._epochs("Autoencoder", n_epochs, net=self._net, optimiser=optimiser, generator=self._generator):
            self._net.reached.fill_(CODE)
            losses = Means()
            for rows in self._batches(len(x), self._batch_size(len(x))):
                _, x_hat = self._net.autoencoder(x[rows])
                loss = reconstruction_loss(x[rows], x_hat)
                descend(optimiser, loss)
                losses.add({"reconstruction": loss}, len(rows))
            yield from self._report(losses)

    def _learn_affinity(self, x: torch.Tensor, n_epochs: int) -> Iterator[Event]:
        import torch

        from deepclust.losses.contrastive import contrastive_loss, pair_distance
        from deepclust.nets.spectral import SIAMESE

        optimiser = torch.optim.Adam(self._net.siamese.parameters(), lr=self.learning_rate)
        yield Stage("Siamese network", n_epochs, SIAMESE_TERMS)
        c = None
        for _ in self._epochs(
            "Siamese network", n_epochs, net=self._net, optimiser=optimiser, generator=self._generator
        ):
            if c is None:
                c = self._fixed_codes(x)
                neighbors = positive_pairs(to_numpy(c), SIAMESE_NEIGHBORS).to(c.device)
            self._net.reached.fill_(SIAMESE)
            losses = Means()
            for rows in self._batches(len(x), self._batch_size(len(x))):
                near, far, is_far = drawn_pairs(rows, neighbors, self._generator)
                s, s_near, s_far = self._net.siamese(c[torch.cat([rows, near, far])]).tensor_split(3)
                distance = torch.cat([pair_distance(s, s_near), pair_distance(s[is_far], s_far[is_far])])
                loss = contrastive_loss(distance, torch.arange(len(distance), device=c.device) < len(rows))
                descend(optimiser, loss)
                losses.add({"contrastive": loss}, len(rows))
            yield from self._report(losses)

    def _fixed_codes(self, x: torch.Tensor) -> torch.Tensor:
        """Codes (n, d) of all samples after the autoencoder has learned, which sets their centre and spread."""
        import torch

        self._net.eval()
        with torch.no_grad():
            rows = batches(len(x), 1024)
            self._net.standardise(torch.cat([self._net.raw_code(x[r.to(x.device)]) for r in rows]))
            codes = torch.cat([self._net.code(x[r.to(x.device)]) for r in batches(len(x), 1024)])
        self._net.train()
        return codes

    def _learn_map(self, x: torch.Tensor, n_epochs: int) -> Iterator[Event]:
        import torch

        from deepclust.nets.orthonormal import orthonormal_weights
        from deepclust.nets.spectral import SPECTRAL

        net = self._net
        parameters = list(net.spectral.parameters())
        optimiser = torch.optim.Adam(parameters, lr=self.learning_rate)
        schedule = torch.optim.lr_scheduler.ReduceLROnPlateau(optimiser, patience=self.patience, threshold=1e-3)
        judged = len(held_back(len(x), self.n_clusters, self._fit_seed)) > 0
        exact = len(x) <= EXACT_UP_TO
        yield Stage("Spectral map", n_epochs, LOSS | (UNSEEN if judged else {}) | (EXACT if exact else {}))
        for epoch in self._epochs(
            "Spectral map", n_epochs, net=net, optimiser=optimiser, schedule=schedule, generator=self._generator
        ):
            if epoch > 1 and optimiser.param_groups[0]["lr"] < LEAST_RATE:
                yield Note("info", f"The spectral map has converged after {epoch - 1} epochs.")
                break
            graph = self._graph_of(x)
            net.reached.fill_(SPECTRAL)
            graph.begin_epoch(self._generator)
            losses = Means()
            for rows in self._passes(len(graph.train), graph.rule.batch_size):
                others = graph.others(len(rows), self._generator)
                with torch.set_grad_enabled(self.through_weights):
                    y_tilde = net.outputs(graph.c[others])
                    weights = orthonormal_weights(y_tilde).float()
                loss = graph.loss(partial(self._place, weights), graph.train[rows], self._generator)
                descend(optimiser, loss)
                losses.add({"spectral": loss}, len(rows))
            if self._told_to_stop:
                return
            losses.add(self._judge(graph), 1)
            values = losses.values()
            schedule.step(values["validation" if judged else "spectral"])
            yield from self._report(losses)

    def _place(self, weights: torch.Tensor, c: torch.Tensor) -> torch.Tensor:
        y: torch.Tensor = self._net.outputs(c) @ weights
        return y

    def _outputs(self, c: torch.Tensor) -> torch.Tensor:
        """Y~ (n, k) of codes (n, d), without gradient."""
        import torch

        with torch.no_grad():
            return torch.cat([self._net.exact_outputs(c[rows.to(c.device)]) for rows in batches(len(c), 8192)])

    def _judge(self, graph: BatchGraph | WalkGraph) -> dict[str, torch.Tensor]:
        """What an epoch has come to: orthonormal weights for it, the loss of held-back samples, the Grassmann distance."""
        import torch

        from deepclust.metrics.subspace import grassmann_distance
        from deepclust.nets.orthonormal import orthonormal_weights

        rows = graph.train
        if len(rows) > EXACT_UP_TO:
            rows = rows[torch.randperm(len(rows), generator=self._generator)[: graph.rule.batch_size].to(rows.device)]
        # few enough samples to place them all; only what is kept in the end is worked out exactly
        every = graph.vectors is not None
        told = {}
        with torch.no_grad():
            outputs = self._net.outputs(graph.c if every else graph.c[rows])
            self._net.orthonormal.set_weights(orthonormal_weights(outputs[rows] if every else outputs))
            weights = self._net.orthonormal.weights
            if len(graph.held):
                told["validation"] = graph.validation(
                    lambda at: outputs[at] @ weights if every else self._place(weights, graph.c[at])
                )
        if graph.vectors is not None:
            found = grassmann_distance(to_numpy(outputs), graph.vectors)
            told["grassmann"] = torch.tensor(found)
        return told

    # -- what was found ------------------------------------------------------------------------------------------

    def _settle(self, X: np.ndarray) -> None:
        from deepclust.nets.spectral import SPECTRAL

        if self._net.reached == SPECTRAL:
            graph = self._graph_of(self._x)
            self._keep_weights(graph)
            self.embedding_ = self.spectral_embedding_ = self._embed(X)
            self._keep_found(graph)
        else:
            self.embedding_ = self._embed(X)
        self.cluster_centers_ = kmeans_centers(self.embedding_, self.n_clusters, self._fit_seed, self.n_init)
        self.labels_ = self._assign(self.embedding_)

    def _keep_weights(self, graph: BatchGraph | WalkGraph) -> None:
        """Orthonormal weights of all samples, turned so that Y^T L Y is diagonal and its least value comes first."""
        import torch

        from deepclust.nets.orthonormal import orthonormal_weights

        y_tilde = self._outputs(graph.c)
        weights = orthonormal_weights(y_tilde).to(y_tilde.dtype)
        generator = torch.Generator().manual_seed(self._fit_seed)
        quadratic = graph.quadratic((y_tilde @ weights).float(), generator)
        _, turn = np.linalg.eigh((quadratic + quadratic.T) / 2)
        weights = weights @ torch.from_numpy(turn).to(weights)
        weights = weights[:, : graph.best_width(to_numpy(y_tilde @ weights), self.n_init)]
        y = y_tilde @ weights
        largest = y.gather(0, y.abs().argmax(dim=0, keepdim=True))
        self._net.orthonormal.set_weights((weights * torch.where(largest < 0, -1.0, 1.0)).float())

    def _keep_found(self, graph: BatchGraph | WalkGraph) -> None:
        """Further spaces, and what the eigen view shows."""
        from deepclust.metrics.subspace import orthonormality

        if self._net.autoencoder is not None:
            self._found_spaces["Code"] = to_numpy(graph.c)
        if self._net.siamese is not None:
            self._found_spaces["Affinity space"] = to_numpy(graph.s)
        if graph.vectors is not None and graph.values is not None:
            width = self.embedding_.shape[1]
            self._found_extras["exact eigenvectors"] = graph.vectors[:, :width].astype(np.float32)
            self._found_extras["exact eigenvalues"] = np.asarray(graph.values[:width], np.float32)
        self._found_extras["orthonormality"] = orthonormality(self.embedding_, to_numpy(graph.held), self._fit_seed)

    def _spaces(self) -> dict[str, np.ndarray]:
        return self._found_spaces

    def _extras(self) -> dict[str, np.ndarray]:
        return self._found_extras

    def _finish(self, X: np.ndarray, start: float) -> None:
        super()._finish(X, start)
        self._graph = None
