"""N2D: an autoencoder, a map of its codes that keeps neighbours, and a mixture of Gaussians on the map.

Shapes: n samples, codes Z (n, d), map Y (n, m), a mixture of k Gaussians with means (k, m).
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from deepclust.events import Event, Snapshot, Stage, snapshot_sample
from deepclust.methods.base import hyperparameters as shared
from deepclust.methods.base.autoencoding import AutoencoderMethod
from deepclust.methods.base.deep import Means
from deepclust.methods.base.method import Cost
from deepclust.methods.base.placing import CHUNK, place
from deepclust.neighbors import first_copies, nearest_neighbors
from deepclust.params import param
from deepclust.projections.localmap import NEARBY, LocalMAP
from deepclust.projections.pca import start_positions
from deepclust.projections.umap import UMAP
from deepclust.spaces import Space

if TYPE_CHECKING:
    import torch
    from sklearn.mixture import GaussianMixture

CODE = "Code"
MAPS = ("umap", "localmap")
ISLAND = {"umap": 1.0, "localmap": NEARBY / 2}  # points no further apart on the map belong together
KEPT = 10  # neighbours that are compared
FIRM = 1e-4  # of the variance of the map is added to that of each Gaussian, so that none shrinks to a point
TERMS = {
    "reconstruction": "squared error of the decoder's output, summed over a sample (falls)",
    "neighbours": f"share of the {KEPT} nearest samples by their codes that are among the nearest on the map, too (high is good)",
    "log-likelihood": "how well the mixture of each start explains a point of the map, as a logarithm (high is good)",
}


class _StoppedError(Exception):
    """Whoever watches wants the training to end while the map is laid out."""


def fit_mixture(Y: np.ndarray, n_clusters: int, seed: int) -> GaussianMixture:
    """scikit-learn's mixture of Gaussians with full covariances on points Y (n, m), begun at k-means."""
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.mixture import GaussianMixture

    firm = max(FIRM * float(Y.var(axis=0).mean()), 1e-6)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # empty clusters are told of by `fit_events`
        return GaussianMixture(n_clusters, reg_covar=firm, random_state=seed).fit(np.asarray(Y, np.float64))


def mixture_labels(Y: np.ndarray, weights: np.ndarray, means: np.ndarray, precisions: np.ndarray) -> NDArray[np.int64]:
    """The likeliest of k Gaussians (n,) for points Y (n, m).

    weights (k,), means (k, m), precisions (k, m, m): the Cholesky factors of the inverse covariances, as scikit-learn has them.
    """
    from sklearn.mixture import GaussianMixture

    mixture = GaussianMixture(len(means))
    mixture.weights_, mixture.means_, mixture.precisions_cholesky_ = weights, means, precisions
    return np.asarray(mixture.predict(np.asarray(Y, np.float64)), np.int64)


def _as_tensors(mixture: GaussianMixture) -> dict[str, torch.Tensor]:
    """What there is to keep of a mixture."""
    import torch

    return {
        "likelihood": torch.tensor(mixture.lower_bound_),
        "weights": torch.from_numpy(mixture.weights_),
        "means": torch.from_numpy(np.asarray(mixture.means_, np.float32)),
        "precisions": torch.from_numpy(mixture.precisions_cholesky_),
    }


def kept_neighbors(Z: np.ndarray, Y: np.ndarray) -> float:
    """Share of the ten nearest others of each row of Z (n, d) that are among the ten nearest of the same row of Y (n, m)."""
    r = min(KEPT, len(Z) - 1)
    before, after = nearest_neighbors(Z, r)[0], nearest_neighbors(Y, r)[0]
    return float((before[:, :, None] == after[:, None, :]).any(axis=2).mean())


class N2D(AutoencoderMethod):
    """McConville, Santos-Rodriguez, Piechocki, Craddock 2020. The latent space is the map.

    The paper takes UMAP; LocalMAP, which is younger, holds groups further apart and is the default.

    A new sample is placed on the map by the fitted samples whose codes are nearest, as the map itself knows no others.
    """

    title = "N2D"
    summary = "Learns to describe each sample with a few numbers, lays these out as islands of neighbours, groups the islands."
    reference = "McConville, Santos-Rodriguez, Piechocki, Craddock 2020, arXiv:1908.05968"
    good_for = "Pictures of writing: the code of an autoencoder, laid out as islands before it is grouped."
    headline = "ACC in the paper: USPS .958, MNIST .979. With UMAP as there, its steps had .674 on USPS here after 25 epochs, one seed."
    caution = "A map draws islands also where there are none. Sizes and gaps on it mean nothing."
    equations = (
        r"\min_{\theta} \frac{1}{n} \sum_i \lVert x_i - g(f(x_i)) \rVert^2, \quad z_i = f(x_i)",
        r"\{y_i\} = \operatorname{Map}(\{z_i\}), \quad \max_{\pi, \mu, \Sigma} \sum_i \log \sum_k \pi_k\, "
        r"\mathcal{N}(y_i; \mu_k, \Sigma_k)",
    )
    presets = {"quick": {"max_epochs": 25}, "paper": {"max_epochs": 1000, "manifold": "umap", "n_neighbors": 20}}
    rank = 21
    spaces_without_k = (Space("space", CODE),)
    own_state = ("_fitted", "_map", "_weights", "_precisions")

    max_epochs: int = shared.epochs(50)
    manifold: str = param(
        "localmap",
        "Map",
        help="How the codes are laid out. localmap: islands come out more apart. umap: as in the paper.",
        choices=MAPS,
        group="Map",
    )
    n_neighbors: int = param(
        10,
        "Neighbours",
        help="How many nearest samples each one is pulled to on the map. More joins islands, fewer breaks them up.",
        min=2,
        max=200,
        group="Map",
    )
    map_components: int | None = param(
        None,
        "Map dimensions",
        help="Of the map that is clustered; None: as many as clusters.",
        min=1,
        max=200,
        group="Map",
        advanced=True,
    )
    n_init: int = param(
        4, "Starts", help="Of the mixture; the likeliest is kept.", min=1, max=200, group="Clustering", advanced=True
    )

    @property
    def embedding_name(self) -> str:
        return "Map of the codes"

    def plan(self) -> tuple[tuple[str, int], ...]:
        return (("Autoencoder", self.max_epochs), ("Map", 1), ("Mixture", self.n_init))

    def cost(self, n_samples: int, feature_shape: tuple[int, ...]) -> Cost:
        """That of the autoencoder, and operations of all distances between codes and of 200 rounds along their edges."""
        net = AutoencoderMethod.cost(self, n_samples, feature_shape)
        share = self.max_epochs / sum(n for _, n in self.plan())
        edges = n_samples * self.n_neighbors
        return Cost(
            flops=net.flops * share + 2 * n_samples**2 * self.n_components + 200 * 60 * edges,
            memory=net.memory + 40 * edges,
        )

    def _learn(self, X: np.ndarray) -> Iterator[Event]:
        import torch

        x = self._x = self._tensor(X)
        optimiser = self._adam(self._net.parameters(), self.learning_rate)

        step = self._reconstructing(x, optimiser)

        layout: dict[str, torch.Tensor] = {}
        mixture: dict[str, torch.Tensor] = {}
        self._layout, self._mixture = layout, mixture
        train, lay_out, mix = self.plan()
        yield Stage(*train, {"reconstruction": TERMS["reconstruction"]})
        for _ in self._epochs(*train, net=self._net, optimiser=optimiser, generator=self._generator):
            losses = Means()
            for rows in self._batches(len(x), self._batch_size(len(x))):
                losses.add(step(rows), len(rows))
            yield from self._report(losses)
        if self._told_to_stop:
            return
        yield Stage(*lay_out, {"neighbours": TERMS["neighbours"]})
        for _ in self._epochs(*lay_out, net=self._net, layout=layout):
            codes = self._codes(x)
            try:
                layout["points"] = torch.from_numpy(self._lay_out(codes))
            except _StoppedError:
                return
            sample, losses = snapshot_sample(len(x)), Means()
            losses.add({"neighbours": torch.tensor(kept_neighbors(codes[sample], self._points[sample]))}, 1)
            yield from self._report(losses)
        yield Stage(*mix, {"log-likelihood": TERMS["log-likelihood"]})
        for start in self._epochs(*mix, net=self._net, layout=layout, mixture=mixture):
            fitted, losses = fit_mixture(self._points, self.n_clusters, self._fit_seed + start - 1), Means()
            if not mixture or fitted.lower_bound_ > float(mixture["likelihood"]):
                mixture.update(_as_tensors(fitted))
            losses.add({"log-likelihood": torch.tensor(fitted.lower_bound_)}, 1)
            yield from self._report(losses)

    @property
    def _points(self) -> NDArray[np.float32]:
        """The map (n, m)."""
        points: NDArray[np.float32] = self._layout["points"].numpy()
        return points

    def _lay_out(self, codes: NDArray[np.float32]) -> NDArray[np.float32]:
        """Map (n, m) of the codes (n, d). Copies of one sample may go different ways, but they are one sample."""

        def proceed(fraction: float, text: str) -> None:
            if self.between_batches is not None and not self.between_batches():
                self._told_to_stop = True
                raise _StoppedError

        m = self.map_components or self.n_clusters
        maps = {
            "umap": UMAP(n_neighbors=self.n_neighbors, min_dist=0.0),
            "localmap": LocalMAP(n_neighbors=self.n_neighbors),
        }
        projection = maps[self.manifold].cut_to(len(codes))
        if len(codes) < projection.min_samples:
            return start_positions(codes, m, self._fit_seed)
        points = projection.embed(codes, m, self._fit_seed, proceed)
        return np.array(points[first_copies(codes)])

    def _snapshot(self, stage: str, epoch: int) -> Snapshot:
        if not self._layout:
            return super()._snapshot(stage, epoch)
        sample = snapshot_sample(len(self._x))
        points = self._points[sample]
        if not self._mixture:
            return Snapshot(stage, epoch, sample, points, self._provisional_labels(points))
        best = [self._mixture[name].numpy() for name in ("weights", "means", "precisions")]
        return Snapshot(stage, epoch, sample, points, mixture_labels(points, *best))

    def _settle(self, X: np.ndarray) -> None:
        self._fitted = super()._embed(X)
        self._map = self._points if self._layout else np.zeros((0, 0), np.float32)
        self.embedding_ = self._map if self._layout else self._fitted  # stopped before there was a map
        mixture = self._mixture or _as_tensors(fit_mixture(self.embedding_, self.n_clusters, self._fit_seed))
        self.cluster_centers_ = mixture["means"].numpy()
        self._weights, self._precisions = mixture["weights"].numpy(), mixture["precisions"].numpy()
        self.labels_ = self._assign(self.embedding_)
        del self._layout, self._mixture

    def cluster_scores(self) -> None:
        """None: they are those of a map on which a code is placed by its neighbours."""

    def _assign(self, embedding: np.ndarray) -> np.ndarray:
        """The Gaussian that a point most likely comes from."""
        return mixture_labels(embedding, self._weights, self.cluster_centers_, self._precisions)

    def _embed(self, X: np.ndarray) -> np.ndarray:
        codes = super()._embed(X)
        if not self._map.size:
            return codes
        parts = (codes[i : i + CHUNK] for i in range(0, len(codes), CHUNK))
        return np.concatenate([place(part, self._fitted, self._map, ISLAND[self.manifold]) for part in parts])

    def _spaces(self) -> dict[str, np.ndarray]:
        return {CODE: self._fitted}

    def further_spaces(self, X: Any) -> dict[str, np.ndarray]:
        return {CODE: super()._embed(self._scale(self._check_input(X, reset=False)))}
