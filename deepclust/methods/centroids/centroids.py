"""What methods with centres in the latent space share: hyper-parameters, network, pre-training, centres."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from deepclust.compute import to_numpy
from deepclust.events import Event, Note, Stage
from deepclust.methods.base import hyperparameters as shared
from deepclust.methods.base.autoencoding import AutoencoderMethod
from deepclust.methods.base.centers import group_means, kmeans_centers
from deepclust.methods.base.deep import Means
from deepclust.methods.base.method import Cost
from deepclust.methods.centroids.groups import sample_groups
from deepclust.nets.sizes import NetSize, autoencoder_size
from deepclust.params import param
from deepclust.spaces import Space

if TYPE_CHECKING:
    import torch
    from torch import nn

    from deepclust.captured import Step

PRETRAINING = "Autoencoder"
CLUSTERING = "Clustering"
RECONSTRUCTION = "squared error of the decoder's output, summed over a sample (falls)"
MOVED = "share of the samples whose cluster has changed since the epoch before (falls to 0)"
DENSE, CONVOLUTIONAL = "dense", "convolutional"
#: The network of the papers, and epochs in place of their numbers of steps.
PAPER = {"n_hidden": 500, "n_wide": 2000, "pretrain_epochs": 300, "max_epochs": 200}
KMEANS, GRAPH = "k-means", "graph"
ENCODING = 0.5  # of a pass through the network: encoder and decoder are alike


class CentroidMethod(AutoencoderMethod):
    """Base of methods that train an autoencoder, put k centres among its codes and then draw the codes to the centres."""

    spaces_without_k = (Space("stage", PRETRAINING),)
    terms: ClassVar[Mapping[str, str]] = {}  # of the clustering, and what their curves mean
    renewed: ClassVar[tuple[str, ...]] = ()  # what is worked out of all samples for each epoch, and steps look at

    network: str = param(
        DENSE,
        "Network",
        help="dense: fully connected, pictures as rows of pixels, as in the papers. convolutional: for pictures (vectors stay dense).",
        choices=(DENSE, CONVOLUTIONAL),
        group="Network",
        advanced=True,
    )
    n_hidden: int = shared.n_hidden(
        256, "Width of the first two hidden layers of the dense network; the papers have 500."
    )
    n_wide: int = shared.n_hidden(
        512, "Width of the hidden layer next to the latent space; the papers have 2,000.", "Last hidden layer"
    )
    pretrain_epochs: int = shared.epochs(
        60, "Autoencoder epochs", "How often the autoencoder sees all data before there are clusters."
    )
    max_epochs: int = shared.epochs(
        30, "Clustering epochs", "How often all data are seen while codes are drawn to the centres."
    )
    clustering_rate: float = shared.clustering_rate(1e-4)
    start: str = param(
        KMEANS,
        "First centres",
        help="k-means: where k-means finds them among the codes, as in the papers. graph: the means of the groups that the graph of the "
        "nearest samples falls into where it is cut; these need not be round.",
        choices=(KMEANS, GRAPH),
        group="Clustering",
        advanced=True,
    )
    n_init: int = shared.n_init(20)
    tol: float = param(
        0.001,
        "Tolerance",
        help="Clustering ends early when in an epoch fewer than this share of the samples change their cluster.",
        min=0.0,
        max=1.0,
        log=True,
        group="Training",
        advanced=True,
    )

    @property
    def may_end_early(self) -> bool:
        return self.tol > 0 and self.max_epochs > 0

    def plan(self) -> tuple[tuple[str, int], ...]:
        return ((PRETRAINING, self.pretrain_epochs), (CLUSTERING, self.max_epochs))

    # -- network and cost ----------------------------------------------------------------------------------------

    def cost(self, n_samples: int, feature_shape: tuple[int, ...]) -> Cost:
        """That of an autoencoder in all epochs; in each of the clustering, all samples are encoded once more."""
        whole = super().cost(n_samples, feature_shape)
        encodings = ENCODING * self._net_size(feature_shape).flops * n_samples * self.max_epochs
        return Cost(flops=whole.flops + encodings, memory=whole.memory)

    def _widths(self) -> tuple[tuple[int, ...], tuple[int, ...]]:
        return super()._widths()[0], (self.n_hidden, self.n_hidden, self.n_wide)

    def _shape_seen(self, feature_shape: tuple[int, ...]) -> tuple[int, ...]:
        """The shape that the network takes samples to have."""
        return (math.prod(feature_shape),) if self.network == DENSE else feature_shape

    def _net_size(self, feature_shape: tuple[int, ...]) -> NetSize:
        return autoencoder_size(self._shape_seen(feature_shape), self.n_components, *self._widths())

    def _build(self, feature_shape: tuple[int, ...]) -> nn.Module:
        """An autoencoder with ``centers`` (k, d) among its weights, which are zeros until they are set."""
        import torch
        from torch import nn

        from deepclust.nets.autoencoder import DenseAutoencoder, autoencoder
        from deepclust.nets.sizes import picture_shape

        channels, hidden = self._widths()
        net: nn.Module
        if self.network == DENSE and len(feature_shape) > 1:
            net = DenseAutoencoder(picture_shape(feature_shape), self.n_components, hidden)
        else:
            net = autoencoder(feature_shape, self.n_components, channels, hidden)
        net.register_parameter("centers", nn.Parameter(torch.zeros(self.n_clusters, self.n_components)))
        return net

    # -- training ------------------------------------------------------------------------------------------------

    def _prepare(self, checkpoint: Mapping[str, Any] | None) -> None:
        super()._prepare(checkpoint)
        self._clusters: dict[str, torch.Tensor] = {}  # what there is of every sample, and what a subclass keeps

    def _shown(self, x: torch.Tensor) -> torch.Tensor:
        """What the network is shown of a batch, and its decoder has to give back."""
        return x

    def _learn(self, X: np.ndarray) -> Iterator[Event]:
        x = self._x = self._tensor(X)
        size = self._batch_size(len(x))
        yield from self._pretrain(x, size)

        self._net.eval()  # batch statistics are kept: the code of a sample is the same in every batch, and in targets
        optimiser = self._adam(self._net.parameters(), self.clustering_rate, fused=True)
        step = self._captured(optimiser)(self._step_of(x, optimiser))
        state = {"net": self._net, "optimiser": optimiser, "generator": self._generator, "clusters": self._clusters}
        stage = (CLUSTERING, self.max_epochs)
        yield Stage(*stage, self.terms)
        for epoch in self._epochs(*stage, **state):
            if epoch == 1:
                self._begin(x)
                self._reassign(x)
            elif float(self._clusters["moved"]) < self.tol:
                yield Note("info", f"The clusters have settled after {epoch - 1} epochs.")
                break
            losses = Means()
            for rows in self._batches(len(x), size):
                losses.add(step(rows, *(self._clusters[name] for name in self.renewed)), len(rows))
            losses.add({"moved": self._reassign(x)}, len(x))
            yield from self._report(losses)

    def _step_of(self, x: torch.Tensor, optimiser: torch.optim.Optimizer) -> Step:
        """The step that draws codes and centres together by a batch of samples x (n, ...), with the terms of its loss.

        Its arguments are the rows (b,) of the batch, and what `renewed` names.
        """
        raise NotImplementedError

    def _renew(self, codes: torch.Tensor) -> None:
        """What a subclass works out of the codes (n, d) of all samples before an epoch."""

    def _pretrain(self, x: torch.Tensor, size: int) -> Iterator[Event]:
        """The stage that learns to reconstruct what it is shown."""

        optimiser = self._adam(self._net.parameters(), self.learning_rate, fused=True)

        step = self._reconstructing(x, optimiser, self._shown)

        stage = (PRETRAINING, self.pretrain_epochs)
        yield Stage(*stage, {"reconstruction": RECONSTRUCTION})
        for _ in self._epochs(*stage, net=self._net, optimiser=optimiser, generator=self._generator):
            losses = Means()
            for rows in self._batches(len(x), size):
                losses.add(step(rows), len(rows))
            yield from self._report(losses)

    def _begin(self, x: torch.Tensor) -> None:
        """Put the first centres among the codes."""
        import torch

        codes = self._codes(x)
        if self.start == GRAPH:
            centers = group_means(codes, sample_groups(x, self.n_clusters, self._fit_seed), self.n_clusters)
        else:
            centers = kmeans_centers(codes, self.n_clusters, self._fit_seed, self.n_init)
        self._net.centers.data.copy_(torch.from_numpy(centers))

    def _nearest(self, codes: torch.Tensor) -> torch.Tensor:
        """The nearest centre (n,) of each code (n, d)."""
        import torch

        return torch.cdist(codes, self._net.centers.detach()).argmin(dim=1)

    def _reassign(self, x: torch.Tensor) -> torch.Tensor:
        """Put all samples x (n, ...) to the nearest centre of their codes; the share () that changed their cluster."""
        import torch

        codes = torch.from_numpy(self._codes(x)).to(x.device)
        self._renew(codes)
        assigned = self._nearest(codes)
        self._clusters["moved"] = (assigned != self._clusters.get("assigned", assigned)).float().mean()
        self._clusters["assigned"] = assigned
        return self._clusters["moved"]

    # -- clusters ------------------------------------------------------------------------------------------------

    def _provisional_labels(self, embedding: np.ndarray) -> np.ndarray:
        import torch

        if not self._clusters:
            return super()._provisional_labels(embedding)
        return np.asarray(to_numpy(self._nearest(torch.from_numpy(embedding).to(self.device_))), np.int64)

    def _settle(self, X: np.ndarray) -> None:
        self.embedding_ = self._embed(X)
        if self._clusters:
            self.cluster_centers_ = to_numpy(self._net.centers)
        else:  # stopped before there were centres
            self.cluster_centers_ = kmeans_centers(self.embedding_, self.n_clusters, self._fit_seed, self.n_init)
        self.labels_ = self._assign(self.embedding_)
