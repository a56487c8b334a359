"""The dual autoencoder's loss terms: what each counts for, and all of them on one batch.

Shapes: x (b, ...) input, mu, z (b, d) codes, clean and disturbed, x_hat (b, ...) what is decoded from them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from deepclust.methods.base.deep import PASSES
from deepclust.methods.dscdan.dual_autoencoding import DualAutoencoderMethod
from deepclust.params import param

if TYPE_CHECKING:
    import torch

    from deepclust.nets.dual_autoencoder import Code
    from deepclust.nets.pair_discriminator import PairDiscriminator

RECONSTRUCTION, RELATIVE = "reconstruction", "relative"
GLOBAL, LOCAL = "global information", "local information"
PRIOR, DECISION = "prior", "decision"
TERMS = {
    RECONSTRUCTION: "squared error of the decoder's output, summed over a sample (falls)",
    RELATIVE: "how far a disturbed code is decoded from where the clean one is (falls)",
    GLOBAL: "how surely codes are told to belong to their samples: -1.39 is guessing (rises to 0)",
    LOCAL: "the same for the places of the feature map (rises to 0)",
    PRIOR: "how far the codes are from the distribution they should have (falls, but not to 0)",
    DECISION: "how decided the cluster network is: 0 is not at all, ln k is certain (rises, slowly)",
}


class DualTermsMethod(DualAutoencoderMethod):
    """Base of methods that minimise the sum of Yang et al. 2019, section 3.1: eqs. (10) to (13), and (19)."""

    noise: str = param(
        "views",
        "Disturbance",
        help="How a code is disturbed. multiplicative: random factors (the paper). learned: normal, with a width that the "
        "encoder chooses (the released code). views: the code of the same sample, slightly shifted, turned and sheared.",
        choices=("multiplicative", "learned", "views"),
        group="Terms",
        advanced=True,
    )
    noise_scale: float = param(
        0.3,
        "Strength of the factors",
        help="Standard deviation of the random factors about 1.",
        min=0.0,
        max=10.0,
        step=0.05,
        group="Terms",
        advanced=True,
    )
    delta: float = param(
        0.5,
        "Weight of reconstruction",
        help="How much the decoder's output of clean codes counts.",
        min=0.0,
        max=1000.0,
        group="Terms",
        advanced=True,
    )
    relative: float = param(
        1.0,
        "Weight of relative reconstruction",
        help="How much it counts that disturbed codes are decoded like clean ones. 0 leaves it out.",
        min=0.0,
        max=1000.0,
        group="Terms",
        advanced=True,
    )
    beta: float = param(
        0.5,
        "beta: mutual information",
        help="How much it counts that codes can be told to belong to their samples. 0 leaves it out.",
        min=0.0,
        max=1000.0,
        log=True,
        group="Terms",
    )
    local: float = param(
        1.0,
        "Share of local information",
        help="Weight of the places of the feature map beside that of the whole sample.",
        min=0.0,
        max=100.0,
        group="Terms",
        advanced=True,
    )
    gamma: float = param(
        0.01,
        "gamma: prior",
        help="How much it counts that codes follow their prior distribution. 0 leaves it out.",
        min=0.0,
        max=1000.0,
        log=True,
        group="Terms",
    )
    negatives: str = param(
        "shuffled",
        "Negative pairs",
        help="shuffled: a sample with the code of another one (the paper). adversarial: that code is first moved to where "
        "it is hardest to tell.",
        choices=("shuffled", "adversarial"),
        group="Terms",
        advanced=True,
    )
    adversarial_step: float = param(
        0.1,
        "Adversarial step",
        help="How far such a code is moved, as a share of its length.",
        min=0.0,
        max=1.0,
        step=0.05,
        group="Terms",
        advanced=True,
    )

    prior: str = param(
        "normal",
        "Prior",
        help="normal: codes about one point. clusters: about one learned point for each cluster (the released code). late: "
        "the first in pre-training, the second in the spectral stage (the paper).",
        choices=("normal", "clusters", "late"),
        group="Terms",
        advanced=True,
    )
    # -- terms ---------------------------------------------------------------------------------------------------

    def _weights(self) -> dict[str, float]:
        """Weight of each term that is not left out, in eq. (13)'s sum, which is minimised."""
        weights = {
            RECONSTRUCTION: self.delta,
            RELATIVE: self.relative,
            GLOBAL: -self.beta,
            LOCAL: -self.beta * self.local,
            PRIOR: self.gamma,
        }
        return {name: weight for name, weight in weights.items() if weight or name == RECONSTRUCTION}

    def _terms(self, x: torch.Tensor, code: Code, disturbed: torch.Tensor | None) -> dict[str, torch.Tensor]:
        """The terms of eqs. (10) to (12), but for the prior, of a batch x with its codes, clean and disturbed."""
        from deepclust.losses.reconstruction import reconstruction_loss
        from deepclust.losses.relative_reconstruction import relative_reconstruction

        net = self._net.autoencoder
        x_hat = net.decode(code.mu)
        terms = {RECONSTRUCTION: reconstruction_loss(x, x_hat)}
        if disturbed is not None and self.relative:
            terms[RELATIVE] = relative_reconstruction(net.decode(disturbed), x_hat)
        if self.beta:
            z = disturbed if disturbed is not None and self.noise == "views" else code.mu
            terms[GLOBAL] = self._information(self._net.whole, code.features.flatten(1)[:, :, None, None], z)
            if self.local:
                terms[LOCAL] = self._information(self._net.place, code.features, z)
        return terms

    def _disturbed(self, x: torch.Tensor, code: Code, always: bool = False) -> torch.Tensor | None:
        """Codes psi(z) (b, d) of the batch, or None where no term asks for them (and the caller does not ``always``)."""
        import torch

        from deepclust.losses.relative_reconstruction import learned_noise, multiplicative_noise
        from deepclust.methods.dscdan.distort import distorted

        if self.noise == "views":
            wanted = self.relative or self.beta or always
            return self._net.autoencoder.encode(distorted(x, self._generator)).mu if wanted else None
        if not self.relative and not always:
            return None
        noise = torch.randn(code.mu.shape, generator=self._generator).to(x.device)
        if self.noise == "learned":
            return learned_noise(code.mu, code.log_var, noise)
        return multiplicative_noise(code.mu, noise, self.noise_scale)

    def _information(self, discriminator: PairDiscriminator, features: torch.Tensor, z: torch.Tensor) -> torch.Tensor:
        """Eq. (9) or (10): the estimate of I(features, z) from pairs of this batch and negative pairs."""
        from deepclust.losses.mutual_information import adversarial, js_information, shuffled

        read = discriminator.from_features(features)
        others = shuffled(z)
        if self.negatives == "adversarial":
            fixed = read.detach()
            others = adversarial(others, lambda moved: discriminator.compare(fixed, moved), self.adversarial_step)
        return js_information(discriminator.compare(read, z), discriminator.compare(read, others))

    def _pretraining_terms(self, x: torch.Tensor) -> dict[str, torch.Tensor]:
        """Eq. (13) of a batch of samples."""
        code = self._net.autoencoder.encode(x)
        terms = self._terms(x, code, self._disturbed(x, code))
        return terms | self._prior_terms(code, joint=False)

    def _prior_terms(self, code: Code, joint: bool) -> dict[str, torch.Tensor]:
        """The last term of eq. (10), or eq. (19), which it becomes where clusters are the prior."""
        from deepclust.losses.gaussian_kl import assignment_kl, cluster_kl, gaussian_kl

        if not self.gamma:
            return {}
        if not self._has_cluster_prior(joint):
            return {PRIOR: gaussian_kl(code.mu, code.log_var)}
        log_q = self._net.clusters(code.mu).log_softmax(dim=1)
        q = log_q.exp()
        return {PRIOR: cluster_kl(code.mu, code.log_var, q, self._net.centers), DECISION: assignment_kl(q, log_q)}

    def _has_cluster_prior(self, joint: bool) -> bool:
        return self.prior == "clusters" or (self.prior == "late" and joint)

    def _sample_flops(self, feature_shape: tuple[int, ...]) -> float:
        """Operations of the terms of one sample, forward and backward."""
        encoder, decoder, telling, _ = self._part_sizes(feature_shape)
        n_codes = 1 + (self.noise == "views" and bool(self.relative or self.beta))
        flops = n_codes * encoder.flops + (1 + bool(self.relative)) * decoder.flops
        return PASSES * (flops + telling.flops * bool(self.beta))
