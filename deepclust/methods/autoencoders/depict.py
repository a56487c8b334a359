"""DEPICT: what the clean sample is sure of, the noisy one has to say too, with clusters of one size.

Shapes: x (b, ...) input, z (b, n_components) codes, p (b, k) memberships, q (n, k) targets of all samples.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from deepclust.compute import batches, generator_on, to_numpy
from deepclust.events import Event, Note, Stage
from deepclust.methods.base import hyperparameters as shared
from deepclust.methods.base.centers import group_means, kmeans_centers
from deepclust.methods.base.deep import FLOAT_BYTES, PASSES, DeepMethod, Means, descend
from deepclust.methods.base.graph_cut import cut_graph
from deepclust.methods.base.method import AUTOENCODER, Cost
from deepclust.nets.sizes import picture_shape
from deepclust.params import param
from deepclust.spaces import Space

if TYPE_CHECKING:
    import torch
    from torch import nn

    from deepclust.captured import Step

GRAPH, KMEANS = "graph", "k-means"
# What giving back the input and the hidden layers counts. The authors' code has 0.1 for the latter: then codes of small pictures may
# all end in one point, which is given back most easily.
LAYERS = (1.0, 0.01, 0.01)
COLLAPSED = 1e-3  # standard deviation of every number of a code, which lies in [-1, 1]
SHARPNESS = 5.0  # difference of logits between a centre's own cluster and the next one, to begin with
STARTS = 10
RECONSTRUCTION = "squared error of the layers that the noisy way gives back (falls)"
TERMS = {
    "reconstruction": RECONSTRUCTION,
    "clustering": "cross-entropy of noisy memberships and clean targets (falls)",
    "largest cluster": "share of the samples that it has (1 / k is even)",
}
KEPT = {
    "reconstruction": RECONSTRUCTION,
    "clustering": "cross-entropy of noisy memberships and the first clusters (falls)",
}


class DEPICT(DeepMethod):
    """Ghasedi Dizaji, Herandi, Deng, Cai, Huang 2017: relative entropy with balanced clusters, on a denoising autoencoder.

    Targets are worked out from the clean way for all samples before each epoch, in which the noisy way learns them. The first clusters
    are those of a cut of the graph of codes ("graph", in place of the paper's agglomeration by path integrals), or of k-means as
    the paper takes for large data; the network learns them as they are before targets are its own. Clusters are the largest
    membership. Ours, too: clean layers carry no gradient, and vectors get noise where pictures lose values.
    """

    title = "DEPICT"
    summary = "Learns that a noisy sample belongs where the clean one does, with clusters of about one size."
    reference = "Ghasedi Dizaji, Herandi, Deng, Cai, Huang 2017, arXiv:1704.06327"
    family = AUTOENCODER
    good_for = "Pictures in classes of about one size, and new pictures with memberships."
    headline = "ACC in the paper: MNIST 0.965 (70,000 samples)."
    caution = "It makes clusters of about one size."
    equations = (
        r"\min \; -\frac{1}{n} \sum_{i,k} q_{ik} \log \tilde p_{ik} + \sum_l w_l \frac{1}{n} \sum_i \lVert z_i^l - \hat z_i^l \rVert^2",
        r"q_{ik} \propto \frac{p_{ik}}{\left( \sum_{i'} p_{i'k} \right)^{1/2}}, \quad p_{ik} = \frac{\exp(\theta_k^T z_i)}{\sum_{k'} \exp(\theta_{k'}^T z_i)}",
    )
    presets = {
        "quick": {"pretrain_epochs": 20, "first_epochs": 4, "max_epochs": 20, "n_channels": 20},
        "paper": {
            "pretrain_epochs": 1000,
            "first_epochs": 20,
            "max_epochs": 100,
            "learning_rate": 1e-4,
            "start": KMEANS,
            "steps_per_epoch": 1,
        },
    }
    rank = 17
    own_state = ("_head", "_bias")
    spaces_without_k = (Space("stage", "Denoising autoencoder"),)

    n_components: int = shared.n_components(10)
    pretrain_epochs: int = shared.epochs(20, "Epochs before clusters", "How long the autoencoder learns alone.")
    first_epochs: int = shared.epochs(
        4, "Epochs of first clusters", "How long the first clusters are kept.", advanced=True
    )
    max_epochs: int = shared.epochs(20, "Epochs of clusters", "How long memberships and codes learn together.")
    start: str = param(
        GRAPH,
        "First clusters",
        help="graph: a cut of the neighbours among codes, which follows groups that are not round. k-means: round groups.",
        choices=(GRAPH, KMEANS),
        group="Clustering",
        advanced=True,
    )
    dropout: float = param(
        0.1,
        "Noise",
        help="Share of values of pictures that the noisy way leaves out; of vectors, noise as a share of their spread.",
        min=0.0,
        max=0.9,
        group="Training",
        advanced=True,
    )
    weight: float = shared.weight(
        1.0, "Weight of reconstruction", "How much giving back layers counts beside clusters."
    )
    n_channels: int = shared.n_channels(50, "Width of the convolutions, for pictures.")
    n_hidden: int = shared.n_hidden(256, "Width of the two hidden layers, for tables and embeddings.")
    batch_size: int = shared.batch_size(100)
    steps_per_epoch: int = shared.steps_per_epoch(10)
    learning_rate: float = shared.learning_rate()
    clustering_rate: float = shared.clustering_rate(1e-4)

    def plan(self) -> tuple[tuple[str, int], ...]:
        return (
            ("Denoising autoencoder", self.pretrain_epochs),
            ("First clusters", self.first_epochs),
            ("Balanced clusters", self.max_epochs),
        )

    def cost(self, n_samples: int, feature_shape: tuple[int, ...]) -> Cost:
        """Operations of all epochs, each with a clean and a noisy way in and one back, and of the graph, and bytes: data, weights, one batch."""
        if len(feature_shape) == 1:
            areas, width = (1, 1), self.n_hidden
            first = feature_shape[0] * width
            second, flat = width * width, width
        else:
            channels, height, breadth = picture_shape(feature_shape)
            areas = (-(-height // 2) * -(-breadth // 2), -(-height // 4) * -(-breadth // 4))
            width = self.n_channels
            first, second, flat = 25 * channels * width, 25 * width * width, width * areas[1]
        one_way = 2.0 * (first * areas[0] + second * areas[1] + flat * self.n_components)
        weights = 2 * (first + second + flat * self.n_components)
        activations = 4 * width * (areas[0] + areas[1])
        epochs = sum(n for _, n in self.plan())
        size = n_samples * float(np.prod(feature_shape))
        batch = self._batch_size(n_samples) * (activations + float(np.prod(feature_shape)))
        neighbors = 2.0 * n_samples**2 * self.n_components if self.start == GRAPH else 0.0
        return Cost(
            flops=(2 * PASSES + 1) * one_way * n_samples * self.n_passes(n_samples) * epochs + neighbors,
            memory=FLOAT_BYTES * (2 * size + 4 * weights + 2 * batch),
        )

    def _build(self, feature_shape: tuple[int, ...]) -> nn.Module:
        from deepclust.nets.noisy_autoencoder import NoisyAutoencoder

        width = self.n_hidden if len(feature_shape) == 1 else self.n_channels
        return NoisyAutoencoder(feature_shape, self.n_components, width, self.n_clusters)

    # -- training ------------------------------------------------------------------------------------------------

    def _learn(self, X: np.ndarray) -> Iterator[Event]:
        import torch

        from deepclust.losses.balanced_targets import balanced_targets

        # q of all samples; nothing before there are clusters
        self._targets = targets = dict[str, torch.Tensor]()
        x = self._x = self._tensor(X)
        size = self._batch_size(len(x))
        alone, first, balanced = self.plan()
        noise = generator_on(self.device_, self._fit_seed)
        optimiser = self._adam(self._net.parameters(), self.learning_rate, fused=True)
        slower = self._adam(self._net.parameters(), self.clustering_rate, fused=True)
        state = {
            "net": self._net,
            "optimiser": optimiser,
            "slower": slower,
            "generator": self._generator,
            "noise": noise,
            "targets": targets,
        }

        @self._captured(optimiser, generators=(noise,))
        def reconstruct(rows: torch.Tensor) -> dict[str, torch.Tensor]:
            l_r, _ = self._losses(x[rows], None, noise)
            descend(optimiser, l_r)
            return {"reconstruction": l_r}

        yield Stage(*alone, {"reconstruction": RECONSTRUCTION})
        for _ in self._epochs(*alone, **state):
            losses = Means()
            for rows in self._passes(len(x), size):
                losses.add(reconstruct(rows), len(rows))
            yield from self._report(losses)
        if not targets and self._codes(x).std(axis=0).max() < COLLAPSED:
            yield Note(
                "warning",
                "The codes have collapsed: all samples lie in one point, so that clusters mean nothing here. Train with another seed, or "
                "with a smaller learning rate.",
            )

        step = self._noisy_step(optimiser, noise)
        yield Stage(*first, KEPT)
        for _ in self._epochs(*first, **state):
            if not targets:
                self._begin(targets)
            yield from self._report(self._epoch(step, targets["q"], size))

        step = self._noisy_step(slower, noise)
        yield Stage(*balanced, TERMS)
        for _ in self._epochs(*balanced, **state):
            if not targets:  # no epochs of first clusters
                self._begin(targets)
            targets["q"] = balanced_targets(self._memberships())
            losses = self._epoch(step, targets["q"], size)
            largest = torch.bincount(targets["q"].argmax(dim=1)).max() / len(x)
            losses.add({"largest cluster": largest}, 1)
            yield from self._report(losses)

    def _noisy_step(self, optimiser: torch.optim.Optimizer, noise: torch.Generator) -> Step:
        """The step of a batch (b,), in which the noisy way learns targets q (n, k) of all samples."""

        @self._captured(optimiser, generators=(noise,))
        def step(rows: torch.Tensor, q: torch.Tensor) -> dict[str, torch.Tensor]:
            l_r, l_c = self._losses(self._x[rows], q[rows], noise)
            descend(optimiser, self.weight * l_r + l_c)
            return {"reconstruction": l_r, "clustering": l_c}

        return step

    def _epoch(self, step: Step, q: torch.Tensor, size: int) -> Means:
        """One pass in which the noisy way learns targets q (n, k)."""
        losses = Means()
        for rows in self._passes(len(self._x), size):
            losses.add(step(rows, q), len(rows))
        return losses

    def _losses(
        self, x: torch.Tensor, q: torch.Tensor | None, noise: torch.Generator
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """Reconstruction of the clean layers, and cross-entropy with targets q (b, k), of samples x (b, ...) on the noisy way."""
        import torch

        from deepclust.losses.balanced_targets import cross_entropy, layer_reconstruction

        with self._products():
            with torch.no_grad():
                clean = [layer.float() for layer in self._net.encode(x)[:-1]]
            z = self._net.encode(x, self.dropout, noise)[-1].float()
            given_back = [layer.float() for layer in self._net.decode(z)]
        l_r = layer_reconstruction(clean, given_back, LAYERS)
        return l_r, l_r.new_zeros(()) if q is None else cross_entropy(q, self._net.head(z))

    def _begin(self, targets: dict[str, torch.Tensor]) -> None:
        """The first clusters, their targets, and a head that begins with the nearest of their means."""
        import torch

        z = self._codes(self._x)
        labels, centers = self._first_clusters(z)
        mu = torch.from_numpy(centers)
        apart = (mu[:, None] - mu).square().sum(dim=2)
        nearest = (
            apart[~torch.eye(len(mu), dtype=torch.bool)].view(len(mu), -1).amin(dim=1) if len(mu) > 1 else apart[0]
        )
        sharpness = SHARPNESS / nearest.mean().clamp(min=torch.finfo(mu.dtype).eps)
        with torch.no_grad():  # logits that differ as -sharpness |z - mu|^2 do
            self._net.head.weight.copy_(2 * sharpness * mu)
            self._net.head.bias.copy_(-sharpness * mu.square().sum(dim=1))
        targets["q"] = torch.eye(self.n_clusters)[torch.from_numpy(labels)].to(self.device_)

    def _first_clusters(self, z: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Labels (n,) of codes (n, d), and their means (k, d)."""
        from sklearn.metrics import pairwise_distances_argmin

        if self.start == GRAPH:
            labels = cut_graph(z, self.n_clusters, self._fit_seed, STARTS, device=self.device_).assign(z)
        else:
            centers = kmeans_centers(z, self.n_clusters, self._fit_seed, STARTS)
            labels = np.asarray(pairwise_distances_argmin(z, centers), np.int64)
        return labels, group_means(z, labels, self.n_clusters)

    def _memberships(self) -> torch.Tensor:
        """p (n, k) of all samples on the clean way."""
        import torch

        with torch.no_grad():
            logits = [
                self._net.head(self._encode(self._x[rows.to(self.device_)])) for rows in batches(len(self._x), 1024)
            ]
        return torch.cat(logits).softmax(dim=1)

    # -- clusters ------------------------------------------------------------------------------------------------

    def _encode(self, x: torch.Tensor) -> torch.Tensor:
        code: torch.Tensor = self._net.encode(x)[-1]
        return code

    def cluster_scores(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        return np.zeros_like(self._head), self._head, self._bias

    def _assign(self, embedding: np.ndarray) -> np.ndarray:
        return np.asarray((embedding @ self._head + self._bias).argmax(axis=1), np.int64)

    def _provisional_labels(self, embedding: np.ndarray) -> np.ndarray:
        if not self._targets:
            return super()._provisional_labels(embedding)
        self._read_head()
        return self._assign(embedding)

    def _read_head(self) -> None:
        self._head, self._bias = to_numpy(self._net.head.weight).T, to_numpy(self._net.head.bias)

    def _settle(self, X: np.ndarray) -> None:
        self.embedding_ = self._embed(X)
        if not self._targets:  # stopped before there were clusters
            self._begin(self._targets)
        self._read_head()
        self.labels_ = self._assign(self.embedding_)
        self.cluster_centers_ = group_means(self.embedding_, self.labels_, self.n_clusters)
