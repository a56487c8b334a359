"""LALNet: learn which transformation each sample went through, with spare outputs that divide the samples among them.

Shapes: x (b, c, side, side) or (b, d) input, f (b, n_hidden) representation F, z (b, n_duplicates * n_parents) linear
outputs Z, t (b,) pseudo parent-class = number of the transformation, B = max(0, Z).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from deepclust.compute import to_numpy
from deepclust.events import Event, Note, Snapshot, Stage, snapshot_sample
from deepclust.methods._base import Cost
from deepclust.methods._deep import DeepMethod, Means, descend, kmeans_centers
from deepclust.methods._shortcut import is_shortcut, probe_accuracy
from deepclust.nets.sizes import acol_size
from deepclust.params import param
from deepclust.projections.pca import principal_axes
from deepclust.transforms import (
    AUTO,
    VECTOR,
    BatchTransform,
    apply_table,
    kind_of,
    members_of,
    squared,
    table,
)

if TYPE_CHECKING:
    import torch
    from torch import nn

SPACES = ("F", "Z", "softmax(Z)")
AXES = 64  # principal components of a space that are kept: k-means on more finds the same clusters
FLOAT_BYTES = 4
PASSES = 3  # forward, and about twice as much backward
SMALLEST_BATCH = 64
STEPS_PER_PASS = 4  # at least, where the data set is large enough for it
PROBED = 500  # samples that the search for a shortcut looks at
STARTS_WHILE_TRAINING = 10
OWN_STATE = (
    "center",
    "view_mean",
    "view_axes",
    "space_mean",
    "space_axes",
)  # what placing new samples needs besides the network

TERMS = {
    "pseudo-supervision": "cross-entropy of telling the transformations apart (falls)",
    "affinity": "how often two duplicates answer to the same sample (falls to 0)",
    "balance": "how evenly the duplicates are used (rises to 1)",
    "activity": "sum of squares of the outputs Z, as for a batch of 400",
    "accuracy": "share of samples whose transformation is told rightly (rises)",
}


def working_side(feature_shape: tuple[int, ...], smallest: int, largest: int) -> int:
    """Side of the square that the network sees: that of the picture's longer side, brought into the limits."""
    return int(np.clip(max(feature_shape[:2]), smallest, max(smallest, largest)))


def unit_rows(space: np.ndarray) -> np.ndarray:
    """Rows of a space (n, d) scaled to length 1; a row of zeros stays one."""
    return np.asarray(space / np.maximum(np.linalg.norm(space, axis=1, keepdims=True), 1e-12), np.float32)


class LALNet(DeepMethod):
    """Kilinc & Uysal 2018: pseudo-supervision, ACOL, and the modified GAR terms of eqs. (10) to (13).

    ``embedding_`` holds the first 64 principal components of what ``space``, ``unit_length`` and ``all_views`` choose
    (F alone is 1024 to 2048 wide; k-means finds the same clusters in either). Its axes are those of the fitted data,
    and place new samples too. `activations` gives F, Z or softmax(Z) in full. Vectors are centred before they are
    transformed.
    """

    title = "LALNet"
    summary = (
        "Learns to tell how a sample was turned or mirrored, and on the way which kinds of samples there are."
    )
    reference = "Kilinc, Uysal 2018, arXiv:1802.03063"
    equations = (
        r"\min \; L(Y, t) + c_\alpha \alpha(B) + c_\beta (1 - \beta(B)) + c_F \lVert Z \rVert^2,"
        r" \quad B = \max(0, Z), \quad N^{(p)} = B_p^T B_p",
        r"\alpha(B) = \frac{1}{n_p} \sum_p \frac{\sum_{i \neq j} N^{(p)}_{ij}}"
        r"{(k_s - 1) \sum_i N^{(p)}_{ii}}, \qquad"
        r" \beta(B) = \frac{1}{n_p} \sum_p \frac{\sum_{i \neq j} N^{(p)}_{ii} N^{(p)}_{jj}}"
        r"{(k_s - 1) \sum_i (N^{(p)}_{ii})^2}",
    )
    presets = {
        "quick": {
            "max_epochs": 90,
            "steps_per_epoch": 45,
            "n_channels": 16,
            "n_hidden": 1024,
            "batch_size": 200,
            "c_alpha": 1.0,
        },
        "paper": {
            "max_epochs": 400,
            "steps_per_epoch": 1,
            "n_channels": 32,
            "n_hidden": 2048,
            "batch_size": 400,
            "c_alpha": 0.1,
            "unit_length": False,
            "all_views": False,
            "n_init": 10,
        },
    }
    rank = 12

    transforms: str = param(
        AUTO,
        "Transformations",
        help="What the network learns to tell apart, which decides the clusters it finds. Pictures: D4 (all turns and "
        "mirrorings), rotations, half-turn, quarter-turn, scale-8, shear-8, translate-8, permute-8. Vectors: signs-8, "
        "permute-8. Or your own, such as T1+T3+invert. auto: D4 for pictures, signs-8 for vectors.",
    )
    max_epochs: int = param(
        100, "Epochs", help="How often the network sees all data.", min=0, max=10_000, group="Training"
    )
    steps_per_epoch: int = param(
        1,
        "Steps per epoch",
        help="An epoch goes through a small data set several times, until it has made this many steps.",
        min=1,
        max=10_000,
        group="Training",
        advanced=True,
    )
    batch_size: int = param(
        200,
        "Batch size",
        help="Samples looked at together in one step; a small data set is cut into smaller batches.",
        min=4,
        max=65_536,
        log=True,
        group="Training",
        advanced=True,
    )
    learning_rate: float = param(
        1e-3,
        "Learning rate",
        help="How large a step the network takes. Too large, and the losses jump about.",
        min=1e-6,
        max=1.0,
        log=True,
        group="Training",
        advanced=True,
    )
    n_channels: int = param(
        16,
        "Channels",
        help="Width of the first two convolutions; the other two have twice as many.",
        min=1,
        max=512,
        group="Network",
        advanced=True,
    )
    n_hidden: int = param(
        1024,
        "Width of F",
        help="Units of the representation that is clustered; fewer than 1024 find worse clusters.",
        min=1,
        max=8192,
        group="Network",
        advanced=True,
    )
    n_duplicates: int = param(
        20,
        "Duplicates",
        help="Outputs for each transformation, among which its samples are divided; more than there are clusters.",
        min=1,
        max=200,
        group="Network",
        advanced=True,
    )
    min_side: int = param(
        16,
        "Smallest side",
        help="Smaller pictures are enlarged to this many pixels: at 8 x 8 nothing is learned.",
        min=4,
        max=512,
        group="Network",
        advanced=True,
    )
    max_side: int = param(
        32,
        "Largest side",
        help="Larger pictures are shrunk to this many pixels.",
        min=4,
        max=512,
        group="Network",
        advanced=True,
    )
    c_alpha: float = param(
        0.1,
        "Weight of affinity",
        help="How much it counts that each sample has a duplicate of its own; 1 gets there in fewer steps.",
        min=0.0,
        max=100.0,
        group="Weights",
        advanced=True,
    )
    c_beta: float = param(
        1.0,
        "Weight of balance",
        help="How much it counts that all duplicates are used; at 0 they may collapse into one.",
        min=0.0,
        max=100.0,
        group="Weights",
        advanced=True,
    )
    c_F: float = param(  # noqa: N815
        1e-6,
        "Weight of activity",
        help="How much large outputs cost; the same at any batch size.",
        min=0.0,
        max=1.0,
        group="Weights",
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
    n_init: int = param(
        30,
        "Starts",
        help="How many random starts k-means gets; the tightest clustering is kept. With few it may get stuck.",
        min=1,
        max=200,
        group="Clustering",
        advanced=True,
    )

    def plan(self) -> tuple[tuple[str, int], ...]:
        return (("Pseudo-supervision", self.max_epochs),)

    def cost(self, n_samples: int, feature_shape: tuple[int, ...]) -> Cost:
        """Operations of all passes over the data, and bytes: data, F, four copies of the weights, one batch."""
        working = self._working_shape(feature_shape)
        try:
            n_transforms = len(members_of(self.transforms, kind_of(feature_shape)))
        except ValueError:
            n_transforms = (
                8  # a set that cannot be is refused when the fit begins, in words; here is only an estimate
            )
        n_outputs = self.n_duplicates * n_transforms
        net = acol_size(working, self.n_channels, self.n_hidden, n_outputs)
        batch = self._batch_size(n_samples)
        seen = n_samples * self._n_passes(n_samples) * self.max_epochs
        data = n_samples * (2 * float(np.prod(feature_shape)) + float(np.prod(working)) + 2 * self.n_hidden)
        floats = data + 4 * net.n_parameters + 2 * batch * net.activations
        return Cost(flops=PASSES * net.flops * seen, memory=FLOAT_BYTES * floats)

    def activations(self, X: Any, space: str = "F") -> np.ndarray:
        """F (n, n_hidden), Z or softmax(Z) (n, n_duplicates * n_transforms) of untransformed samples, in full."""
        from sklearn.utils.validation import check_is_fitted

        check_is_fitted(self, "cluster_centers_")
        if space not in SPACES:
            raise ValueError(f"There is no space {space!r}. Choose one of: {', '.join(SPACES)}.")
        f = self._codes(self._tensor(self._scale(self._check_input(X, reset=False))))
        return self._in_space(f, space)

    # -- training ------------------------------------------------------------------------------------------------

    def _prepare(self, checkpoint: Mapping[str, Any] | None) -> None:
        members_of(self.transforms, kind_of(self.feature_shape_))  # an unknown set is refused before all else
        super()._prepare(checkpoint)

    def _learn(self, X: np.ndarray) -> Iterator[Event]:
        import torch

        from deepclust.losses.activity_norm import activity_norm
        from deepclust.losses.gar_affinity import gar_affinity
        from deepclust.losses.gar_balance import gar_balance
        from deepclust.losses.pseudo_supervision import pseudo_accuracy, pseudo_supervision
        from deepclust.nets.acol import pool_duplicates

        self.center_ = X.mean(axis=0) if X.ndim == 2 else np.zeros((), np.float32)
        x = self._x = self._tensor(X)
        size = self._batch_size(len(x))
        transform = self._transform(x)
        n_parents = transform.n_classes
        optimiser = torch.optim.Adam(
            self._net.parameters(), lr=self.learning_rate, fused=self._device.type in ("cpu", "cuda")
        )
        noise = torch.Generator(self._device).manual_seed(self._fit_seed)
        state = {"net": self._net, "optimiser": optimiser, "generator": self._generator, "noise": noise}
        yield from self._notes(x)
        (stage,) = self.plan()
        yield Stage(*stage, TERMS)
        for _ in self._epochs(*stage, **state):
            losses = Means()
            for rows in self._passes(len(x), size):
                counts = torch.randint(n_parents, (len(rows),), generator=self._generator).bincount(
                    minlength=n_parents
                )
                # rows come in random order: the first to get one transformation, the next another, is as random
                batch = transform(x[rows], counts.tolist()).contiguous(memory_format=self._layout(x))
                t = torch.arange(n_parents).repeat_interleave(counts).to(self._device)
                _, z = self._net(batch, noise)
                scores = pool_duplicates(z, n_parents)
                l_y = pseudo_supervision(scores, t)
                affinity, balance = gar_affinity(z, n_parents), gar_balance(z, n_parents)
                l_f = activity_norm(z)
                descend(  # eq. (13)
                    optimiser, l_y + self.c_alpha * affinity + self.c_beta * (1 - balance) + self.c_F * l_f
                )
                told = (l_y, affinity, balance, l_f, pseudo_accuracy(scores, t))
                losses.add(dict(zip(TERMS, told, strict=True)), len(rows))
            yield from self._report(losses)

    def _passes(self, n_samples: int, size: int) -> Iterator[torch.Tensor]:
        """Shuffled rows in batches, through all samples as often as an epoch of `steps_per_epoch` asks for."""
        for _ in range(self._n_passes(n_samples)):
            if not self._told_to_stop:
                yield from self._batches(n_samples, size)

    def _n_passes(self, n_samples: int) -> int:
        n_steps = max(1, int(n_samples / self._batch_size(n_samples) + 0.5))
        return -(-self.steps_per_epoch // n_steps)

    def _batch_size(self, n_samples: int) -> int:
        return min(self.batch_size, max(SMALLEST_BATCH, n_samples // STEPS_PER_PASS))

    def _notes(self, x: torch.Tensor) -> Iterator[Note]:
        """What was done to the pictures, and a warning where the pseudo-task can be solved without looking at them."""
        if x.ndim == 4 and self.feature_shape_[:2] != tuple(x.shape[2:]):
            height, width = self.feature_shape_[:2]
            yield Note(
                "info", f"The network sees the pictures of {height} × {width} as {x.shape[2]} × {x.shape[3]}."
            )
        accuracy = self._probe(x)
        if is_shortcut(accuracy, len(self._members())):
            reason = (
                "scaling='standard' leaves one: it subtracts each pixel's own mean. Choose the scaling 'range'."
                if self.scaling == "standard" and x.ndim == 4
                else "Look for what all samples share (a frame, a stamp, a subtracted mean) and remove it, or choose "
                "other transformations."
            )
            yield Note(
                "warning",
                f"A linear probe tells the transformations apart in {accuracy:.0%} of cases. So a fixed pattern gives "
                "them away, the network need not look at what the samples are, and the clusters may mean nothing. "
                + reason,
            )

    def _probe(self, x: torch.Tensor) -> float:
        """Accuracy of a linear probe on the pseudo-task, on a fixed few of the samples."""
        sample = snapshot_sample(len(x))
        few = np.random.default_rng(0).permutation(sample)[:PROBED]
        shown = x[few].cpu().numpy()
        if shown.ndim == 4:
            shown = shown.transpose(0, 2, 3, 1)
        views = [apply_table(table(name, shown.shape[1:3]), shown) for name in self._members()]
        return probe_accuracy(np.stack(views).reshape(len(views), len(few), -1))

    # -- network and spaces --------------------------------------------------------------------------------------

    def _members(self) -> tuple[str, ...]:
        return members_of(self.transforms, kind_of(self.feature_shape_))

    def _transform(self, x: torch.Tensor) -> BatchTransform:
        return BatchTransform(self._members(), tuple(x.shape[2:] or x.shape[1:]), self._device)

    def _working_shape(self, feature_shape: tuple[int, ...]) -> tuple[int, ...]:
        """Shape of what the network sees: vectors as they are, pictures square and neither small nor large."""
        if kind_of(feature_shape) == VECTOR:
            return feature_shape
        side = working_side(feature_shape, self.min_side, self.max_side)
        return (side, side, *feature_shape[2:])

    def _build(self, feature_shape: tuple[int, ...]) -> nn.Module:
        import torch

        from deepclust.nets.acol import acol_net

        working = self._working_shape(feature_shape)
        net: Any = acol_net(working, self.n_channels, self.n_hidden, len(self._members()), self.n_duplicates)
        laid_out: nn.Module = net.to(memory_format=torch.channels_last)
        return laid_out

    def _tensor(self, X: np.ndarray) -> torch.Tensor:
        from torch.nn import functional

        if X.ndim == 2:
            return super()._tensor(X - self.center_)
        x = super()._tensor(squared(X))
        side = working_side(X.shape[1:3], self.min_side, self.max_side)
        if side > x.shape[2]:
            return functional.interpolate(x, size=(side, side), mode="bilinear", align_corners=False)
        return functional.adaptive_avg_pool2d(x, side) if side < x.shape[2] else x

    def _layout(self, x: torch.Tensor) -> torch.memory_format:
        """How batches lie in memory: channels last, on which convolutions are faster."""
        import torch

        return torch.channels_last if x.ndim == 4 else torch.contiguous_format

    def _encode(self, x: torch.Tensor) -> torch.Tensor:
        f: torch.Tensor = self._net(x.contiguous(memory_format=self._layout(x)))[0]
        return f

    def _in_space(self, f: np.ndarray, space: str) -> np.ndarray:
        """F itself, or Z or softmax(Z) that the network makes of it."""
        import torch

        if space == "F":
            return f
        with torch.no_grad():
            z = self._net.head(torch.from_numpy(f).to(self._device))
        return to_numpy(z if space == "Z" else z.softmax(dim=1))

    def _view(self, x: torch.Tensor) -> np.ndarray:
        """The space that k-means looks at, in full, of samples as they are given."""
        space = self._in_space(self._codes(x), self.space)
        return unit_rows(space) if self.unit_length else space

    def _views(self, x: torch.Tensor) -> Iterator[np.ndarray]:
        """That space of the samples as they are and, where wanted, under each of the other transformations."""
        yield self._view(x)
        transform = self._transform(x)
        for number in range(1, transform.n_classes if self.all_views else 1):
            yield self._view(transform(x, [len(x) * (i == number) for i in range(transform.n_classes)]))

    def _reduced(self, x: torch.Tensor) -> np.ndarray:
        """Principal components of each view side by side, then of all together."""
        stages = zip(self._views(x), self.view_mean_, self.view_axes_, strict=True)
        side_by_side = np.hstack([(view - mean) @ axes for view, mean, axes in stages])
        return np.asarray((side_by_side - self.space_mean_) @ self.space_axes_, np.float32)

    # -- clusters ------------------------------------------------------------------------------------------------

    def _snapshot(self, stage: str, epoch: int) -> Snapshot:
        sample = snapshot_sample(len(self._x))
        space = self._view(self._x[sample])  # all views would take longer than the epoch
        mean, axes = principal_axes(space, AXES)
        embedding = np.asarray((space - mean) @ axes, np.float32)
        return Snapshot(stage, epoch, sample, embedding, self._provisional_labels(embedding))

    def _provisional_labels(self, embedding: np.ndarray) -> np.ndarray:
        from sklearn.metrics import pairwise_distances_argmin

        k = min(self.n_clusters, len(embedding))
        centers = kmeans_centers(embedding, k, self._fit_seed, STARTS_WHILE_TRAINING)
        return np.asarray(pairwise_distances_argmin(embedding, centers), np.int64)

    def _settle(self, X: np.ndarray) -> None:
        means, axes, parts = [], [], []
        for view in self._views(self._x):
            mean, directions = principal_axes(view, AXES)
            means.append(mean)
            axes.append(directions)
            parts.append((view - mean) @ directions)
        self.view_mean_, self.view_axes_ = np.stack(means), np.stack(axes)
        side_by_side = np.hstack(parts)
        self.space_mean_, self.space_axes_ = principal_axes(side_by_side, AXES)
        self.embedding_ = np.asarray((side_by_side - self.space_mean_) @ self.space_axes_, np.float32)
        self.cluster_centers_ = kmeans_centers(self.embedding_, self.n_clusters, self._fit_seed, self.n_init)
        self.labels_ = self._assign(self.embedding_)

    def _embed(self, X: np.ndarray) -> np.ndarray:
        return self._reduced(self._tensor(X))

    def fitted_state(self) -> dict[str, Any]:
        import torch

        own = {name: torch.from_numpy(np.array(getattr(self, f"{name}_"))) for name in OWN_STATE}
        return {**super().fitted_state(), **own}

    def load_fitted(self, state: Mapping[str, Any]) -> None:
        super().load_fitted(state)
        for name in OWN_STATE:
            setattr(self, f"{name}_", state[name].numpy())
