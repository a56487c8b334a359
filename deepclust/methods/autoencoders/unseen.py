"""UNSEEN: too many clusters at first, and those that lose their samples die; how many are left is found while one watches.

Shapes: x (b, ...) input, z (b, n_components) codes, mu (m, n_components) centres of the m clusters that live, q (b, m).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from deepclust.compute import to_numpy
from deepclust.events import Event, Note, Stage
from deepclust.methods.base import hyperparameters as shared
from deepclust.methods.base.autoencoding import AutoencoderMethod
from deepclust.methods.base.centers import kmeans_centers
from deepclust.methods.base.deep import Means, descend
from deepclust.params import param
from deepclust.spaces import LATENT

if TYPE_CHECKING:
    import torch

    from deepclust.nets.living_centers import LivingCenters

STARTS = 10  # of k-means after pre-training
TERMS = {
    "reconstruction": "squared error of the decoder's output, mean over the values of a sample",
    "self-training": "KL(p || q) of DEC: how far assignments are from sharper ones (falls)",
    "neighbours": "distance of codes to their nearest over that to all others (falls)",
    "living clusters": "clusters that are left (falls, and then stays: that is the number found)",
}


class UNSEEN(AutoencoderMethod):
    """Leiber, Strauss, Schubert, Seidl 2024, with DEC as the algorithm that it is built upon.

    From the paper and its code: 35 clusters at first, the total loss, that neighbours are the nearest b / m of a batch of b, that
    a cluster dies when it has less than half of the samples that it was born with, and that its own then count to the size at birth
    of the clusters which they go to. Ours: the convolutional autoencoder of the app in place of a fully connected one, and
    that living centres end as they are, where the code lays k-means over them. ``cluster_centers_`` and ``labels_`` number the m
    clusters that are left.
    """

    title = "UNSEEN"
    summary = (
        "Begins with more clusters than there can be and lets those die that lose their samples, so that k is found."
    )
    reference = "Leiber, Strauß, Schubert, Seidl 2024, arXiv:2410.09491"
    good_for = "Data of which nobody knows k: watch how many clusters are left."
    headline = "Paper: k from 35 clusters. Here, quick: 13 are left on digits, which have 10 classes (seed 0)."
    caution = "The number of clusters is the one to begin with. How many are left depends on the threshold and on how long it trains."
    equations = (
        r"\min \; L_{rec} + L_{DEC} + \frac{\sum_i \sum_{j \in N(i)} \lVert z_i - z_j \rVert^2 / (b \, |N|)}"
        r"{\sum_{i \neq j} \lVert z_i - z_j \rVert^2 / (b (b - 1))}, \quad L_{DEC} = \mathrm{KL}(P \,\Vert\, Q)",
        r"\text{cluster } i \text{ dies after epoch } j \text{ when } \; |C_i^j| < t \, |C_i^0|",
    )
    presets = {
        "quick": {"n_clusters": 35, "pretrain_epochs": 20, "max_epochs": 60, "clustering_rate": 1e-3},
        "paper": {"n_clusters": 35, "pretrain_epochs": 100, "max_epochs": 150, "clustering_rate": 1e-4},
    }
    rank = 18
    spaces_without_k = (LATENT,)

    n_clusters: int = param(
        10, "Clusters at first", help="More than there can be; those that die are not replaced.", min=1, max=1000
    )
    pretrain_epochs: int = shared.epochs(20, "Epochs before clusters", "How long the autoencoder learns alone.")
    max_epochs: int = shared.epochs(40, "Epochs of clusters", "How long clusters may die.")
    threshold: float = param(
        0.5,
        "Threshold of dying",
        help="A cluster dies when it has less than this share of the samples that it was born with; at 0 none does.",
        min=0.0,
        max=1.0,
        group="Training",
    )
    pull: float = shared.weight(
        1.0, "Weight of neighbours", "How much it counts that neighbours draw together; that lets clusters die."
    )
    sharpness: float = shared.weight(1.0, "Weight of self-training", "How much sharper assignments count.")
    clustering_rate: float = shared.clustering_rate(3e-4)

    @property
    def n_left(self) -> int:
        return len(self.cluster_centers_)

    def plan(self) -> tuple[tuple[str, int], ...]:
        return (("Autoencoder", self.pretrain_epochs), ("Dying clusters", self.max_epochs))

    def _learn(self, X: np.ndarray) -> Iterator[Event]:
        import torch

        from deepclust.losses.neighbor_pull import neighbor_pull
        from deepclust.losses.reconstruction import reconstruction_loss
        from deepclust.losses.self_training import self_training_loss, soft_assignment, target_distribution
        from deepclust.nets.living_centers import LivingCenters

        self._clusters = clusters = LivingCenters(self.n_clusters, self.n_components).to(self.device_)
        # the cluster that each sample was born into, or has come to as its own died; nothing before there are clusters
        self._born = born = dict[str, torch.Tensor]()
        x = self._x = self._tensor(X)
        size, n_values = self._batch_size(len(x)), x[0].numel()
        pretraining, dying = self.plan()
        optimiser = self._adam(self._net.parameters(), self.learning_rate, fused=True)

        reconstruct = self._reconstructing(x, optimiser, per=n_values)

        yield Stage(*pretraining, {"reconstruction": TERMS["reconstruction"] + " (falls)"})
        for _ in self._epochs(*pretraining, net=self._net, optimiser=optimiser, generator=self._generator):
            losses = Means()
            for rows in self._batches(len(x), size):
                losses.add(reconstruct(rows), len(rows))
            yield from self._report(losses)

        slower = self._adam([*self._net.parameters(), *clusters.parameters()], self.clustering_rate, fused=True)

        @self._captured(slower)
        def step(rows: torch.Tensor, alive: torch.Tensor) -> dict[str, torch.Tensor]:
            seen = x[rows]
            with self._products():
                z, x_hat = (part.float() for part in self._net(seen))
            q = soft_assignment(z, clusters(alive))
            l_r = reconstruction_loss(seen, x_hat) / n_values
            l_c = self_training_loss(target_distribution(q), q)
            l_n = neighbor_pull(z, max(1, len(rows) // len(alive))) if len(alive) > 2 else 0 * l_c
            descend(slower, l_r + self.sharpness * l_c + self.pull * l_n)
            return dict(zip(TERMS, (l_r, l_c, l_n), strict=False))

        yield Stage(*dying, TERMS)
        for _ in self._epochs(
            *dying, net=self._net, clusters=clusters, born=born, optimiser=slower, generator=self._generator
        ):
            if not born:
                self._be_born(clusters, born)
            losses, alive = Means(), clusters.numbers()
            for rows in self._batches(len(x), size):
                losses.add(step(rows, alive), len(rows))
            if not self._told_to_stop:
                self._let_die(clusters, born)
            losses.add({"living clusters": torch.tensor(float(clusters.n_alive))}, 1)
            yield from self._report(losses)
        if clusters.n_alive < self.n_clusters:
            yield Note("info", f"Of {self.n_clusters} clusters {clusters.n_alive} are left.")

    def _be_born(self, clusters: LivingCenters, born: dict[str, torch.Tensor]) -> None:
        """Clusters of k-means on the codes; a sample that no code is nearest to would be a cluster without samples."""
        import torch

        z = self._codes(self._x)
        centers = kmeans_centers(z, self.n_clusters, self._fit_seed, STARTS)
        with torch.no_grad():
            clusters.weight.copy_(torch.from_numpy(centers))
        born["labels"] = torch.from_numpy(self._nearest(z, clusters)).to(self.device_)

    def _let_die(self, clusters: LivingCenters, born: dict[str, torch.Tensor]) -> None:
        """After an epoch: clusters that have become too small die, and their samples count to where they go from there."""
        import torch

        z, first = self._codes(self._x), to_numpy(born["labels"])
        now, then = (np.bincount(labels, minlength=self.n_clusters) for labels in (self._nearest(z, clusters), first))
        alive = to_numpy(clusters.alive)
        dead = alive & ((now < self.threshold * then) | ((now == 0) & (self.threshold > 0)))
        if not dead.any() or not (alive & ~dead).any():
            return
        clusters.alive.copy_(torch.from_numpy(alive & ~dead))
        orphans = dead[first]
        first[orphans] = self._nearest(z[orphans], clusters)
        born["labels"] = torch.from_numpy(first).to(self.device_)

    def _nearest(self, z: np.ndarray, clusters: LivingCenters) -> np.ndarray:
        """The number among all k of the living cluster that each code (n, d) is nearest to, int64 (n,)."""
        from sklearn.metrics import pairwise_distances_argmin

        numbers = np.flatnonzero(to_numpy(clusters.alive))
        return np.asarray(numbers[pairwise_distances_argmin(z, to_numpy(clusters()))], np.int64)

    def _provisional_labels(self, embedding: np.ndarray) -> np.ndarray:
        if not self._born:
            return super()._provisional_labels(embedding)
        return self._nearest(embedding, self._clusters)

    def _settle(self, X: np.ndarray) -> None:
        self.embedding_ = self._embed(X)
        if not self._born:
            self.cluster_centers_ = kmeans_centers(self.embedding_, self.n_clusters, self._fit_seed, STARTS)
        else:
            self.cluster_centers_ = to_numpy(self._clusters())
        self.labels_ = self._assign(self.embedding_)
