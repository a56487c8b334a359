"""The self-training that DEC and those after it share: codes learn the sharper targets that their own assignments give.

Shapes: x (b, ...) input, z (b, d) codes, x_hat (b, ...) reconstruction, mu (k, d) centres, q (b, k) assignments, p (b, k) targets.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from deepclust.methods.base import hyperparameters as shared
from deepclust.methods.base.deep import descend
from deepclust.methods.centroids.centroids import MOVED, RECONSTRUCTION, CentroidMethod

if TYPE_CHECKING:
    import torch

    from deepclust.captured import Step

KL = "how far the clusters are from their sharper selves, KL(P || Q) (falls)"
SOFT = r"q_{ij} = \frac{(1 + \lVert z_i - \mu_j \rVert^2)^{-1}}{\sum_{j'} (1 + \lVert z_i - \mu_{j'} \rVert^2)^{-1}}"
TARGETS = r"p_{ij} = \frac{q_{ij}^2 / f_j}{\sum_{j'} q_{ij'}^2 / f_{j'}}, \quad f_j = \sum_i q_{ij}"
L_R = r"L_r = \frac{1}{nd} \sum_i \lVert x_i - g(z_i) \rVert^2, \quad z_i = f(x_i)"
DIVERGENCE = r"L_c = KL(P \,\Vert\, Q) = \sum_i \sum_j p_{ij} \log \frac{p_{ij}}{q_{ij}}"


class SelfTraining(CentroidMethod):
    """Base of methods that renew targets from all samples once in an epoch, and draw codes and centres towards them.

    Targets come from the samples as they are, also where the network is shown distorted copies of them.
    """

    terms = {"KL": KL, "moved": MOVED}

    renewed = ("targets",)

    def _step_of(self, x: torch.Tensor, optimiser: torch.optim.Optimizer) -> Step:
        from deepclust.losses.self_training import self_training_loss, soft_assignment

        def step(rows: torch.Tensor, targets: torch.Tensor) -> dict[str, torch.Tensor]:
            shown = self._shown(x[rows])
            with self._products():
                z = self._net.encode(shown).float()
            l_c = self_training_loss(targets[rows], soft_assignment(z, self._net.centers))
            loss, beside = self._total(l_c, shown, z)
            descend(optimiser, loss)
            return {"KL": l_c} | beside

        return step

    def _total(
        self, l_c: torch.Tensor, shown: torch.Tensor, z: torch.Tensor
    ) -> tuple[torch.Tensor, dict[str, torch.Tensor]]:
        """What a step makes smaller, and its terms besides the clusters' own."""
        return l_c, {}

    def _renew(self, codes: torch.Tensor) -> None:
        """The targets of all samples."""
        from deepclust.losses.self_training import soft_assignment, target_distribution

        self._clusters["targets"] = target_distribution(soft_assignment(codes, self._net.centers))


class SelfTrainingWithDecoder(SelfTraining):
    """The same beside the reconstruction, whose mean over the values of a sample counts 1."""

    terms = {"KL": KL, "moved": MOVED, "reconstruction": RECONSTRUCTION}

    gamma: float = shared.weight(0.1, "Weight of clustering", "How much the clusters count beside the reconstruction.")

    def _total(
        self, l_c: torch.Tensor, shown: torch.Tensor, z: torch.Tensor
    ) -> tuple[torch.Tensor, dict[str, torch.Tensor]]:
        from deepclust.losses.reconstruction import reconstruction_loss

        with self._products():
            x_hat = self._net.decode(z)
        l_r = reconstruction_loss(shown, x_hat.float())
        return l_r / shown[0].numel() + self.gamma * l_c, {"reconstruction": l_r}
