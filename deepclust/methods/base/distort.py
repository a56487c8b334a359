"""Small distortions of a batch: another look at the same samples, that no one would call different ones."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import torch

SHIFT = 0.1  # of the side of a picture
TURN = 15.0  # degrees
SHEAR = 0.2
ZOOM = 0.15
VECTOR_NOISE = 0.1  # of the spread of each feature in the batch


def distorted(x: torch.Tensor, generator: torch.Generator) -> torch.Tensor:
    """Samples (b, c, h, w) each shifted, turned, sheared and zoomed at random; vectors (b, d) with a little noise.

    The ranges are those usual for digits and letters: shifts of 10 % of a side, 15 degrees, shear 0.2, zoom 0.85 to
    1.15. Pixels from outside the picture repeat its border. There is no mirroring, which makes other letters.
    """
    import torch
    from torch.nn import functional

    if x.ndim == 2:
        noise = torch.randn(x.shape, generator=generator, device=generator.device).to(x.device)
        return x + VECTOR_NOISE * x.std(dim=0, correction=0) * noise
    amounts = 2 * torch.rand(len(x), 5, generator=generator, device=generator.device) - 1
    angle = amounts[:, 0] * math.radians(TURN)
    zoom = 1 + amounts[:, 1] * ZOOM
    shift = 2 * SHIFT * amounts[:, 2:4]  # a picture reaches from -1 to 1
    cos, sin, shear = angle.cos() * zoom, angle.sin() * zoom, SHEAR * amounts[:, 4]
    rows = [torch.stack([cos, shear - sin, shift[:, 0]], 1), torch.stack([sin, cos, shift[:, 1]], 1)]
    grid = functional.affine_grid(torch.stack(rows, 1).to(x.device), list(x.shape), align_corners=False)
    return functional.grid_sample(x, grid, padding_mode="border", align_corners=False)
