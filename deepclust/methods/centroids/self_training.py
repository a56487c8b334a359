"""The self-training that DEC and those after it share: codes learn the sharper targets that their own assignments give.

Shapes: x (b, ...) input, z (b, d) codes, x_hat (b, ...) reconstruction, mu (k, d) centres, q (b, k) assignments, p (b, k) targets.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from deepclust.events import Event, Note, Stage
from deepclust.methods.base import hyperparameters as shared
from deepclust.methods.base.deep import Means, descend
from deepclust.methods.centroids.centroids import CLUSTERING, MOVED, RECONSTRUCTION, CentroidMethod

if TYPE_CHECKING:
    import torch

KL = "how far the clusters are from their sharper selves, KL(P || Q) (falls)"
SOFT = r"q_{ij} = \frac{(1 + \lVert z_i - \mu_j \rVert^2)^{-1}}{\sum_{j'} (1 + \lVert z_i - \mu_{j'} \rVert^2)^{-1}}"
TARGETS = r"p_{ij} = \frac{q_{ij}^2 / f_j}{\sum_{j'} q_{ij'}^2 / f_{j'}}, \quad f_j = \sum_i q_{ij}"
L_R = r"L_r = \frac{1}{nd} \sum_i \lVert x_i - g(z_i) \rVert^2, \quad z_i = f(x_i)"
DIVERGENCE = r"L_c = KL(P \,\Vert\, Q) = \sum_i \sum_j p_{ij} \log \frac{p_{ij}}{q_{ij}}"


class SelfTraining(CentroidMethod):
    """Base of methods that renew targets from all samples once in an epoch, and draw codes and centres towards them.

    Targets come from the samples as they are, also where the network is shown distorted copies of them.
    """

    beside: ClassVar[Mapping[str, str]] = {}  # further terms, and what their curves mean

    def _learn(self, X: np.ndarray) -> Iterator[Event]:
        import torch

        from deepclust.losses.self_training import self_training_loss, soft_assignment

        x = self._x = self._tensor(X)
        size = self._batch_size(len(x))
        yield from self._pretrain(x, size)

        self._net.eval()  # batch statistics are kept: the code of a sample is the same in every batch, and in targets
        optimiser = torch.optim.Adam(self._net.parameters(), lr=self.clustering_rate, fused=True)
        state = {"net": self._net, "optimiser": optimiser, "generator": self._generator, "clusters": self._clusters}
        stage = (CLUSTERING, self.max_epochs)
        yield Stage(*stage, {"KL": KL, "moved": MOVED, **self.beside})
        for epoch in self._epochs(*stage, **state):
            if epoch == 1:
                self._begin(x)
                self._aim(x)
            elif float(self._clusters["moved"]) < self.tol:
                yield Note("info", f"The clusters have settled after {epoch - 1} epochs.")
                break
            losses = Means()
            for rows in self._batches(len(x), size):
                shown = self._shown(x[rows])
                z = self._net.encode(shown)
                l_c = self_training_loss(self._clusters["targets"][rows], soft_assignment(z, self._net.centers))
                loss, beside = self._total(l_c, shown, z)
                descend(optimiser, loss)
                losses.add({"KL": l_c} | beside, len(rows))
            losses.add({"moved": self._aim(x)}, len(x))
            yield from self._report(losses)

    def _total(
        self, l_c: torch.Tensor, shown: torch.Tensor, z: torch.Tensor
    ) -> tuple[torch.Tensor, dict[str, torch.Tensor]]:
        """What a step makes smaller, and its terms besides the clusters' own."""
        return l_c, {}

    def _aim(self, x: torch.Tensor) -> torch.Tensor:
        """Renew assignments and targets of all samples; the share () of them that changed their cluster."""
        import torch

        from deepclust.losses.self_training import soft_assignment, target_distribution

        codes = torch.from_numpy(self._codes(x)).to(x.device)
        self._clusters["targets"] = target_distribution(soft_assignment(codes, self._net.centers))
        return self._reassign(codes)


class SelfTrainingWithDecoder(SelfTraining):
    """The same beside the reconstruction, whose mean over the values of a sample counts 1."""

    beside: ClassVar[Mapping[str, str]] = {"reconstruction": RECONSTRUCTION}

    gamma: float = shared.weight(0.1, "Weight of clustering", "How much the clusters count beside the reconstruction.")

    def _total(
        self, l_c: torch.Tensor, shown: torch.Tensor, z: torch.Tensor
    ) -> tuple[torch.Tensor, dict[str, torch.Tensor]]:
        from deepclust.losses.reconstruction import reconstruction_loss

        l_r = reconstruction_loss(shown, self._net.decode(z))
        return l_r / shown[0].numel() + self.gamma * l_c, {"reconstruction": l_r}
