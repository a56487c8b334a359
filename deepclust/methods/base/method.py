"""What every clustering method is: a scikit-learn estimator, declared as a dataclass, that learns as a generator."""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from sklearn.base import BaseEstimator, ClusterMixin, TransformerMixin
from sklearn.utils import Tags, check_random_state
from sklearn.utils.validation import check_array, check_is_fitted, validate_data

from deepclust.data.dataset import check_size
from deepclust.events import Event, Note
from deepclust.metrics.collapse import collapse_warning
from deepclust.params import check_params, param
from deepclust.results import BY_KMEANS, ClusterResult
from deepclust.spaces import Space

SCALINGS = ("range", "standard", "sample", "none")
CLASSICAL = "Classical"
AUTOENCODER = "Autoencoder"
GRAPH = "Graph and spectral"
INFORMATION = "Mutual information"
PSEUDO = "Pseudo-supervision"
FAMILIES = (CLASSICAL, AUTOENCODER, GRAPH, INFORMATION, PSEUDO)  # in the order of the page


def scaling_of(X: np.ndarray, scaling: str) -> tuple[np.ndarray, np.ndarray]:
    """Offset and divisor that ``(X - offset) / divisor`` needs: () for "range" and "none", (d,) for "standard".

    "range" brings all values together into 0..1 (pictures, embeddings), "standard" gives every feature mean 0 and
    variance 1 (tables with features of different units). A constant feature is divided by 1. "sample" takes nothing from
    the data as a whole (`each_standardised`).
    """
    if scaling == "range":
        offset, divisor = X.min(), X.max() - X.min()
    elif scaling == "standard":
        offset, divisor = X.mean(axis=0), X.std(axis=0)
    else:
        offset, divisor = np.float32(0), np.float32(1)
    return np.asarray(offset, np.float32), np.where(divisor == 0, 1, divisor).astype(np.float32)


def each_standardised(X: np.ndarray) -> np.ndarray:
    """Every sample of X (n, ...) to mean 0 and variance 1 over all its own values; one of equal values to zeros."""
    axes = tuple(range(1, X.ndim))
    centred = X - X.mean(axis=axes, keepdims=True, dtype=np.float64)
    spread = centred.std(axis=axes, keepdims=True)
    return np.asarray(centred / np.where(spread == 0, 1, spread), np.float32)


def check_distinct(X: np.ndarray, n_clusters: int) -> None:
    """ValueError when X (n, ...) has fewer different samples than ``n_clusters``, or when all of them are the same."""
    needed = min(max(2, n_clusters), len(X))
    seen: set[bytes] = set()
    for sample in X:
        seen.add(sample.tobytes())
        if len(seen) >= needed:
            return
    if len(seen) == 1:
        raise ValueError(
            f"All {len(X)} samples are the same (every feature is constant), so there is nothing to tell clusters apart "
            "by. Give data that vary."
        )
    raise ValueError(
        f"Only {len(seen)} of the {len(X)} samples are different from each other, which is fewer than "
        f"n_clusters={n_clusters}. Ask for at most {len(seen)} clusters, or give more data."
    )


@dataclass(frozen=True)
class Cost:
    """What a fit will roughly take: floating-point operations, and bytes of memory while training.

    width: features of its embedding, where they are so many that what comes after training counts.
    """

    flops: float
    memory: float
    width: int = 0


@dataclass(eq=False, repr=False)
class Method(ClusterMixin, TransformerMixin, BaseEstimator):
    """Base of all methods. A subclass gives `_learn` (training), `_embed` (data to latent space) and its facts.

    ``fit_events`` is the truth and ``fit`` drains it. Fitted: labels_ int64 (n,), embedding_ float32
    (n, n_components), cluster_centers_ float32 (k, n_components), spectral_embedding_ (n, m) or None,
    n_features_in_, feature_shape_, n_iter_ (epochs, or iterations where there are none). ``y`` is never used.
    """

    title: ClassVar[str] = ""
    summary: ClassVar[str] = ""
    reference: ClassVar[str] = ""
    family: ClassVar[str] = CLASSICAL  # one of `FAMILIES`: what its clusters come from
    good_for: ClassVar[str] = ""  # when to choose it, in a few words
    headline: ClassVar[str] = ""  # the figure that its paper is known for, and what we measured beside it
    reported_as: ClassVar[tuple[str, ...]] = ()  # what tables of papers call it, beside its title
    caution: ClassVar[str] = ""  # what must not be read from its clusters or its latent space
    equations: ClassVar[tuple[str, ...]] = ()
    needs: ClassVar[frozenset[str]] = frozenset()
    presets: ClassVar[Mapping[str, Mapping[str, Any]]] = {}
    rank: ClassVar[int] = 50
    min_samples: ClassVar[int] = 1
    ladder: ClassVar[Mapping[str, Mapping[str, Any]]] = {}  # rungs of an ablation: name -> what differs
    #: Rungs of the ladder that are another way: none has to be above them.
    beside_ladder: ClassVar[frozenset[str]] = frozenset()
    sensitivity: ClassVar[Mapping[str, tuple[Any, ...]]] = {}  # values to try of one or two hyper-parameters
    #: What one round of a stage is called. Rounds that are no epochs do not build on each other.
    round_name: ClassVar[str] = "epoch"
    #: Spaces that n_clusters has not shaped, in which k can be chosen, best first.
    spaces_without_k: ClassVar[tuple[Space, ...]] = ()
    #: Attributes that hold further arrays which new samples are placed by.
    own_state: ClassVar[tuple[str, ...]] = ()

    n_clusters: int = param(10, "Clusters", help="How many groups to sort the data into.", min=1, max=1000)
    scaling: str = param(
        "range",
        "Scaling",
        help="range: all values together into 0..1 (pictures, embeddings). standard: every feature to mean 0 and "
        "variance 1 (tables whose columns have different units). sample: every sample to mean 0 and variance 1 of its own "
        "(photographs under different light). none: as they are.",
        choices=SCALINGS,
        group="Data",
        advanced=True,
    )
    random_state: int | None = param(
        0, "Seed", help="The same seed gives the same clusters again.", min=0, max=2**31 - 1, group="Run"
    )
    device: str = param("auto", "Device", help="Where to compute; auto takes a GPU where there is one.", group="Run")

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        dataclass(eq=False, repr=False)(cls)

    # -- what a subclass gives -----------------------------------------------------------------------------------

    def _learn(self, X: np.ndarray) -> Iterator[Event]:
        """Train on scaled data X (n, *feature_shape), yielding events."""
        raise TypeError(f"{type(self).__name__} must define _learn")

    def _embed(self, X: np.ndarray) -> np.ndarray:
        """Latent space float32 (n, n_components) of scaled data (n, *feature_shape)."""
        raise TypeError(f"{type(self).__name__} must define _embed")

    def _settle(self, X: np.ndarray) -> None:
        """Set embedding_, cluster_centers_ and labels_ from what has been learned so far on scaled data X."""
        raise TypeError(f"{type(self).__name__} must define _settle")

    def _assign(self, embedding: np.ndarray) -> np.ndarray:
        """Cluster of each row of the latent space: the nearest centre."""
        from sklearn.metrics import pairwise_distances_argmin

        return np.asarray(pairwise_distances_argmin(embedding, self.cluster_centers_), np.int64)

    def regrouping(self, embedding: np.ndarray) -> Callable[[int], np.ndarray] | None:
        """How the latent space (n, d) of the fitted samples is sorted into another number of clusters, for the k slider.

        A function of k that gives labels int64 (n,); None: by k-means, as the k slider does by itself.
        """
        return None

    @property
    def regrouping_name(self) -> str:
        """What `regrouping` does, in words."""
        return BY_KMEANS

    def _spaces(self) -> dict[str, np.ndarray]:
        """Further spaces float32 (n, d) of the fitted data by name, to be mapped beside the one that is clustered."""
        return {}

    def _extras(self) -> dict[str, np.ndarray]:
        """Other arrays of any shape by name that a page shows of this method."""
        return {}

    def cost(self, n_samples: int, feature_shape: tuple[int, ...]) -> Cost:
        """A rule of thumb for what a fit takes, without running anything."""
        size = float(n_samples * np.prod(feature_shape))
        return Cost(flops=2 * 100 * self.n_clusters * size, memory=3 * 4 * size)

    @property
    def embedding_name(self) -> str:
        """What the space that is clustered is called on the map."""
        return "Latent space"

    @property
    def n_left(self) -> int:
        """How many clusters a fit has: ``n_clusters``, or fewer where a method lets them die."""
        return self.n_clusters

    @property
    def may_end_early(self) -> bool:
        """Whether a fit may need fewer epochs than `plan` says, as a stage ends when nothing changes any more."""
        return False

    def plan(self) -> tuple[tuple[str, int], ...]:
        """The stages to come with their numbers of epochs, in order, as `_learn` will announce them."""
        return ((self.title, 1),)

    # -- the estimator -------------------------------------------------------------------------------------------

    def fit_events(
        self, X: Any, y: Any = None, *, checkpoint: Mapping[str, Any] | None = None
    ) -> Generator[Event, None, None]:
        """Learn from X (n, d), (n, h, w) or (n, h, w, c), telling what happens epoch by epoch.

        Closing the generator stops the training and keeps what was learned so far. ``checkpoint`` is what
        `checkpoint()` gave in an earlier fit of the same data: the fit goes on from there, to the same end.
        ``y`` is ignored. ValueError for hyper-parameters out of bounds and for data that cannot be used.
        """
        check_params(self)
        X = self._check_input(X, reset=True)
        if len(X) < self.n_clusters:
            raise ValueError(
                f"n_samples={len(X)} should be >= n_clusters={self.n_clusters}: there cannot be more clusters than "
                f"samples. Ask for at most {len(X)} clusters, or give more samples."
            )
        check_distinct(X, self.n_clusters)
        self.scaling_offset_, self.scaling_divisor_ = scaling_of(X, self.scaling)
        scaled = self._scale(X)
        start = time.perf_counter()
        self._fit_seed = int(check_random_state(self.random_state).randint(2**31 - 1))
        self._prepare(checkpoint)
        try:
            yield from self._learn(scaled)
        except GeneratorExit:
            self._finish(scaled, start)  # stopped half-way: what was learned so far is kept and can be looked at
            raise
        self._finish(scaled, start)
        collapsed = collapse_warning(self.labels_, self.n_left)
        if collapsed is not None:
            yield Note("warning", collapsed)

    def fit(self, X: Any, y: Any = None) -> Method:
        """Learn from X (see `fit_events`) and return self. ``y`` is ignored."""
        for _ in self.fit_events(X):
            pass
        return self

    def fit_transform(self, X: Any, y: Any = None, **params: Any) -> np.ndarray:
        """Learn from X and return its latent space (n, n_components). ``y`` is ignored."""
        return np.asarray(self.fit(X).embedding_)

    def transform(self, X: Any) -> np.ndarray:
        """Latent space float32 (n, n_components) of new data."""
        check_is_fitted(self, "cluster_centers_")
        return self._embed(self._scale(self._check_input(X, reset=False)))

    def predict(self, X: Any) -> np.ndarray:
        """Clusters int64 (n,) of new data."""
        return self._assign(self.transform(X))

    def further_spaces(self, X: Any) -> dict[str, np.ndarray]:
        """Further spaces float32 (n, d) of new data, by the names of `_spaces`; only those that new data have, too."""
        return {}

    def result(self) -> ClusterResult:
        """What the fit found, as arrays."""
        check_is_fitted(self, "labels_")
        return ClusterResult(
            labels=self.labels_,
            embedding=self.embedding_,
            spectral_embedding=getattr(self, "spectral_embedding_", None),
            cluster_centers=self.cluster_centers_,
            seconds=self.seconds_,
            spaces=self._spaces(),
            extras=self._extras(),
        )

    def checkpoint(self) -> dict[str, Any] | None:
        """The state of training at the last `Progress` event, for ``fit_events``; None where there is none."""
        return None

    def fitted_state(self) -> dict[str, Any]:
        """What `load_fitted` needs to place new samples later: arrays; where ``needs`` has torch, tensors and plain values."""
        return {
            "feature_shape": np.array(self.feature_shape_, np.int64),
            "scaling_offset": np.array(self.scaling_offset_),
            "scaling_divisor": np.array(self.scaling_divisor_),
            "cluster_centers": np.array(self.cluster_centers_),
            **{name: np.array(getattr(self, name)) for name in self.own_state},
        }

    def load_fitted(self, state: Mapping[str, Any]) -> None:
        """Make this estimator ready for `transform` and `predict` from an earlier `fitted_state`."""
        self.feature_shape_ = tuple(int(n) for n in state["feature_shape"])
        self.n_features_in_ = int(np.prod(self.feature_shape_))
        self.scaling_offset_ = np.asarray(state["scaling_offset"])
        self.scaling_divisor_ = np.asarray(state["scaling_divisor"])
        self.cluster_centers_ = np.asarray(state["cluster_centers"])
        for name in self.own_state:
            setattr(self, name, np.asarray(state[name]))

    def __sklearn_tags__(self) -> Tags:
        tags = super().__sklearn_tags__()
        if tags.transformer_tags is not None:
            tags.transformer_tags.preserves_dtype = []  # the latent space is float32 whatever comes in
        tags.input_tags.three_d_array = True
        return tags

    # -- shared steps --------------------------------------------------------------------------------------------

    def _prepare(self, checkpoint: Mapping[str, Any] | None) -> None:
        """Get ready to learn; deep methods build their network and choose the device here."""

    def _finish(self, X: np.ndarray, start: float) -> None:
        self._settle(X)
        self.seconds_ = time.perf_counter() - start

    def _scale(self, X: np.ndarray) -> np.ndarray:
        if self.scaling == "sample":
            return each_standardised(X)
        if self.scaling == "none" and X.flags.writeable:  # torch wants to be able to write, and never does
            return X
        scaled: np.ndarray = np.subtract(X, self.scaling_offset_, dtype=np.float32)
        scaled /= self.scaling_divisor_  # in place: large data have room for one copy, not for two
        return scaled

    def _check_input(self, X: Any, *, reset: bool) -> np.ndarray:
        """X as float32 (n, *feature_shape); the shape is learned when ``reset``, else compared."""
        n_dims = np.ndim(X) if isinstance(X, list | tuple) else getattr(X, "ndim", 2)
        if n_dims <= 2:
            X = validate_data(
                self, X, reset=reset, dtype=np.float32, ensure_min_samples=self.min_samples if reset else 1
            )
        else:
            X = check_array(X, dtype=np.float32, allow_nd=True, ensure_min_samples=self.min_samples if reset else 1)
            if X.ndim > 4 or 0 in X.shape:
                raise ValueError(
                    f"X has the shape {X.shape}. Pictures are given as (n, height, width) or "
                    "(n, height, width, channels), with channels last and at least one of each."
                )
        if reset:
            self.feature_shape_ = X.shape[1:]
            self.n_features_in_ = int(np.prod(X.shape[1:]))
        elif X.shape[1:] != self.feature_shape_:
            raise ValueError(
                f"X has samples of shape {X.shape[1:]}, but {type(self).__name__} was fitted on samples of shape "
                f"{self.feature_shape_}. Give samples of that shape."
            )
        samples: np.ndarray = np.asarray(X)
        check_size(samples, "X")
        return samples
