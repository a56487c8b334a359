"""DDLS, deep discriminative latent space: pull apart all pairs of a batch but the trusted ones, then cluster.

Shapes: x (b, ...) input, z (b, n_components) latent rows of length 1, x_hat (b, ...) reconstruction,
mu (k, n_components) centres of length 1, s (b,) assignments.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

from deepclust.compute import to_numpy
from deepclust.events import Event, Note, Stage
from deepclust.methods.base import hyperparameters as shared
from deepclust.methods.base.autoencoding import AutoencoderMethod
from deepclust.methods.base.deep import FLOAT_BYTES, PASSES, Means, descend
from deepclust.methods.base.distort import distorted
from deepclust.methods.base.method import Cost
from deepclust.methods.base.sample_graph import AXES
from deepclust.methods.ddls.anchor_graph import AnchorGraph
from deepclust.methods.ddls.spherical_kmeans import alternate, assign, mean_directions, spherical_kmeans
from deepclust.params import param
from deepclust.spaces import Space

if TYPE_CHECKING:
    import torch

APART = {
    "discriminative": "pairs of different samples look alike, less how much trusted pairs do (falls)",
    "reconstruction": "squared error of the decoder's output, summed over a sample (falls)",
}
CLUSTERING = {"clustering": "mean cosine of a sample and the centre of its cluster (rises to 1)"}
TOGETHER = {
    "within": "mean cosine inside a cluster, summed over the clusters (rises)",
    "between": "mean cosine of the two clusters that are most alike (falls)",
}


NO_VIEWS = "Vectors have no views (shifts, turns): only neighbours are trusted to belong together."
VIEWS_OF_ALL = "Views are shown where neighbours are sought among all samples (neighbors_among=all): here they are not."
BATCH, ALL = "batch", "all"
#: Anchors that lie evenly over wide and narrow classes; the closest half of more neighbours is nearly all in narrow ones.
EVEN = {"n_neighbors": 3, "anchor_fraction": 1.0}
VIEWS = {
    "neighbors_among": ALL,
    "views": True,
    "batch_size": 80,
    "n_channels": 16,
    "pretrain_epochs": 1,
    "max_epochs": 8,
    "steps_per_epoch": 50,
    "lambda_d": 0.1,
}
PAPER = {"pretrain_epochs": 50, "max_epochs": 100, "n_neighbors": 5, "anchor_fraction": 0.5}
COIL = {**PAPER, "shrink_batch": False, "lambda_d": 4.0, "lambda_d_end": 1.0}


class DDLS(AutoencoderMethod):
    """Tzoreff, Kogan, Choukroun 2018. What the paper leaves open (anchors, rates, epochs) is a parameter here.

    L_r and L_c are means over the batch, where the paper prints sums: as sums they would outweigh all other terms. Its
    figure, not its text, gives the widths of the network, and the numbers of weights that it names (3,200 for MNIST, 7,500
    for COIL-20, 12,500 for COIL-100) do not go together; ours has 73,000, 192,000 and 552,000. Preset `paper` takes anchors as the
    text words it, the pairs with the largest similarities. Preset `views` leaves the paper in three points: neighbours are
    sought among all samples, and the cut of their graph gives the clusters that stage I begins with and keeps (k-means on
    codes parts the styles of a kind, and re-assignment before the network has learned them loses what the graph has joined);
    pairs of one cluster are not pulled apart; each picture is shown in distorted views as well.
    """

    title = "DDLS"
    summary = "Learns to tell all samples apart except those that are clearly neighbours, then tightens the groups."
    reference = "Tzoreff, Kogan, Choukroun 2018, arXiv:1805.10795"
    good_for = "Pictures of objects and digits, with codes that stand far apart."
    equations = (
        r"L_d = \frac{1}{|B|^2 - |A|} \sum_{(i,j) \notin A} |\tilde z_i^T \tilde z_j|"
        r" - \frac{1 - \alpha}{|A|} \sum_{(i,j) \in A} \tilde z_i^T \tilde z_j",
        r"\text{Pre-training:} \quad \min \; L_d + \lambda_r L_r, \quad"
        r" L_r = \frac{1}{|B|} \sum_i \lVert x_i - \hat x_i \rVert^2",
        r"\text{Stage I:} \quad \max \; L_c - \lambda_d L_d - \lambda_r L_r, \quad"
        r" L_c = \frac{1}{|B|} \sum_i \mu_{s(i)}^T \tilde z_i, \quad \lVert \mu_k \rVert = 1",
        r"\text{Stage II:} \quad \max \; L_c + \lambda_w L_w - \lambda_b L_b - \lambda_r L_r",
        r"L_b = \max_{k \neq l} \frac{1}{|C_k||C_l|} \sum_{i \in C_k, j \in C_l} |\tilde z_i^T \tilde z_j|, \quad"
        r" L_w = \sum_k \frac{1}{|C_k|^2} \sum_{i, j \in C_k} \tilde z_i^T \tilde z_j",
    )
    presets = {
        "quick": {"pretrain_epochs": 40, "max_epochs": 20, "steps_per_epoch": 10, **EVEN},
        "paper": PAPER,
        "views": {**EVEN, **VIEWS},
        "coil-20": {**COIL, "n_components": 150, "batch_size": 500},
        "coil-100": {**COIL, "n_components": 500, "batch_size": 1000},
    }
    ladder = {"Stage 0": {"max_epochs": 0}, "+Stage I": {"stage_2_epochs": 0}, "+Stage II": {}}
    rank = 10
    spaces_without_k = (Space("stage", "Pre-training"),)

    n_components: int = shared.n_components(60)
    n_channels: int = shared.n_channels(
        32,
        "Width of the convolutions, for pictures. The paper does not give it, and names some thousand weights in all; with 32 "
        "there are some 73,000 for MNIST.",
    )
    batch_size: int = shared.batch_size(
        1000, "Samples compared with each other in one step; a small data set is cut into smaller batches."
    )
    pretrain_epochs: int = shared.epochs(
        50, "Stage 0 epochs", "Pre-training: how often all data are seen before clusters are formed."
    )
    max_epochs: int = shared.epochs(
        20, "Clustering epochs", "How often all data are seen while clusters are formed, in stages I and II together."
    )
    stage_2_epochs: int | None = param(
        None,
        "Of these, in stage II",
        help="How many of the clustering epochs are those of stage II, which tightens clusters; none given: half.",
        min=0,
        max=10_000,
        group="Training",
        advanced=True,
    )
    steps_per_epoch: int = shared.steps_per_epoch(1)
    shrink_batch: bool = param(
        True,
        "Smaller batches of few samples",
        help="Cut a small data set into four batches at least; else a batch is as large as said, or all samples.",
        group="Training",
        advanced=True,
    )
    neighbors_among: str = param(
        BATCH,
        "Neighbours among",
        help="batch: pairs are trusted that are near in their batch, as in the paper. all: among all samples; then a batch has a "
        "neighbour for each of its samples, and stage I begins with the clusters that the graph of neighbours falls into.",
        choices=(BATCH, ALL),
        group="Anchor pairs",
        advanced=True,
    )
    views: bool = param(
        False,
        "Views",
        help="Show each picture a second time, slightly shifted, turned and sheared: the two are a trusted pair. For neighbours "
        "among all; vectors have no such views.",
        group="Anchor pairs",
        advanced=True,
    )
    n_neighbors: int = shared.n_neighbors(
        3,
        "In a batch a pair is trusted only if each is among this many nearest of the other; among all samples, if one is.",
        group="Anchor pairs",
        advanced=True,
    )
    anchor_fraction: float = param(
        1.0,
        "Trusted share",
        help="Of those pairs, this share is trusted, the closest first. Below 1 wide classes get hardly any.",
        min=0.01,
        max=1.0,
        step=0.05,
        group="Anchor pairs",
        advanced=True,
    )
    alpha: float = param(
        0.1,
        "Doubt",
        help="How far even trusted pairs are doubted: 0 is full trust.",
        min=0.0,
        max=0.99,
        step=0.05,
        group="Anchor pairs",
        advanced=True,
    )
    lambda_r: float = shared.weight(0.001, "Weight of reconstruction", "How much the decoder's output counts.")
    lambda_d: float = shared.weight(1.0, "Weight of telling apart", "How much telling pairs apart counts in stage I.")
    lambda_d_end: float | None = param(
        None,
        "The same at the end",
        help="What it falls to, epoch by epoch, until the end of stage I; none given: it stays. COIL in the paper: 4 to 1.",
        min=0.0,
        max=1000.0,
        group="Weights",
        advanced=True,
    )
    lambda_w: float = shared.weight(0.3, "Weight of within", "How much likeness inside clusters counts in stage II.")
    lambda_b: float = shared.weight(
        1.0, "Weight of between", "How much unlikeness between clusters counts in stage II."
    )
    tol: float = param(
        1e-4,
        "Tolerance",
        help="A clustering stage ends early when its agreement changes by less than this from epoch to epoch.",
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
        second = self.max_epochs // 2 if self.stage_2_epochs is None else min(self.stage_2_epochs, self.max_epochs)
        return (("Pre-training", self.pretrain_epochs), ("Stage I", self.max_epochs - second), ("Stage II", second))

    def cost(self, n_samples: int, feature_shape: tuple[int, ...]) -> Cost:
        """That of the autoencoder, and in each batch the cosines of all pairs, and their distances or those of all samples."""
        net = super().cost(n_samples, feature_shape)
        batch, n_passes = self._batch_size(n_samples), self.n_passes(n_samples)
        of_all = self.neighbors_among == ALL
        looks = 1 + of_all * (1 + (self.views and len(feature_shape) > 1))  # a neighbour and a view of each
        per_pair = 2 * ((0.0 if of_all else float(np.prod(feature_shape))) + PASSES * self.n_components)
        n_epochs = self.pretrain_epochs + self.max_epochs
        flops = n_passes * looks * (net.flops + n_epochs * n_samples * looks * batch * per_pair)
        graph = 2.0 * of_all * n_samples**2 * AXES
        return Cost(flops=flops + graph, memory=looks * net.memory + FLOAT_BYTES * 6 * (looks * batch) ** 2)

    def _batch_size(self, n_samples: int) -> int:
        return super()._batch_size(n_samples) if self.shrink_batch else min(self.batch_size, n_samples)

    def _prepare(self, checkpoint: Any) -> None:
        super()._prepare(checkpoint)
        self._clusters: dict[str, torch.Tensor] = {}
        self._graph: AnchorGraph | None = None

    def _learn(self, X: np.ndarray) -> Iterator[Event]:
        import torch

        from deepclust.losses.cluster_similarity import between_similarity, within_similarity
        from deepclust.losses.cosine_clustering import cosine_agreement
        from deepclust.losses.discriminative import discriminative_loss
        from deepclust.losses.reconstruction import reconstruction_loss

        x = self._x = self._tensor(X)
        size = self._batch_size(len(x))
        if self.neighbors_among == ALL:
            self._graph = AnchorGraph(x, self.n_neighbors, self.n_clusters)
        if self.views and not self._has_views(x):
            yield Note("info", NO_VIEWS if x.ndim == 2 else VIEWS_OF_ALL)
        optimiser = self._adam(self._net.parameters(), self.learning_rate)
        state: dict[str, Any] = {
            "net": self._net,
            "optimiser": optimiser,
            "generator": self._generator,
            "clusters": self._clusters,
        }
        pre_training, stage_1, stage_2 = self.plan()

        @self._captured(optimiser)
        def tell_apart(rows: torch.Tensor) -> dict[str, torch.Tensor]:
            shown, seen = self._shown(x, rows)
            z, x_hat = self._forward(shown, len(rows))
            l_d = discriminative_loss(z, self._anchors(shown, seen), self.alpha)
            l_r = reconstruction_loss(x[rows], x_hat)
            descend(optimiser, l_d + self.lambda_r * l_r)  # eq. (6)
            return {"discriminative": l_d, "reconstruction": l_r}

        @self._captured(optimiser)
        def begin_clusters(
            rows: torch.Tensor, centers: torch.Tensor, assigned: torch.Tensor, lambda_d: torch.Tensor
        ) -> dict[str, torch.Tensor]:
            shown, seen = self._shown(x, rows)
            z, x_hat = self._forward(shown, len(rows))
            of_one = None if self._graph is None else assigned[seen][:, None] == assigned[seen]
            l_c = cosine_agreement(z, centers, assigned[seen])
            l_d = discriminative_loss(z, self._anchors(shown, seen), self.alpha, of_one)
            l_r = reconstruction_loss(x[rows], x_hat)
            descend(optimiser, -l_c + lambda_d * l_d + self.lambda_r * l_r)  # eq. (8)
            return {"clustering": l_c, "discriminative": l_d, "reconstruction": l_r}

        @self._captured(optimiser)
        def tighten(rows: torch.Tensor, centers: torch.Tensor, assigned: torch.Tensor) -> dict[str, torch.Tensor]:
            shown, seen = self._shown(x, rows)
            z, x_hat = self._forward(shown, len(rows))
            l_c = cosine_agreement(z, centers, assigned[seen])
            l_w = within_similarity(z, assigned[seen], self.n_clusters)
            l_b = between_similarity(z, assigned[seen], self.n_clusters)
            l_r = reconstruction_loss(x[rows], x_hat)
            descend(  # eq. (11)
                optimiser, -l_c - self.lambda_w * l_w + self.lambda_b * l_b + self.lambda_r * l_r
            )
            return {"clustering": l_c, "within": l_w, "between": l_b, "reconstruction": l_r}

        yield Stage(*pre_training, APART)
        for _ in self._epochs(*pre_training, **state):
            losses = Means()
            for rows in self._passes(len(x), size):
                losses.add(tell_apart(rows), len(rows))
            yield from self._report(losses)

        yield Stage(*stage_1, CLUSTERING | APART)
        for epoch in self._epochs(*stage_1, **state):
            if self._alternate(x, keep=self._graph is not None) < self.tol and epoch > 1:
                yield Note("info", f"Stage I has converged after {epoch - 1} epochs.")
                break
            lambda_d = torch.tensor(falling(self.lambda_d, self.lambda_d_end, epoch, stage_1[1]), device=x.device)
            centers, assigned = self._clusters["centers"], self._clusters["assigned"]
            losses = Means()
            for rows in self._passes(len(x), size):
                losses.add(begin_clusters(rows, centers, assigned, lambda_d), len(rows))
            yield from self._report(losses)

        terms = CLUSTERING | TOGETHER | {"reconstruction": APART["reconstruction"]}
        yield Stage(*stage_2, terms)
        for epoch in self._epochs(*stage_2, **state):
            if self._alternate(x, keep=self._graph is not None and epoch == 1) < self.tol and epoch > 1:
                yield Note("info", f"Stage II has converged after {epoch - 1} epochs.")
                break
            centers, assigned = self._clusters["centers"], self._clusters["assigned"]
            losses = Means()
            for rows in self._passes(len(x), size):
                losses.add(tighten(rows, centers, assigned), len(rows))
            yield from self._report(losses)

    def _has_views(self, x: torch.Tensor) -> bool:
        return self.views and self._graph is not None and x.ndim == 4

    def _shown(self, x: torch.Tensor, rows: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """What a step looks at (b, ...), and which samples these are (b,): the rows, a neighbour of each, a view of each."""
        import torch

        if self._graph is None:
            return x[rows], rows
        seen = torch.cat([rows, self._graph.companions(rows, self._generator)])
        if not self._has_views(x):
            return x[seen], seen
        return torch.cat([x[seen], distorted(x[rows], self._generator)]), torch.cat([seen, rows])

    def _anchors(self, shown: torch.Tensor, seen: torch.Tensor) -> torch.Tensor:
        """The trusted pairs bool (b, b) of what a step looks at."""
        from deepclust.losses.anchors import anchor_pairs

        if self._graph is None:
            return anchor_pairs(shown, self.n_neighbors, self.anchor_fraction)
        return self._graph.pairs(seen)

    def _forward(self, shown: torch.Tensor, n_decoded: int) -> tuple[torch.Tensor, torch.Tensor]:
        """Latent codes of length 1 of all that is shown, and the first few reconstructed from the codes as they were before."""
        from torch.nn.functional import normalize

        with self._products():
            z = self._net.encode(shown).float()
            unit, x_hat = normalize(z), self._net.decode(z[:n_decoded])
        return unit, x_hat.float()

    def _encode(self, x: torch.Tensor) -> torch.Tensor:
        from torch.nn.functional import normalize

        return normalize(super()._encode(x))

    def _alternate(self, x: torch.Tensor, keep: bool) -> float:
        """Assignments, then centres, of all samples (algorithm 2, lines 2 and 3). Returns the change of L_c.

        keep: the clusters of the graph, until the network has learned them; only their centres follow.
        """
        import torch

        z = self._codes(x)
        if keep and self._graph is not None:
            labels = (
                to_numpy(self._clusters["assigned"])
                if self._clusters
                else self._graph.clusters(self._fit_seed, self._has_views(x))
            )
            centers = mean_directions(z, labels, z[: self.n_clusters])
            agreement = float((z * centers[labels]).sum(axis=1).mean())
        else:
            centers, labels, agreement = alternate(z, self._centers(z))
        before = float(self._clusters.get("agreement", torch.tensor(-2.0)))
        self._clusters["centers"] = torch.from_numpy(centers).to(x.device)
        self._clusters["assigned"] = torch.from_numpy(labels).to(x.device)
        self._clusters["agreement"] = torch.tensor(agreement)
        return abs(agreement - before)

    def _centers(self, z: np.ndarray) -> np.ndarray:
        """The centres now; before there are any, those of spherical k-means on all samples."""
        if self._clusters:
            return self._clusters["centers"].cpu().numpy()
        return spherical_kmeans(z, self.n_clusters, self._fit_seed)[0]

    def _provisional_labels(self, embedding: np.ndarray) -> np.ndarray:
        if self._clusters:
            return assign(embedding, self._centers(embedding))
        return spherical_kmeans(embedding, self.n_clusters, self._fit_seed, n_init=1)[1]

    def _settle(self, X: np.ndarray) -> None:
        self.embedding_ = self._embed(X)
        centers = self._centers(self.embedding_)
        self.cluster_centers_ = mean_directions(self.embedding_, assign(self.embedding_, centers), centers)
        self.labels_ = assign(self.embedding_, self.cluster_centers_)

    def _assign(self, embedding: np.ndarray) -> np.ndarray:
        return assign(embedding, self.cluster_centers_)


def falling(start: float, end: float | None, epoch: int, n_epochs: int) -> float:
    """A weight in an epoch, from 1 to n_epochs, that falls evenly from start to end; without end it stays."""
    if end is None or n_epochs == 1:
        return start
    return start + (end - start) * (epoch - 1) / (n_epochs - 1)
