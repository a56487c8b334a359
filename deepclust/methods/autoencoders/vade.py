"""VaDE: a variational autoencoder whose codes come from a mixture of Gaussians, one for each cluster.

Shapes: x (b, d) samples, z (b, m) codes with posterior N(mu, exp log_var), a mixture with means (k, m).
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import numpy as np

from deepclust.compute import to_numpy
from deepclust.events import Event, Snapshot, Stage, snapshot_sample
from deepclust.methods.base import hyperparameters as shared
from deepclust.methods.base.deep import FLOAT_BYTES, PASSES, DeepMethod, Means, descend
from deepclust.methods.base.method import AUTOENCODER, Cost
from deepclust.nets.sizes import autoencoder_size
from deepclust.params import param
from deepclust.spaces import Space

if TYPE_CHECKING:
    import torch
    from torch import nn

STAGES = ("Autoencoder", "Mixture")
LIKELIHOODS = ("auto", "bernoulli", "gaussian")
NOISE = 0.01  # share of the variance of a feature that a Gaussian decoder takes for noise
FIRM = 1e-3  # of the variance of the codes is added to that of each Gaussian to begin with
NARROWER = 0.1  # variance of a posterior to begin with, as a share of that of the Gaussians
SLOWER = (
    0.2  # step length of the second stage: in its first steps codes would leave the mixture that was fitted to them
)
STARTS = 4  # of the mixture on the codes
TERMS = {
    "reconstruction": "how badly the decoder explains a sample, in nats more than it has to be (falls)",
    "mixture": "how far codes and their clusters are from the mixture, in nats (rises while the decoder learns, then levels off)",
}


def start_mixture(codes: np.ndarray, n_clusters: int, seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Weights (k,), means and variances (k, m) of scikit-learn's mixture with diagonal covariances on codes (n, m)."""
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.mixture import GaussianMixture

    firm = max(FIRM * float(codes.var(axis=0).mean()), 1e-6)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # empty clusters are told of by `fit_events`
        fitted = GaussianMixture(
            n_clusters, covariance_type="diag", reg_covar=firm, n_init=STARTS, random_state=seed
        ).fit(np.asarray(codes, np.float64))
    return fitted.weights_, fitted.means_, fitted.covariances_


class VaDE(DeepMethod):
    """Jiang, Zheng, Tan, Tang, Zhou 2017. The latent space is the means of the codes; a cluster is a Gaussian of the prior.

    The network is fully connected, as theirs, with layers of h, h and 4 h units (500, 500, 2000 in the paper). Their pre-training
    layer by layer is one stage of an autoencoder here, as in most later work.
    """

    title = "VaDE"
    summary = (
        "Learns codes that come from one bell curve for each cluster, and to draw samples of every cluster from them."
    )
    reference = "Jiang, Zheng, Tan, Tang, Zhou 2017, arXiv:1611.05148"
    family = AUTOENCODER
    good_for = "Pictures of one size and light, where clusters ought to be told with a probability."
    headline = "ACC in the paper: MNIST .945, its best run."
    equations = (
        r"\max \mathbb{E}_{q(z|x)} \log p(x|z) - \sum_c q(c|x)\, \mathrm{KL}\left(q(z|x) \,\Vert\, \mathcal{N}(\mu_c, \sigma_c^2)"
        r"\right) - \mathrm{KL}\left(q(c|x) \,\Vert\, \pi\right)",
        r"q(c|x) = \frac{\pi_c\, \mathcal{N}(z; \mu_c, \sigma_c^2)}{\sum_{c'} \pi_{c'}\, \mathcal{N}(z; \mu_{c'}, \sigma_{c'}^2)}",
    )
    presets = {
        "quick": {"pretrain_epochs": 30, "max_epochs": 30, "steps_per_epoch": 14},
        "paper": {"pretrain_epochs": 50, "max_epochs": 3000, "n_hidden": 500, "batch_size": 100, "learning_rate": 2e-3},
    }
    rank = 23
    spaces_without_k = (Space("stage", STAGES[0]),)
    own_state = ("_weights", "_vars")

    n_components: int = shared.n_components(10)
    n_hidden: int = shared.n_hidden(256, "Width of the first two hidden layers; the third has four times as many.")
    likelihood: str = param(
        "auto",
        "Likelihood",
        help="What the decoder says of a value. bernoulli: how likely it is 1 and not 0, which needs values from 0 to 1. gaussian: "
        "what it is about. auto: bernoulli for pictures with such values, gaussian for all else.",
        choices=LIKELIHOODS,
        group="Network",
        advanced=True,
    )
    pretrain_epochs: int = shared.epochs(50, "Epochs of the autoencoder", "Before there are clusters.")
    max_epochs: int = shared.epochs(50, "Epochs of the mixture")
    batch_size: int = shared.batch_size()
    steps_per_epoch: int = shared.steps_per_epoch(1)
    learning_rate: float = shared.learning_rate()

    def plan(self) -> tuple[tuple[str, int], ...]:
        return ((STAGES[0], self.pretrain_epochs), (STAGES[1], self.max_epochs))

    def cost(self, n_samples: int, feature_shape: tuple[int, ...]) -> Cost:
        """Operations of all epochs, and bytes: the data, four copies of the weights (Adam), one batch at work."""
        width = int(np.prod(feature_shape))
        net = autoencoder_size((width,), self.n_components, (), self._hidden())
        batch = self._batch_size(n_samples) * (net.activations + 4 * self.n_clusters * self.n_components)
        return Cost(
            flops=PASSES * net.flops * n_samples * self.n_passes(n_samples) * (self.pretrain_epochs + self.max_epochs),
            memory=FLOAT_BYTES * (2.0 * n_samples * width + 4 * net.n_parameters + 2 * batch),
        )

    def _hidden(self) -> tuple[int, ...]:
        return self.n_hidden, self.n_hidden, 4 * self.n_hidden

    def _build(self, feature_shape: tuple[int, ...]) -> nn.Module:
        from deepclust.nets.variational import MixtureAutoencoder

        return MixtureAutoencoder(int(np.prod(feature_shape)), self.n_components, self._hidden(), self.n_clusters)

    def _encode(self, x: torch.Tensor) -> torch.Tensor:
        codes: torch.Tensor = self._net.encode(x)
        return codes

    def _learn(self, X: np.ndarray) -> Iterator[Event]:
        import torch

        from deepclust.losses.mixture_prior import log_responsibilities, mixture_kl

        x = self._x = self._tensor(X).flatten(1)
        size, explain = self._batch_size(len(x)), self._decoder_loss(x)
        pretrain, train = self.plan()
        optimiser = self._adam(self._net.parameters(), self.learning_rate)

        @self._captured(optimiser)
        def reconstruct(rows: torch.Tensor) -> dict[str, torch.Tensor]:
            seen = x[rows]
            with self._products():
                x_hat = self._net.decode(self._net.encode(seen))
            loss = explain(seen, x_hat.float())
            descend(optimiser, loss)
            return {"reconstruction": loss}

        yield Stage(*pretrain, {"reconstruction": TERMS["reconstruction"]})
        for _ in self._epochs(*pretrain, net=self._net, optimiser=optimiser, generator=self._generator):
            losses = Means()
            for rows in self._passes(len(x), size):
                losses.add(reconstruct(rows), len(rows))
            yield from self._report(losses)
        slower = self._adam(self._net.parameters(), SLOWER * self.learning_rate)

        @self._captured(slower)
        def step(rows: torch.Tensor) -> dict[str, torch.Tensor]:
            seen, draws = x[rows], self._generator
            with self._products():
                mu, log_var = (part.float() for part in self._net.posterior(seen))
                z = mu + (log_var / 2).exp() * torch.randn(mu.shape, generator=draws, device=draws.device).to(mu.device)
                x_hat = self._net.decode(z)
            mixture = self._net.mixture()
            terms = {
                "reconstruction": explain(seen, x_hat.float()),
                "mixture": mixture_kl(mu, log_var, log_responsibilities(z, *mixture), *mixture),
            }
            descend(slower, terms["reconstruction"] + terms["mixture"])
            return terms

        yield Stage(*train, TERMS)
        for epoch in self._epochs(*train, net=self._net, optimiser=slower, generator=self._generator):
            if epoch == 1:
                self._begin_mixture(self._codes(x))
            losses = Means()
            for rows in self._passes(len(x), size):
                losses.add(step(rows), len(rows))
            yield from self._report(losses)

    def _decoder_loss(self, x: torch.Tensor) -> Callable[[torch.Tensor, torch.Tensor], torch.Tensor]:
        """-log p(x|z) of a batch (b, d) and what the decoder says of it, for data x (n, d)."""
        within = float(x.min()) >= 0 and float(x.max()) <= 1
        if self.likelihood == "bernoulli" and not within:
            raise ValueError(
                f"likelihood='bernoulli' needs values from 0 to 1, and these go from {float(x.min()):g} to {float(x.max()):g}. "
                "Take scaling='range', or likelihood='auto' or 'gaussian'."
            )
        if self.likelihood == "bernoulli" or (self.likelihood == "auto" and within and len(self.feature_shape_) > 1):
            from deepclust.losses.bernoulli import bernoulli_loss

            return bernoulli_loss
        from deepclust.losses.reconstruction import reconstruction_loss

        noise = max(NOISE * float(x.var(dim=0, correction=0).mean()), 1e-12)
        return lambda batch, x_hat: reconstruction_loss(batch, x_hat) / (2 * noise)

    def _begin_mixture(self, codes: np.ndarray) -> None:
        """Put a mixture of the codes (n, m) into the network, and let posteriors begin narrower than its Gaussians."""
        import torch

        weights, means, variances = start_mixture(codes, self.n_clusters, self._fit_seed)
        with torch.no_grad():
            self._net.log_weights.copy_(torch.from_numpy(np.log(weights)))
            self._net.centers.copy_(torch.from_numpy(means))
            self._net.log_vars.copy_(torch.from_numpy(np.log(variances)))
            self._net.begun.fill_(True)
            self._net.width.weight.zero_()
            self._net.width.bias.copy_(self._net.log_vars.mean(dim=0) + math.log(NARROWER))

    def _snapshot(self, stage: str, epoch: int) -> Snapshot:
        if stage == STAGES[0]:
            return super()._snapshot(stage, epoch)
        sample = snapshot_sample(len(self._x))
        codes = self._codes(self._x[sample])
        self._read_mixture()
        return Snapshot(stage, epoch, sample, codes, self._assign(codes))

    def _read_mixture(self) -> None:
        log_weights, centers, log_vars = self._net.mixture()
        self.cluster_centers_ = to_numpy(centers)
        self._weights, self._vars = to_numpy(log_weights.exp()), to_numpy(log_vars.exp())

    def _settle(self, X: np.ndarray) -> None:
        self.embedding_ = self._embed(X)
        if self._net.begun:
            self._read_mixture()
        else:  # stopped before the mixture was trained
            weights, means, variances = start_mixture(self.embedding_, self.n_clusters, self._fit_seed)
            self.cluster_centers_ = means.astype(np.float32)
            self._weights, self._vars = weights.astype(np.float32), variances.astype(np.float32)
        self.labels_ = self._assign(self.embedding_)

    def cluster_scores(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        means, precisions = self.cluster_centers_.astype(np.float64).T, 1 / self._vars.astype(np.float64).T
        widths = np.log(np.maximum(self._weights, 1e-30)) - 0.5 * np.log(self._vars).sum(axis=1)
        return -0.5 * precisions, means * precisions, widths - 0.5 * (means**2 * precisions).sum(axis=0)

    def _assign(self, embedding: np.ndarray) -> np.ndarray:
        """The Gaussian that a code most likely comes from."""
        apart = np.square(embedding[:, None].astype(np.float64) - self.cluster_centers_) / self._vars  # (n, k, m)
        scores = np.log(np.maximum(self._weights, 1e-30)) - 0.5 * (np.log(self._vars) + apart).sum(axis=2)
        return np.asarray(scores.argmax(axis=1), np.int64)
