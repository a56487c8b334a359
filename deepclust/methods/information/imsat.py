"""IMSAT: clusters that tell much about samples, and do not change when a sample is changed a little.

Shapes: x (b, ...) input, logits (b, k), p = softmax(logits) memberships, eps (b,) length of a step, of each sample.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from deepclust.events import Event, Stage
from deepclust.methods.base import hyperparameters as shared
from deepclust.methods.base.centers import group_means
from deepclust.methods.base.deep import FLOAT_BYTES, DeepMethod, Means, descend
from deepclust.methods.base.distort import distorted
from deepclust.methods.base.method import INFORMATION, Cost
from deepclust.params import param
from deepclust.spaces import INPUT

if TYPE_CHECKING:
    import torch
    from torch import nn

ADVERSARIAL, RANDOM, DISTORTED, NEIGHBORS = "adversarial", "random", "distorted", "neighbours"
CHANGES = (ADVERSARIAL, RANDOM, DISTORTED, f"{ADVERSARIAL} and {DISTORTED}", NEIGHBORS)
TERMS = {
    "change": "how much memberships change when samples are changed a little: KL divergence (low is good)",
    "doubt": "H(Y|X), entropy of the memberships of a sample (falls to 0)",
    "evenness": "H(Y), entropy of the sizes of clusters (rises; ln k is all of one size)",
    "information": "H(Y) - H(Y|X), what a cluster tells of a sample (rises)",
}
QUICK = {"max_epochs": 20, "n_hidden": 600, "steps_per_epoch": 40}


class IMSAT(DeepMethod):
    """Hu et al. 2017: regularised information maximisation with self-augmented training, by default virtual adversarial.

    ``embedding_`` holds the logits, and a sample belongs to the largest. The length of a step is a quarter of the distance to the
    tenth neighbour, as in the paper; the distance at which the worst direction is looked for is that distance whole, where the
    paper has 10 for all, about as much on MNIST in [-1, 1]. "distorted" takes small shifts, turns and zooms of pictures
    (`methods.base.distort`) in place of a step, as the paper suggests for what is known of the data. "neighbours", which is ours, takes another sample: one
    of the nearest of each, distorted.
    """

    title = "IMSAT"
    summary = "Sorts samples so that clusters tell much about them and stay the same when a sample is changed a little."
    reference = "Hu, Miyato, Tokui, Matsumoto, Sugiyama 2017, arXiv:1702.08720"
    family = INFORMATION
    good_for = "Many samples in classes of about one size; gives memberships at once, and needs no autoencoder."
    headline = "ACC in the paper: MNIST 0.984 (70,000 samples)."
    caution = "It makes clusters of one size: where classes differ in size, lower the weight of evenness."
    equations = (
        r"\min_\theta \; R_{SAT}(\theta) + \lambda \left( H(Y \mid X) - \mu H(Y) \right)",
        r"R_{SAT} = \frac{1}{n} \sum_i \mathrm{KL}\left( p(y \mid x_i) \,\Vert\, p(y \mid T(x_i)) \right), \quad"
        r" T(x_i) = x_i + \epsilon_i \frac{r_i}{\lVert r_i \rVert}, \quad \epsilon_i = \alpha \lVert x_i - x_i^{(10)} \rVert",
    )
    presets = {
        "quick": QUICK,
        "affine": {**QUICK, "change": f"{ADVERSARIAL} and {DISTORTED}"},
        "neighbours": {**QUICK, "change": NEIGHBORS, "n_neighbors": 5},
        "paper": {"max_epochs": 50, "n_hidden": 1200, "steps_per_epoch": 1},
    }
    rank = 15
    spaces_without_k = (INPUT,)

    max_epochs: int = shared.epochs(30)
    change: str = param(
        ADVERSARIAL,
        "Change",
        help="What must not change a cluster. adversarial: the worst small step. random: any small step. distorted: small shifts, turns "
        "and zooms of pictures (of vectors a little noise). neighbours: going over to one of the nearest samples, distorted.",
        choices=CHANGES,
        group="Training",
    )
    evenness: float = shared.weight(
        4.0,
        "Weight of evenness",
        "How much it counts that clusters are of one size (mu); at 0 they may collapse.",
        advanced=False,
    )
    information: float = shared.weight(
        0.1, "Weight of information", "How much information counts beside staying the same (lambda)."
    )
    radius: float = param(
        0.25,
        "Length of a step",
        help="As a share of the distance to the tenth neighbour of a sample (alpha).",
        min=0.0,
        max=10.0,
        group="Training",
        advanced=True,
    )
    n_neighbors: int = shared.n_neighbors(
        10,
        "The last of these decides how long a step may be; or all of them, where a sample may go over to one.",
        advanced=True,
    )
    n_hidden: int = shared.n_hidden(500, "Width of the two hidden layers; the paper has 1,200.")
    batch_size: int = shared.batch_size(250)
    steps_per_epoch: int = shared.steps_per_epoch(10)
    learning_rate: float = shared.learning_rate(2e-3)

    @property
    def embedding_name(self) -> str:
        return "Logits"

    def plan(self) -> tuple[tuple[str, int], ...]:
        return (("Information", self.max_epochs),)

    def cost(self, n_samples: int, feature_shape: tuple[int, ...]) -> Cost:
        """Operations of all passes and of the neighbours, and bytes: the data twice, four copies of the weights, one batch."""
        width = float(np.prod(feature_shape))
        weights = (width + self.n_hidden + self.n_clusters) * self.n_hidden
        # forward and backward of samples and of changed ones; a worst step takes one more forward, and back to the input
        passes = 6 + 2 * (ADVERSARIAL in self.change) + 3 * ("and" in self.change)
        seen = n_samples * self.n_passes(n_samples) * self.max_epochs
        floats = 2 * n_samples * width + 4 * weights + 4 * self._batch_size(n_samples) * (width + 6 * self.n_hidden)
        return Cost(flops=2 * passes * weights * seen + 2 * n_samples**2 * width, memory=FLOAT_BYTES * floats)

    def _build(self, feature_shape: tuple[int, ...]) -> nn.Module:
        from deepclust.nets.cluster_mlp import ClusterMLP

        return ClusterMLP(int(np.prod(feature_shape)), self.n_hidden, self.n_clusters)

    def _learn(self, X: np.ndarray) -> Iterator[Event]:
        from deepclust.losses.cluster_information import cluster_entropies

        x = self._x = self._tensor(X)
        nearest, far = self._neighbors(X)
        size = self._batch_size(len(x))
        optimiser = self._adam(self._net.parameters(), self.learning_rate, fused=True)

        @self._captured(optimiser)
        def step(rows: torch.Tensor) -> dict[str, torch.Tensor]:
            with self._products():
                logits = self._net(x[rows]).float()
            evenness, doubt = cluster_entropies(logits.softmax(dim=1))
            change = self._change(rows, logits, nearest, far)
            descend(optimiser, change + self.information * (doubt - self.evenness * evenness))
            return dict(zip(TERMS, (change, doubt, evenness, evenness - doubt), strict=True))

        (stage,) = self.plan()
        yield Stage(*stage, TERMS)
        for _ in self._epochs(*stage, net=self._net, optimiser=optimiser, generator=self._generator):
            losses = Means()
            for rows in self._passes(len(x), size):
                losses.add(step(rows), len(rows))
            yield from self._report(losses)

    def _neighbors(self, X: np.ndarray) -> tuple[torch.Tensor, torch.Tensor]:
        """The nearest others of every sample (n, r), and how far the last of them is (n,)."""
        import torch

        from deepclust.neighbors import nearest_neighbors

        nearest, distances = nearest_neighbors(
            X.reshape(len(X), -1), min(self.n_neighbors, len(X) - 1), device=self.device_
        )
        return torch.from_numpy(nearest).to(self.device_), torch.from_numpy(distances[:, -1].copy()).to(self.device_)

    def _change(
        self, rows: torch.Tensor, logits: torch.Tensor, nearest: torch.Tensor, far: torch.Tensor
    ) -> torch.Tensor:
        """R_SAT of the samples of some rows (b,) with their logits (b, k); all samples' neighbours (n, r) and radii (n,)."""
        import torch

        from deepclust.losses.virtual_adversarial import divergence, stepped, unit, worst_direction

        def network(seen: torch.Tensor) -> torch.Tensor:
            with self._products():
                logits: torch.Tensor = self._net(seen, passing=True)
            return logits.float()

        draws = self._generator
        if self.change == NEIGHBORS:
            which = torch.randint(nearest.shape[1], rows.shape, generator=draws, device=draws.device)
            others = nearest[rows, which.to(rows.device)]
            return divergence(logits, network(distorted(self._x[others], self._generator)))
        x, far = self._x[rows], far[rows]
        total = logits.new_zeros(())
        if self.change != DISTORTED:
            start = torch.randn(x.shape, generator=draws, device=draws.device).to(x.device)
            direction = unit(start) if self.change == RANDOM else worst_direction(x, logits, network, start, far)
            total = total + divergence(logits, network(stepped(x, direction, self.radius * far)))
        if DISTORTED in self.change:
            total = total + divergence(logits, network(distorted(x, self._generator)))
        return total

    def _encode(self, x: torch.Tensor) -> torch.Tensor:
        logits: torch.Tensor = self._net(x)
        return logits

    def _provisional_labels(self, embedding: np.ndarray) -> np.ndarray:
        return self._assign(embedding)

    def cluster_scores(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        same = np.eye(self.cluster_centers_.shape[1])
        return np.zeros_like(same), same, np.zeros(len(same))

    def _assign(self, embedding: np.ndarray) -> np.ndarray:
        return np.asarray(embedding.argmax(axis=1), np.int64)

    def _settle(self, X: np.ndarray) -> None:
        self.embedding_ = self._embed(X)
        self.labels_ = self._assign(self.embedding_)
        self.cluster_centers_ = group_means(self.embedding_, self.labels_, self.n_clusters)
