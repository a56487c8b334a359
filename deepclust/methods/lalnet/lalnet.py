"""LALNet: learn which transformation each sample went through, with spare outputs that divide the samples among them.

Shapes: x (b, c, side, side) or (b, d) input, f (b, n_hidden) representation F, z (b, n_duplicates * n_parents) linear
outputs Z, t (b,) pseudo parent-class = number of the transformation, B = max(0, Z).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from deepclust.compute import to_numpy
from deepclust.events import Event, Note, Snapshot, Stage, snapshot_sample
from deepclust.methods.base import hyperparameters as shared
from deepclust.methods.base.centers import group_means, kmeans_centers
from deepclust.methods.base.code_graph import code_graph
from deepclust.methods.base.deep import FLOAT_BYTES, PASSES, Means, descend
from deepclust.methods.base.distort import distorted
from deepclust.methods.base.graph_cut import GraphCut, cut_graph
from deepclust.methods.base.method import PSEUDO, Cost
from deepclust.methods.base.rounding import unit_rows
from deepclust.methods.base.sample_graph import SampleGraph
from deepclust.methods.lalnet.acol import AcolMethod
from deepclust.methods.lalnet.view_axes import ViewAxes, fit_axes, reduced
from deepclust.metrics.lalnet.arrays import SPACES
from deepclust.metrics.shortcut import is_shortcut, probe_accuracy, shortcut_warning
from deepclust.neighbors import EXACT_UP_TO
from deepclust.nets.sizes import acol_size
from deepclust.params import param
from deepclust.spaces import LATENT
from deepclust.transforms import apply_table, members_of, table

if TYPE_CHECKING:
    import torch
    from scipy.sparse import csr_array

PRETEXT = "accuracy of the pretext task"
TERMS = {
    "pseudo-supervision": "cross-entropy of telling the transformations apart (falls)",
    "affinity": "how often two duplicates answer to the same sample (falls to 0)",
    "balance": "how evenly the duplicates are used (rises to 1)",
    "activity": "sum of squares of the outputs Z, as for a batch of 400",
    PRETEXT: "share of samples whose transformation is told rightly (rises); not that of the clusters",
}


VIEWS, GRAPH, KMEANS = "graph with views", "graph", "k-means"
QUICK = {
    "max_epochs": 30,
    "steps_per_epoch": 9,
    "views": True,
    "n_channels": 16,
    "n_hidden": 1024,
    "batch_size": 200,
    "n_init": 5,
}
PAPER = {
    "max_epochs": 400,
    "steps_per_epoch": 1,
    "n_channels": 32,
    "n_hidden": 2048,
    "batch_size": 400,
    "unit_length": False,
    "all_views": False,
    "last_step": KMEANS,
    "trim": False,
    "n_init": 10,
    "tol": 0.0,
}
LOOKED_AT = 1_000  # samples, for whether clusters still change
STEPS_BETWEEN = 100  # two looks at them
CALM_LOOKS = 2  # one after the other, in which hardly any cluster has changed
STARTS_WHILE_LOOKING = 3
CUT = ("spread", "places", "clusters")  # of a `GraphCut`, kept with the model
CUT_GRAPH = ("data", "indices", "indptr")  # of its graph, if it was given one
NEAREST = 3  # in F, joined to each sample where views are joined, too
LOOKS = 8  # distorted copies of each sample that are joined; the fewer, the more the cut depends on how they fall


class LALNet(AcolMethod):
    """Kilinc & Uysal 2018: pseudo-supervision, ACOL, and the modified GAR terms of eqs. (10) to (13), or those of (4) to (9).

    ``embedding_`` holds the first 64 principal components of what ``space``, ``unit_length`` and ``all_views`` choose
    (F alone is 1024 to 2048 wide; k-means finds the same clusters in either). Its axes are those of the fitted data,
    and place new samples too. ``last_step`` says how clusters are read from it: by k-means, or by a cut of the graph of
    neighbours (`_graph_cut`). `activations` gives F, Z or softmax(Z) in full. Vectors are centred before they are
    transformed.
    """

    title = "LALNet"
    summary = "Learns to tell how a sample was turned or mirrored, and on the way which kinds of samples there are."
    reference = "Kilinc, Uysal 2018, arXiv:1802.03063"
    family = PSEUDO
    good_for = "Pictures of writing, where turning or mirroring makes another thing."
    equations = (
        r"\min \; L(Y, t) + c_\alpha \alpha(B) + c_\beta (1 - \beta(B)) + c_F \lVert Z \rVert^2,"
        r" \quad B = \max(0, Z), \quad N^{(p)} = B_p^T B_p",
        r"\alpha(B) = \frac{1}{n_p} \sum_p \frac{\sum_{i \neq j} N^{(p)}_{ij}}"
        r"{(k_s - 1) \sum_i N^{(p)}_{ii}}, \qquad"
        r" \beta(B) = \frac{1}{n_p} \sum_p \frac{\sum_{i \neq j} N^{(p)}_{ii} N^{(p)}_{jj}}"
        r"{(k_s - 1) \sum_i (N^{(p)}_{ii})^2}",
        r"\text{Before its modification, over all } n = n_p k_s \text{ outputs: } \; \alpha(B) = \frac{\sum_{i \neq j} N_{ij}}"
        r"{(n - 1) \sum_i N_{ii}}, \quad \beta(B) = \frac{\sum_{i \neq j} N_{ii} N_{jj}}{(n - 1) \sum_i N_{ii}^2},"
        r" \quad N = B^T B",
    )
    presets = {
        "quick": QUICK,
        "paper": PAPER,
        "svhn": {**PAPER, "scaling": "sample"},  # as the authors' script does for these photographs
    }
    rank = 12
    spaces_without_k = (LATENT,)

    max_epochs: int = shared.epochs(100)
    steps_per_epoch: int = shared.steps_per_epoch(1)
    batch_size: int = shared.batch_size(200)
    learning_rate: float = shared.learning_rate()
    c_alpha: float = shared.weight(
        0.1,
        "Weight of affinity",
        "How much it counts that each sample has a duplicate of its own. At 1 k-means finds clusters in fewer steps, but "
        "with two or three transformations duplicates may be given away before anything is learned.",
    )
    c_beta: float = shared.weight(
        1.0, "Weight of balance", "How much it counts that all duplicates are used; at 0 they may collapse into one."
    )
    c_F: float = shared.weight(  # noqa: N815
        1e-6, "Weight of activity", "How much large outputs cost; the same at any batch size."
    )
    within_parents: bool = param(
        True,
        "Within transformations",
        help="Reckon affinity and balance among the duplicates of each transformation, as the paper does (eqs. 11 and 12). Off: among "
        "all outputs (eqs. 5 and 6), where telling the transformations apart already lowers the affinity.",
        group="Weights",
        advanced=True,
    )
    views: bool = param(
        False,
        "Views",
        help="Show pictures slightly shifted, turned and sheared in each step, and vectors with a little noise: styles of a kind fall "
        "together sooner. The paper does not.",
        group="Training",
        advanced=True,
    )
    space: str = param(
        "F",
        "Clustered space",
        help="Where k-means looks: F, the representation; Z, the outputs; softmax(Z), the duplicates' shares.",
        choices=SPACES,
        group="Clustering",
        advanced=True,
    )
    unit_length: bool = param(
        True,
        "Directions only",
        help="Scale each sample's activations to length 1 before k-means, so that faint and bold samples of a kind "
        "fall together. The paper does not.",
        group="Clustering",
        advanced=True,
    )
    all_views: bool = param(
        True,
        "All views",
        help="Describe each sample by its activations under all transformations side by side, which tells kinds apart "
        "that look alike in one view. The paper takes the sample as it is. Live maps do too.",
        group="Clustering",
        advanced=True,
    )
    last_step: str = param(
        VIEWS,
        "Last step",
        help="How clusters are read from the space: k-means, as in the paper; the graph of neighbours, which also finds kinds that "
        "differ in narrow directions or are not round; that graph with views: slightly shifted and turned copies of a picture join it to "
        "those that look like them, so that styles of one kind hang together.",
        choices=(VIEWS, GRAPH, KMEANS),
        group="Clustering",
        advanced=True,
    )
    n_init: int = shared.n_init(30)

    tol: float = param(
        0.01,
        "Tolerance",
        help="Training ends when fewer than this share of the samples have changed their cluster in 100 steps, twice in a row. "
        "At 0 it goes on for all epochs, as in the paper.",
        min=0.0,
        max=0.5,
        group="Training",
        advanced=True,
    )

    @property
    def may_end_early(self) -> bool:
        return self.tol > 0

    def plan(self) -> tuple[tuple[str, int], ...]:
        return (("Pseudo-supervision", self.max_epochs),)

    def cost(self, n_samples: int, feature_shape: tuple[int, ...]) -> Cost:
        """Operations of all passes over the data, and bytes: data, F, four copies of the weights, one batch."""
        working = self._working_shape(feature_shape)
        try:
            n_transforms = len(members_of(self.transforms, feature_shape))
        except ValueError:
            n_transforms = 8  # a set that cannot be is refused when the fit begins, in words; here is only an estimate
        n_outputs = self.n_duplicates * n_transforms
        net = acol_size(working, self.n_channels, self.n_hidden, n_outputs)
        batch = self._batch_size(n_samples)
        seen = n_samples * self.n_passes(n_samples) * self.max_epochs
        data = n_samples * (2 * float(np.prod(feature_shape)) + float(np.prod(working)) + 2 * self.n_hidden)
        floats = data + 4 * net.n_parameters + 2 * batch * net.activations
        return Cost(flops=PASSES * net.flops * seen, memory=FLOAT_BYTES * floats)

    # -- training ------------------------------------------------------------------------------------------------

    def _learn(self, X: np.ndarray) -> Iterator[Event]:
        import torch

        from deepclust.losses.activity_norm import activity_norm
        from deepclust.losses.gar_affinity import gar_affinity
        from deepclust.losses.gar_balance import gar_balance
        from deepclust.losses.pseudo_supervision import pseudo_accuracy, pseudo_supervision
        from deepclust.nets.acol import pool_duplicates

        x = self._begin(X)
        size = self._batch_size(len(x))
        transform = self._transform(x)
        n_parents = transform.n_classes
        n_groups = n_parents if self.within_parents else 1  # eqs. (5), (6) are those of one group of all outputs
        optimiser = self._adam(self._net.parameters(), self.learning_rate, fused=self.device_.type == "cpu")
        noise = torch.Generator(self.device_).manual_seed(self._fit_seed)
        looks: dict[str, torch.Tensor] = {}
        state = {"net": self._net, "optimiser": optimiser, "generator": self._generator, "noise": noise, "looks": looks}
        every = -(-STEPS_BETWEEN // (self.n_passes(len(x), size) * max(1, round(len(x) / size))))
        yield from self._notes(x)

        @self._captured(optimiser, generators=(noise,))
        def step(rows: torch.Tensor) -> dict[str, torch.Tensor]:
            drawn = torch.randint(n_parents, rows.shape, generator=self._generator, device=self._generator.device)
            t = drawn.sort().values.to(rows.device)  # in random order as well, as the rows are
            shown = distorted(x[rows], self._generator) if self.views else x[rows]
            batch = transform(shown, t).contiguous(memory_format=self._layout(x))
            with self._products():
                z = self._net(batch, noise)[1].float()
            scores = pool_duplicates(z, n_parents)
            l_y = pseudo_supervision(scores, t)
            affinity, balance = gar_affinity(z, n_groups), gar_balance(z, n_groups)
            l_f = activity_norm(z)
            descend(  # eq. (13), or (9)
                optimiser, l_y + self.c_alpha * affinity + self.c_beta * (1 - balance) + self.c_F * l_f
            )
            told = (l_y, affinity, balance, l_f, pseudo_accuracy(scores, t))
            return dict(zip(TERMS, told, strict=True))

        (stage,) = self.plan()
        yield Stage(*stage, TERMS)
        for epoch in self._epochs(*stage, **state):
            if looks and looks["calm"] >= CALM_LOOKS:
                yield Note(
                    "info",
                    f"Training has ended after {epoch - 1} of {self.max_epochs} epochs: twice in a row, fewer than "
                    f"{self.tol:.1%} of {len(self._x[:LOOKED_AT]):,} samples had changed their cluster.",
                )
                break
            losses = Means()
            for rows in self._passes(len(x), size):
                losses.add(step(rows), len(rows))
            if self.tol and epoch % every == 0 and not self._told_to_stop:
                self._look(looks)
            yield from self._report(losses)

    def _look(self, looks: dict[str, torch.Tensor]) -> None:
        """Read the clusters of some samples as in the end; ``looks`` holds them, and in how many looks they hardly changed."""
        import torch

        from deepclust.metrics.external import acc

        rows = np.random.default_rng(0).permutation(snapshot_sample(len(self._x)))[:LOOKED_AT]
        space = reduced(np.hstack(list(self._views(self._x[rows]))))
        labels = self._read(space, STARTS_WHILE_LOOKING)[1]
        changed = 1 - acc(to_numpy(looks["labels"]), labels) if looks else 1.0
        n_calm = int(looks["calm"]) + 1 if looks and changed < self.tol else 0
        looks.update(labels=torch.from_numpy(labels), calm=torch.tensor(n_calm))

    def _notes(self, x: torch.Tensor) -> Iterator[Note]:
        """What was done to the pictures, and a warning where the pseudo-task can be solved without looking at them."""
        if x.ndim == 4 and self.feature_shape_[:2] != tuple(x.shape[2:]):
            height, width = self.feature_shape_[:2]
            margin = f", without {self.margin_} pixels at each edge, where they hardly differ" if self.margin_ else ""
            yield Note(
                "info", f"The network sees the pictures of {height} × {width} as {x.shape[2]} × {x.shape[3]}{margin}."
            )
        accuracy = self._probe(x)
        if is_shortcut(accuracy, len(self._members())):
            yield shortcut_warning(accuracy, self.scaling == "standard" and x.ndim == 4)

    def _probe(self, x: torch.Tensor) -> float:
        """Accuracy of a linear probe on the pseudo-task, on a fixed few of the samples."""
        few = self._few()
        shown = x[few].cpu().numpy()
        if shown.ndim == 4:
            shown = shown.transpose(0, 2, 3, 1)
        views = [apply_table(table(name, shown.shape[1:3]), shown) for name in self._members()]
        return probe_accuracy(np.stack(views).reshape(len(views), len(few), -1))

    # -- clusters ------------------------------------------------------------------------------------------------

    def _view(self, x: torch.Tensor) -> np.ndarray:
        """The space that k-means looks at, in full, of samples as they are given."""
        space = self._in_space(self._codes(x), self.space)
        return unit_rows(space) if self.unit_length else space

    def _views(self, x: torch.Tensor) -> Iterator[np.ndarray]:
        """That space of the samples as they are and, where wanted, under each of the other transformations."""
        yield self._view(x)
        for number in range(1, len(self._members()) if self.all_views else 1):
            yield self._view(self._transformed(x, number))

    def _snapshot(self, stage: str, epoch: int) -> Snapshot:
        sample = snapshot_sample(len(self._x))
        embedding = reduced(self._view(self._x[sample]))  # all views would take longer than the epoch
        labels = self._read(embedding, STARTS_WHILE_LOOKING)[1]
        return Snapshot(stage, epoch, sample, embedding, labels, self._graphs())

    def _join(self, places: np.ndarray) -> csr_array:
        """The graph (n, n) of the nearest places (n, d) of each sample, and, as heavy, of the nearest picture of distorted copies of it."""
        import torch

        k = self.n_clusters
        near = code_graph([torch.from_numpy(places).to(self.device_)], NEAREST, k)
        return near / NEAREST + SampleGraph(self._x, 1, k).through_views(LOOKS, self._fit_seed)

    def _read(
        self, space: np.ndarray, n_init: int, with_views: bool = False
    ) -> tuple[GraphCut | None, np.ndarray, np.ndarray]:
        """The cut of a space (n, d), if that is the last step, its clusters (n,) and their centres (k, d)."""
        from sklearn.metrics import pairwise_distances_argmin

        k, seed = min(self.n_clusters, len(space)), self._fit_seed
        if self.last_step != KMEANS:
            cut = cut_graph(space, k, seed, n_init, self._join if with_views else None, self.device_)
            labels = cut.assign(space)
            return cut, labels, group_means(space, labels, k)
        centers = kmeans_centers(space, k, seed, n_init, self.device_)
        return None, np.asarray(pairwise_distances_argmin(space, centers), np.int64), centers

    def _settle(self, X: np.ndarray) -> None:
        self.axes_, self.embedding_ = fit_axes(self._views(self._x))
        views = self.last_step == VIEWS and self._x.ndim == 4 and len(self._x) <= EXACT_UP_TO
        self.cut_, self.labels_, self.cluster_centers_ = self._read(self.embedding_, self.n_init, views)
        self._portray()

    def _assign(self, embedding: np.ndarray) -> np.ndarray:
        return super()._assign(embedding) if self.cut_ is None else self.cut_.assign(embedding)

    def regrouping(self, embedding: np.ndarray) -> Callable[[int], np.ndarray] | None:
        return None if self.cut_ is None else self.cut_.regrouping(embedding)

    @property
    def regrouping_name(self) -> str:
        return "the graph cut of the latent space" if self.last_step != KMEANS else super().regrouping_name

    def _embed(self, X: np.ndarray) -> np.ndarray:
        return self.axes_.place(self._views(self._tensor(X)))

    def fitted_state(self) -> dict[str, Any]:
        import torch

        cut = {} if self.cut_ is None else {name: getattr(self.cut_, name) for name in CUT}
        if self.cut_ is not None and self.cut_.graph is not None:
            cut |= {name: getattr(self.cut_.graph, name) for name in CUT_GRAPH}
        own = {"center": self.center_, **self.axes_._asdict(), **cut}
        return {**super().fitted_state(), **{n: torch.from_numpy(np.array(a)) for n, a in own.items()}}

    def load_fitted(self, state: Mapping[str, Any]) -> None:
        from scipy import sparse

        super().load_fitted(state)
        self.center_ = state["center"].numpy()
        self.axes_ = ViewAxes(*(state[name].numpy() for name in ViewAxes._fields))
        self.cut_ = None
        if all(name in state for name in CUT):
            spread, places, clusters = (state[name].numpy() for name in CUT)
            graph = None
            if all(name in state for name in CUT_GRAPH):
                parts = tuple(state[name].numpy() for name in CUT_GRAPH)
                graph = sparse.csr_array(parts, shape=(len(places), len(places)))
            self.cut_ = GraphCut(spread, places, clusters, graph)
