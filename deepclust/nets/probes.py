"""Small networks that try to tell transformations apart: one that sees only local texture, and one that sees shapes.

Shapes: x (b, c, h, w) pictures or (b, d) vectors, scores (b, n_classes).
"""

from __future__ import annotations

import torch
from torch import nn
from torch.nn import functional

WIDTH = 16
HIDDEN = 128
SMALLEST = 4  # pixels of a side that is still halved


class TextureProbe(nn.Module):
    """One 3x3 convolution without borders, the mean of each channel over the picture, and a linear layer.

    It cannot know where anything is, only how much there is of which edge and stroke: what it solves needs no shape.
    """

    def __init__(self, n_channels: int, n_classes: int) -> None:
        super().__init__()
        self.conv = nn.Conv2d(n_channels, 2 * WIDTH, 3)
        self.head = nn.Linear(2 * WIDTH, n_classes)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        scores: torch.Tensor = self.head(functional.relu(self.conv(x)).mean(dim=(2, 3)))
        return scores


class ShapeProbe(nn.Module):
    """Two 3x3 convolutions with 2x2 max-pooling after each (while a side has 4 pixels), a hidden layer, a linear layer."""

    def __init__(self, picture: tuple[int, int, int], n_classes: int) -> None:
        super().__init__()
        c, height, width = picture
        self.convs = nn.ModuleList([nn.Conv2d(c, WIDTH, 3, padding=1), nn.Conv2d(WIDTH, 2 * WIDTH, 3, padding=1)])
        self.halved = []
        for _ in self.convs:
            self.halved.append(min(height, width) >= SMALLEST)
            if self.halved[-1]:
                height, width = height // 2, width // 2
        self.hidden = nn.Linear(2 * WIDTH * height * width, HIDDEN)
        self.head = nn.Linear(HIDDEN, n_classes)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        for conv, halved in zip(self.convs, self.halved, strict=True):
            x = conv(x)
            x = functional.relu(functional.max_pool2d(x, 2) if halved else x)
        scores: torch.Tensor = self.head(functional.relu(self.hidden(x.flatten(1))))
        return scores


class VectorProbe(nn.Sequential):
    """Two hidden layers: the form of `ShapeProbe` for vectors."""

    def __init__(self, n_features: int, n_classes: int) -> None:
        super().__init__(
            nn.Linear(n_features, HIDDEN), nn.ReLU(), nn.Linear(HIDDEN, HIDDEN), nn.ReLU(), nn.Linear(HIDDEN, n_classes)
        )
