"""The networks of LALNet: convolutions (or hidden layers) up to the space F, and the auto-clustering output layer.

Shapes: x (b, c, h, w) or (b, d), f (b, n_hidden) representation, z (b, n_duplicates * n_parents) linear outputs,
of which output u belongs to parent-class u mod n_parents.
"""

from __future__ import annotations

import torch
from torch import nn
from torch.nn import functional

from deepclust.nets.sizes import picture_shape

DROPOUTS = (0.2, 0.3, 0.5)  # after the first pooling, after the second, on F (Kilinc & Uysal 2018, table 2)


def pool_duplicates(z: torch.Tensor, n_parents: int) -> torch.Tensor:
    """Scores (b, n_parents) whose softmax is the pooled softmax of z (b, n_duplicates * n_parents), eq. (3).

    The sum over a parent's duplicates is taken on a logarithmic scale, where nothing can overflow.
    """
    scores: torch.Tensor = z.unflatten(1, (-1, n_parents)).logsumexp(dim=1)
    return scores


def dropout(x: torch.Tensor, p: float, noise: torch.Generator | None) -> torch.Tensor:
    """Values set to 0 with probability p, the others scaled up; all kept where there is no ``noise`` to draw from.

    torch's own dropout draws from the global generator, which a resumed training could not bring back. Four values
    share one draw of 64 random bits, 16 bits each (p is met to 1 in 65,536): several times faster than one draw each.
    """
    if noise is None:
        return x
    draws = torch.empty(-(-x.numel() // 4), dtype=torch.int64, device=x.device)
    bits = draws.random_(-(2**63), None, generator=noise).view(torch.int16)[: x.numel()]  # all of int16
    kept = bits.as_strided(x.shape, x.stride()) >= round(p * 2**16) - 2**15
    return x * kept * (1 / (1 - p))


class AcolNet(nn.Module):
    """Base of both forms: hidden layer F (ReLU, dropout), then the linear outputs Z of the ACOL head.

    Weights start Glorot-uniform and biases at 0, as in the Keras of the paper.
    """

    def __init__(self, n_flat: int, n_hidden: int, n_parents: int, n_duplicates: int) -> None:
        super().__init__()
        self.n_parents = n_parents
        self.hidden = nn.Linear(n_flat, n_hidden)
        self.head = nn.Linear(n_hidden, n_parents * n_duplicates)

    def features(self, x: torch.Tensor, noise: torch.Generator | None) -> torch.Tensor:
        """What F is computed from: (b, n_flat)."""
        raise TypeError(f"{type(self).__name__} must define features")

    def forward(self, x: torch.Tensor, noise: torch.Generator | None = None) -> tuple[torch.Tensor, torch.Tensor]:
        """F (b, n_hidden) before its dropout, and Z. Without ``noise`` nothing is dropped."""
        f = functional.relu(self.hidden(self.features(x, noise)))
        return f, self.head(dropout(f, DROPOUTS[2], noise))

    def start(self) -> None:
        for layer in self.modules():
            if isinstance(layer, nn.Conv2d | nn.Linear):
                nn.init.xavier_uniform_(layer.weight)
                if layer.bias is not None:
                    nn.init.zeros_(layer.bias)


class ConvAcolNet(AcolNet):
    """The 6-layer CNN of table 2: twice (two 3x3 convolutions, 2x2 max-pooling, dropout), F, Z.

    ``n_channels`` is the width of the first two convolutions; the other two have twice as many. Max-pooling comes
    before the ReLU: the values are the same, and there are four times fewer of them.
    """

    def __init__(
        self, picture: tuple[int, int, int], n_channels: int, n_hidden: int, n_parents: int, n_duplicates: int
    ) -> None:
        c, height, width = picture
        super().__init__(2 * n_channels * (height // 4) * (width // 4), n_hidden, n_parents, n_duplicates)
        widths = (c, n_channels, n_channels, 2 * n_channels, 2 * n_channels)
        self.convs = nn.ModuleList(nn.Conv2d(widths[i], widths[i + 1], 3, padding=1) for i in range(4))
        self.start()

    def features(self, x: torch.Tensor, noise: torch.Generator | None) -> torch.Tensor:
        for block, p in ((self.convs[:2], DROPOUTS[0]), (self.convs[2:], DROPOUTS[1])):
            x = functional.relu(block[0](x), inplace=True)
            x = functional.relu(functional.max_pool2d(block[1](x), 2), inplace=True)
            x = dropout(x, p, noise)
        return x.flatten(1)


class VectorAcolNet(AcolNet):
    """The form for vectors: one more hidden layer in place of the convolutions."""

    def __init__(self, n_features: int, n_hidden: int, n_parents: int, n_duplicates: int) -> None:
        super().__init__(n_hidden, n_hidden, n_parents, n_duplicates)
        self.first = nn.Linear(n_features, n_hidden)
        self.start()

    def features(self, x: torch.Tensor, noise: torch.Generator | None) -> torch.Tensor:
        return dropout(functional.relu(self.first(x)), DROPOUTS[0], noise)


def acol_net(
    feature_shape: tuple[int, ...], n_channels: int, n_hidden: int, n_parents: int, n_duplicates: int
) -> AcolNet:
    """The network that suits samples of a shape: (h, w) or (h, w, c) pictures, (d,) vectors."""
    if len(feature_shape) == 1:
        return VectorAcolNet(feature_shape[0], n_hidden, n_parents, n_duplicates)
    return ConvAcolNet(picture_shape(feature_shape), n_channels, n_hidden, n_parents, n_duplicates)
