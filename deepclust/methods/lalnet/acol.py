"""What methods with an auto-clustering output layer share: how samples reach the network, and the spaces it makes.

Shapes: x (b, c, side, side) or (b, d) input, f (b, n_hidden) representation F, z (b, n_duplicates * n_parents) linear
outputs Z, of which output u belongs to transformation u mod n_parents.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from deepclust.compute import to_numpy
from deepclust.events import snapshot_sample
from deepclust.methods.base import hyperparameters as shared
from deepclust.methods.base.centers import group_means, kmeans_centers
from deepclust.methods.base.deep import DeepMethod
from deepclust.methods.lalnet.view_axes import reduced
from deepclust.metrics.lalnet.arrays import (
    GRAPH_PARENTS,
    GRAPH_ROWS,
    GRAPH_Z,
    SPACES,
    clusters_in,
    mean_of,
    means_by_cluster,
    means_by_transformation,
    weights_to,
)
from deepclust.params import param
from deepclust.transforms import AUTO, VECTOR, BatchTransform, kind_of, members_of, squared

if TYPE_CHECKING:
    import torch
    from torch import nn

EMPTY = 0.05  # share of the variance of all pixels
FEW = 500  # samples that the search for a shortcut looks at, and that the graphs of the paper's figure 6 show
STARTS_WHILE_TRAINING = 10
MOST_READ = 10_000  # samples that k-means looks at to compare the spaces


def empty_margin(X: np.ndarray, smallest: int) -> int:
    """How many pixels on each side of pictures (n, h, w) or (n, h, w, c) may go: together they hold next to none of the variance.

    At least ``smallest`` pixels are left of each side.
    """
    variance = X.var(axis=0, dtype=np.float64).reshape(*X.shape[1:3], -1).sum(axis=2)
    most = max(0, (min(X.shape[1:3]) - smallest) // 2)
    kept = [variance[m : len(variance) - m, m : variance.shape[1] - m].sum() for m in range(most + 1)]
    return int(np.sum(np.array(kept) >= (1 - EMPTY) * kept[0])) - 1 if kept[0] > 0 else 0


def working_side(feature_shape: tuple[int, ...], smallest: int, largest: int) -> int:
    """Side of the square that the network sees: that of the picture's longer side, brought into the limits."""
    return int(np.clip(max(feature_shape[:2]), smallest, max(smallest, largest)))


class AcolMethod(DeepMethod):
    """Base of methods that learn to tell transformations apart with duplicated outputs (Kilinc & Uysal 2017a)."""

    transforms: str = param(
        AUTO,
        "Transformations",
        help="What the network learns to tell apart, which decides the clusters it finds. Pictures: D4 (all turns and "
        "mirrorings), D2 (those of a rectangle), rotations, half-turn, quarter-turn, scale-8, shear-8, translate-8, permute-8. Vectors: signs-8, "
        "permute-8. Or your own, such as T1+T3+invert. auto: D4 for square pictures, D2 for others, signs-8 for vectors.",
    )
    n_channels: int = shared.n_channels(16, "Width of the first two convolutions; the other two have twice as many.")
    n_hidden: int = shared.n_hidden(
        1024, "Units of the representation that is clustered; fewer than 1024 find worse clusters.", "Width of F"
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

    trim: bool = param(
        True,
        "Cut off empty edges",
        help="Leave out pixels at the edges of pictures in which hardly any differ (a twentieth of the variance): training is faster. "
        "The paper keeps them.",
        group="Network",
        advanced=True,
    )

    def activations(self, X: Any, space: str = "F") -> np.ndarray:
        """F (n, n_hidden), Z or softmax(Z) (n, n_duplicates * n_transforms) of untransformed samples, in full."""
        from sklearn.utils.validation import check_is_fitted

        check_is_fitted(self, "cluster_centers_")
        if space not in SPACES:
            raise ValueError(f"There is no space {space!r}. Choose one of: {', '.join(SPACES)}.")
        f = self._codes(self._tensor(self._scale(self._check_input(X, reset=False))))
        return self._in_space(f, space)

    def cluster_scores(self) -> None:
        """None: they are those of all transformations of a sample."""

    def _prepare(self, checkpoint: Mapping[str, Any] | None) -> None:
        members_of(self.transforms, self.feature_shape_)  # an unknown set is refused before all else
        super()._prepare(checkpoint)

    def load_fitted(self, state: Mapping[str, Any]) -> None:
        n_transforms = len(state["net"]["head.weight"]) // self.n_duplicates
        shape = state["feature_shape"]
        if self.transforms == AUTO and n_transforms != len(members_of(AUTO, shape)):
            self.transforms = (
                "D4"  # what auto was for all pictures before those that are not square had a set of their own
            )
        self.margin_ = int(state.get("margin", 0))
        super().load_fitted(state)

    def fitted_state(self) -> dict[str, Any]:
        import torch

        return {**super().fitted_state(), "margin": torch.tensor(self.margin_)}

    # -- what the network sees -----------------------------------------------------------------------------------

    def _members(self) -> tuple[str, ...]:
        return members_of(self.transforms, self.feature_shape_)

    def _transform(self, x: torch.Tensor) -> BatchTransform:
        return BatchTransform(self._members(), tuple(x.shape[2:] or x.shape[1:]), self.device_)

    def _transformed(self, x: torch.Tensor, number: int) -> torch.Tensor:
        """All samples under the transformation of that number."""
        return self._transform(x).by_one(x, number)

    def _working_shape(self, feature_shape: tuple[int, ...]) -> tuple[int, ...]:
        """Shape of what the network sees: vectors as they are, pictures square and neither small nor large."""
        if kind_of(feature_shape) == VECTOR:
            return feature_shape
        side = self._side(feature_shape)
        return (side, side, *feature_shape[2:])

    def _side(self, feature_shape: tuple[int, ...]) -> int:
        """Side of the square that the network sees of pictures of a shape, without the margin that a fit has found."""
        margin = getattr(self, "margin_", 0)
        return working_side(tuple(s - 2 * margin for s in feature_shape[:2]), self.min_side, self.max_side)

    def _check_input(self, X: Any, *, reset: bool) -> np.ndarray:
        checked: np.ndarray = super()._check_input(X, reset=reset)
        if reset:
            self.margin_ = empty_margin(checked, self.min_side) if self.trim and checked.ndim > 2 else 0
        return checked

    def _begin(self, X: np.ndarray) -> torch.Tensor:
        """The data on the device. Vectors are centred: their mean would give the transformation away."""
        self.center_ = X.mean(axis=0) if X.ndim == 2 else np.zeros((), np.float32)
        self._x = self._tensor(X)
        return self._x

    def _tensor(self, X: np.ndarray) -> torch.Tensor:
        from torch.nn import functional

        if X.ndim == 2:
            return super()._tensor(X - self.center_)
        height, width = (s - self.margin_ for s in X.shape[1:3])
        x = super()._tensor(squared(X[:, self.margin_ : height, self.margin_ : width]))
        side = self._side(X.shape[1:])
        if side > x.shape[2]:
            return functional.interpolate(x, size=(side, side), mode="bilinear", align_corners=False)
        return functional.adaptive_avg_pool2d(x, side) if side < x.shape[2] else x

    def _layout(self, x: torch.Tensor) -> torch.memory_format:
        """How batches lie in memory: channels last, on which convolutions are faster."""
        import torch

        return torch.channels_last if x.ndim == 4 else torch.contiguous_format

    # -- the network and what it makes of them -------------------------------------------------------------------

    def _build(self, feature_shape: tuple[int, ...]) -> nn.Module:
        import torch

        from deepclust.nets.acol import acol_net

        working = self._working_shape(feature_shape)
        net: Any = acol_net(working, self.n_channels, self.n_hidden, len(self._members()), self.n_duplicates)
        laid_out: nn.Module = net.to(memory_format=torch.channels_last)
        return laid_out

    def _encode(self, x: torch.Tensor) -> torch.Tensor:
        f: torch.Tensor = self._net(x.contiguous(memory_format=self._layout(x)))[0]
        return f

    def _in_space(self, f: np.ndarray, space: str) -> np.ndarray:
        """F itself, or Z or softmax(Z) that the network makes of it."""
        import torch

        if space == "F":
            return f
        with torch.no_grad():
            z = self._net.head(torch.from_numpy(f).to(self.device_))
        return to_numpy(z if space == "Z" else z.softmax(dim=1))

    # -- what the paper shows of it ------------------------------------------------------------------------------

    def _few(self) -> np.ndarray:
        """Rows int64 of a fixed few of the samples that snapshots show, in random order."""
        return np.random.default_rng(0).permutation(snapshot_sample(len(self._x)))[:FEW]

    def _kmeans(self, seen: np.ndarray, space: np.ndarray) -> np.ndarray:
        """Clusters int64 (n,) of the rows of a space (n, d), from k-means with a few starts on the rows seen (m, d)."""
        from sklearn.metrics import pairwise_distances_argmin

        k = min(self.n_clusters, len(seen))
        centers = kmeans_centers(seen, k, self._fit_seed, STARTS_WHILE_TRAINING)
        return np.asarray(pairwise_distances_argmin(space, centers), np.int64)

    def _graphs(self) -> dict[str, np.ndarray]:
        """Z float16 (m, n_outputs) of a few rows int32 (m,), half of them under the first transformation and half under
        the second (parents int8 (m,)): what the graphs of figure 6 are made of."""
        import torch

        few = self._few()
        n_second = len(few) // 2
        parents = np.repeat([0, 1], [len(few) - n_second, n_second])
        shown = self._transform(self._x)(self._x[few], torch.from_numpy(parents).to(self.device_))
        z = self._in_space(self._codes(shown), "Z")
        greatest = float(np.finfo(np.float16).max)
        return {
            GRAPH_ROWS: few.astype(np.int32),
            GRAPH_PARENTS: parents.astype(np.int8),
            GRAPH_Z: np.clip(z, -greatest, greatest).astype(np.float16),
        }

    def _portray(self) -> None:
        """F, Z and softmax(Z) of the samples as they are (figures 4 and 5): each reduced, its k-means clusters, the
        means of its dimensions over all samples, clusters and transformations, and the norms of the weights to it."""
        f = self._codes(self._x)
        rows = np.random.default_rng(0).permutation(len(f))[:MOST_READ]
        sample = self._x[snapshot_sample(len(f))]
        turned = [self._codes(self._transformed(sample, number)) for number in range(len(self._members()))]
        self._own_spaces: dict[str, np.ndarray] = {}
        self._own_extras: dict[str, np.ndarray] = {}
        for name in SPACES:
            space = self._in_space(f, name)
            self._own_spaces[name] = small = reduced(space)
            self._own_extras |= {
                clusters_in(name): self._kmeans(small[rows], small).astype(np.int16),
                mean_of(name): space.mean(axis=0),
                means_by_cluster(name): group_means(space, self.labels_, self.n_clusters),
                means_by_transformation(name): np.stack([self._in_space(g, name).mean(axis=0) for g in turned]),
            }
        for name, layer in (("F", self._net.hidden), ("Z", self._net.head)):
            self._own_extras[weights_to(name)] = to_numpy(layer.weight.norm(dim=1))

    def _spaces(self) -> dict[str, np.ndarray]:
        return self._own_spaces

    def _extras(self) -> dict[str, np.ndarray]:
        return self._own_extras
