"""The loss terms of DSCDAN on one batch: those of the dual autoencoder, and those of its spectral stage.

Shapes: x (b, ...) input, mu, z (b, d) codes, clean and disturbed, x_hat (b, ...) what is decoded from them,
Y~ (b, m) outputs of the cluster network, Y (b, m) the same made orthonormal on the batch, U (n, m) the exact cut.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from deepclust.methods.dscdan.parameters import DSCDANParameters

if TYPE_CHECKING:
    import torch

    from deepclust.nets.dual_autoencoder import Code
    from deepclust.nets.dual_net import DualNet
    from deepclust.nets.pair_discriminator import PairDiscriminator

RECONSTRUCTION, RELATIVE = "reconstruction", "relative"
GLOBAL, LOCAL = "global information", "local information"
PRIOR, DECISION = "prior", "decision"
SPECTRAL, VIEWS, EXACT = "spectral", "views apart", "exact cut"
MEANINGS = {
    RECONSTRUCTION: "squared error of the decoder's output, summed over a sample (falls)",
    RELATIVE: "how far a disturbed code is decoded from where the clean one is (falls)",
    GLOBAL: "how surely codes are told to belong to their samples: -1.39 is guessing (rises to 0)",
    LOCAL: "the same for the places of the feature map (rises to 0)",
    PRIOR: "how far the codes are from the distribution they should have (falls, but not to 0)",
    DECISION: "how decided the cluster network is: 0 is not at all, ln k is certain (rises, slowly)",
    SPECTRAL: "how far apart neighbours lie in Y (falls towards the sum of the first eigenvalues)",
    VIEWS: "how far apart disturbed copies of a sample lie in Y (falls)",
    EXACT: "how much of the exact cut Y does not span, 0 to k (falls)",
}


def term_weights(params: DSCDANParameters, joint: bool) -> dict[str, float]:
    """Weight of each term that is not left out, in the sum that is minimised: eq. (13), or eq. (20) where ``joint``."""
    p = params
    weights = {RECONSTRUCTION: p.delta, RELATIVE: p.relative, GLOBAL: -p.beta, LOCAL: -p.beta * p.local, PRIOR: p.gamma}
    weights = {name: weight for name, weight in weights.items() if weight or name == RECONSTRUCTION}
    if PRIOR in weights and has_cluster_prior(p, joint):
        weights[DECISION] = weights[PRIOR]
    if joint:
        exact = p.eta if p.graph == "all" else 0.0
        spectral = {SPECTRAL: p.lambda_c, VIEWS: p.lambda_v, EXACT: exact}
        weights |= {name: weight for name, weight in spectral.items() if weight}
    return weights


def has_cluster_prior(params: DSCDANParameters, joint: bool) -> bool:
    """Whether codes are drawn to a point of their cluster, eq. (19), rather than to one point, eq. (10)."""
    return params.prior == "clusters" or (params.prior == "late" and joint)


def weighted_sum(weights: Mapping[str, float], terms: Mapping[str, torch.Tensor]) -> torch.Tensor:
    """What is minimised: the terms that have a weight, added up."""
    total: Any = sum(weight * terms[name] for name, weight in weights.items())
    loss: torch.Tensor = total
    return loss


def cluster_outputs(net: DualNet | Any, mu: torch.Tensor, output: str) -> torch.Tensor:
    """Y~ (b, m) of codes mu (b, d): the cluster network's outputs, or their soft-max (``output``)."""
    outputs: torch.Tensor = net.clusters(mu)
    return outputs.softmax(dim=1) if output == "softmax" else outputs


class Terms:
    """All terms of a batch by name, as the parameters ask for them; ``generator`` draws what disturbs the codes."""

    def __init__(self, params: DSCDANParameters, net: DualNet | Any, generator: torch.Generator) -> None:
        self.params, self.net, self.generator = params, net, generator

    def _encode(self, x: torch.Tensor) -> Code:
        from deepclust.nets.dual_autoencoder import Code

        with self.params._products():
            mu, log_var, features = self.net.autoencoder.encode(x)
        return Code(mu.float(), log_var.float(), features.float())

    def _decode(self, z: torch.Tensor) -> torch.Tensor:
        with self.params._products():
            x_hat: torch.Tensor = self.net.autoencoder.decode(z)
        return x_hat.float()

    # -- the sums that are minimised -----------------------------------------------------------------------------

    def pretraining(self, x: torch.Tensor) -> dict[str, torch.Tensor]:
        """Eq. (13) of a batch of samples."""
        code = self._encode(x)
        return self._autoencoder(x, code, self._disturbed(x, code)) | self._prior(code, joint=False)

    def on_edges(self, x: torch.Tensor, at: torch.Tensor, to: torch.Tensor, u: torch.Tensor) -> dict[str, torch.Tensor]:
        """Eq. (20) on edges (b,) of the graph of all samples x (n, ...) with the exact cut U (n, m).

        The autoencoder's terms are those of one end of each edge.
        """
        import torch

        from deepclust.losses.edges_apart import edges_apart
        from deepclust.losses.subspace import subspace_loss

        code, other = self._encode(x[at]), self._encode(x[to])
        disturbed = self._disturbed(x[at], code, always=bool(self.params.lambda_v))
        terms = self._autoencoder(x[at], code, disturbed) | self._prior(code, joint=True)
        looks = [code.mu, other.mu] + ([disturbed] if disturbed is not None and self.params.lambda_v else [])
        y = self._y(torch.cat(looks))
        ends = y.split(len(at))
        if self.params.lambda_c:
            terms[SPECTRAL] = edges_apart(ends[0], ends[1])
        if len(ends) > 2:
            terms[VIEWS] = edges_apart(ends[0], ends[2])
        if self.params.eta:
            terms[EXACT] = subspace_loss(y, torch.cat([u[at], u[to], u[at]][: len(ends)]))
        return terms

    def in_batch(self, x: torch.Tensor) -> dict[str, torch.Tensor]:
        """Eq. (20) with the neighbours inside a batch, eqs. (14) and (16), as in the paper; W carries no gradient."""
        import torch

        from deepclust.losses.batch_affinity import batch_affinity
        from deepclust.losses.edges_apart import edges_apart
        from deepclust.losses.spectral import spectral_loss

        code = self._encode(x)
        disturbed = self._disturbed(x, code, always=bool(self.params.lambda_v))
        terms = self._autoencoder(x, code, disturbed) | self._prior(code, joint=True)
        looks = [code.mu] + ([disturbed] if disturbed is not None and self.params.lambda_v else [])
        y = self._y(torch.cat(looks))
        clean = y[: len(x)]
        if self.params.lambda_c:
            mu, n_neighbors = code.mu.detach(), self.params.n_neighbors
            W = batch_affinity(mu, n_neighbors, self.params.sigma or self._median_width(mu))
            terms[SPECTRAL] = spectral_loss(W, clean)
        if len(looks) > 1:
            terms[VIEWS] = edges_apart(clean, y[len(x) :])
        return terms

    # -- what they are made of -----------------------------------------------------------------------------------

    def _autoencoder(self, x: torch.Tensor, code: Code, disturbed: torch.Tensor | None) -> dict[str, torch.Tensor]:
        """The terms of eqs. (10) to (12), but for the prior, of a batch x with its codes, clean and disturbed."""
        from deepclust.losses.reconstruction import reconstruction_loss
        from deepclust.losses.relative_reconstruction import relative_reconstruction

        x_hat = self._decode(code.mu)
        terms = {RECONSTRUCTION: reconstruction_loss(x, x_hat)}
        if disturbed is not None and self.params.relative:
            terms[RELATIVE] = relative_reconstruction(self._decode(disturbed), x_hat)
        if self.params.beta:
            z = disturbed if disturbed is not None and self.params.noise == "views" else code.mu
            terms[GLOBAL] = self._information(self.net.whole, code.features.flatten(1)[:, :, None, None], z)
            if self.params.local:
                terms[LOCAL] = self._information(self.net.place, code.features, z)
        return terms

    def _disturbed(self, x: torch.Tensor, code: Code, always: bool = False) -> torch.Tensor | None:
        """Codes psi(z) (b, d) of the batch, or None where no term asks for them (and the caller does not ``always``)."""
        import torch

        from deepclust.losses.relative_reconstruction import learned_noise, multiplicative_noise
        from deepclust.methods.base.distort import distorted

        p = self.params
        if p.noise == "views":
            wanted = p.relative or p.beta or always
            return self._encode(distorted(x, self.generator)).mu if wanted else None
        if not p.relative and not always:
            return None
        noise = torch.randn(code.mu.shape, generator=self.generator, device=self.generator.device).to(x.device)
        if p.noise == "learned":
            return learned_noise(code.mu, code.log_var, noise)
        return multiplicative_noise(code.mu, noise, p.noise_scale)

    def _information(self, discriminator: PairDiscriminator, features: torch.Tensor, z: torch.Tensor) -> torch.Tensor:
        """Eq. (9) or (10): the estimate of I(features, z) from pairs of this batch and negative pairs."""
        from deepclust.losses.mutual_information import adversarial, js_information, shuffled

        read = discriminator.from_features(features)
        others = shuffled(z)
        if self.params.negatives == "adversarial":
            fixed, step = read.detach(), self.params.adversarial_step
            others = adversarial(others, lambda moved: discriminator.compare(fixed, moved), step)
        return js_information(discriminator.compare(read, z), discriminator.compare(read, others))

    def _prior(self, code: Code, joint: bool) -> dict[str, torch.Tensor]:
        """The last term of eq. (10), or eq. (19), which it becomes where clusters are the prior."""
        from deepclust.losses.gaussian_kl import assignment_kl, cluster_kl, gaussian_kl

        if not self.params.gamma:
            return {}
        if not has_cluster_prior(self.params, joint):
            return {PRIOR: gaussian_kl(code.mu, code.log_var)}
        log_q = self.net.clusters(code.mu).log_softmax(dim=1)
        q = log_q.exp()
        return {PRIOR: cluster_kl(code.mu, code.log_var, q, self.net.centers), DECISION: assignment_kl(q, log_q)}

    def _median_width(self, mu: torch.Tensor) -> torch.Tensor | None:
        """sigma of eq. (14) for codes mu (b, d): the median distance to the last neighbour; None for each its own."""
        import torch

        if not self.params.one_width or len(mu) < 2:
            return None
        nearest = torch.cdist(mu, mu).topk(min(self.params.n_neighbors + 1, len(mu)), largest=False).values
        return nearest[:, -1].median().clamp(min=1e-12).double()

    def _y(self, mu: torch.Tensor) -> torch.Tensor:
        """Y (b, m) of codes mu (b, d), with Y^T Y / b = I on this batch, eqs. (17) and (18)."""
        from deepclust.nets.orthonormal import orthonormal_weights

        y_tilde = cluster_outputs(self.net, mu, self.params.output)
        return y_tilde @ orthonormal_weights(y_tilde).to(y_tilde.dtype)
