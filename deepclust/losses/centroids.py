"""DCN's clustering loss: codes near the centre of their cluster, and centres that follow as running means."""

from __future__ import annotations

import torch


def centroid_loss(z: torch.Tensor, centers: torch.Tensor, assigned: torch.Tensor) -> torch.Tensor:
    """Squared distance of codes z (b, d) and the centres (k, d) they are assigned to (b,), halved, mean over the batch.

    The second term of the objective of Yang, Fu, Sidiropoulos, Hong 2017, without its weight lambda; to be minimised.
    """
    return 0.5 * (z - centers[assigned]).square().sum(dim=1).mean()


def running_centers(
    centers: torch.Tensor, counts: torch.Tensor, z: torch.Tensor, assigned: torch.Tensor
) -> tuple[torch.Tensor, torch.Tensor]:
    """Centres (k, d) and counts (k,) after codes z (b, d) have joined the clusters ``assigned`` (b,).

    The paper moves a centre by 1 / count of the way to each of its codes, one after the other. That is their running mean,
    whatever the order, and so is computed at once.
    """
    joined = torch.zeros_like(counts).index_add(0, assigned, torch.ones_like(z[:, 0]))
    sums = torch.zeros_like(centers).index_add(0, assigned, z.detach())
    total = counts + joined
    return (counts[:, None] * centers + sums) / total[:, None], total
