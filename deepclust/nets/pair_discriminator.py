"""A discriminator of pairs: does this code belong to this sample (or to this place of its feature map)?"""

from __future__ import annotations

import torch
from torch import nn
from torch.nn import functional


class PairDiscriminator(nn.Module):
    """T(C, z) of Yang et al. 2019, eqs. (9) and (10), figure 3: scores (b, h, w) of pairs, high for pairs that belong.

    features (b, c, h, w) and codes z (b, d) are joined at every place, then 1x1 convolutions. On the feature map this is
    T2, the local discriminator; on the whole map as one place, (b, c * h * w, 1, 1), it is T1, the global one. The first
    convolution of the joined pair is the sum of one of either part, so that z is not copied to every place.
    """

    def __init__(self, n_features: int, n_components: int, n_hidden: int) -> None:
        super().__init__()
        self.from_features = nn.Conv2d(n_features, n_hidden, 1)
        self.from_code = nn.Linear(n_components, n_hidden, bias=False)
        self.hidden = nn.Conv2d(n_hidden, n_hidden, 1)
        self.score = nn.Conv2d(n_hidden, 1, 1)

    def forward(self, features: torch.Tensor, z: torch.Tensor) -> torch.Tensor:
        return self.compare(self.from_features(features), z)

    def compare(self, read: torch.Tensor, z: torch.Tensor) -> torch.Tensor:
        """The scores from features that have been read by ``from_features`` already."""
        joined = functional.relu(read + self.from_code(z)[:, :, None, None])
        scores: torch.Tensor = self.score(functional.relu(self.hidden(joined)))
        return scores.squeeze(1)
