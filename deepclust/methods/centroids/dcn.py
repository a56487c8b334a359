"""DCN, deep clustering network: k-means and the autoencoder in turns, so that codes become what k-means is good at.

Shapes: x (b, ...) input, z (b, d) codes, x_hat (b, ...) reconstruction, M (k, d) centres, s (b,) assignments.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from deepclust.methods.base import hyperparameters as shared
from deepclust.methods.base.deep import descend
from deepclust.methods.centroids.centroids import MOVED, PAPER, RECONSTRUCTION, CentroidMethod

if TYPE_CHECKING:
    import torch

    from deepclust.captured import Step

FIRST_COUNT = (
    100.0  # samples that a centre stands for at the start, as in the authors' code: the first ones do not tear it away
)
DISTANCE = "squared distance of codes and the centres of their clusters, halved (falls)"


class DCN(CentroidMethod):
    """Yang, Fu, Sidiropoulos, Hong 2017. Centres follow the codes of each batch as they were before its step."""

    title = "DCN"
    summary = (
        "Trains an autoencoder and k-means in turns: codes move to the centre of their cluster, centres to their codes."
    )
    reference = "Yang, Fu, Sidiropoulos, Hong 2017, arXiv:1610.04794"
    good_for = "Codes that k-means is made for: compact groups of one width."
    headline = (
        "ACC in the paper: MNIST 0.83. k-means on the same codes has 0.701 on USPS and 0.775 on digits (preset quick)."
    )
    equations = (
        r"\min_{\theta, M, s} \; \sum_i \lVert x_i - g(f(x_i)) \rVert^2 + \frac{\lambda}{2} \lVert f(x_i) - M s_i \rVert^2",
        r"s_i = \arg\min_k \lVert f(x_i) - m_k \rVert",
        r"m_k \leftarrow m_k - \tfrac{1}{c_k} (m_k - f(x_i)) \quad \text{for all } i \text{ in } k",
    )
    presets = {"quick": {}, "paper": PAPER}
    rank = 25
    terms = {"reconstruction": RECONSTRUCTION, "distance": DISTANCE, "moved": MOVED}

    pull: float = shared.weight(
        1.0, "Weight of clustering", "How much a code's distance to its centre counts (lambda)."
    )

    def _begin(self, x: torch.Tensor) -> None:
        import torch

        super()._begin(x)
        self._clusters["counts"] = torch.full((self.n_clusters,), FIRST_COUNT, device=x.device)

    def _step_of(self, x: torch.Tensor, optimiser: torch.optim.Optimizer) -> Step:
        from deepclust.losses.centroids import centroid_loss, running_centers
        from deepclust.losses.reconstruction import reconstruction_loss

        def step(rows: torch.Tensor) -> dict[str, torch.Tensor]:
            seen, centers, counts = x[rows], self._net.centers.data, self._clusters["counts"]
            with self._products():
                z, x_hat = (part.float() for part in self._net(seen))
            assigned = self._nearest(z.detach())
            l_r, l_c = reconstruction_loss(seen, x_hat), centroid_loss(z, centers, assigned)
            descend(optimiser, l_r + self.pull * l_c)
            moved, total = running_centers(centers, counts, z, assigned)
            centers.copy_(moved)
            counts.copy_(total)
            return {"reconstruction": l_r, "distance": l_c}

        return step
