"""How large a network is, worked out from shapes alone: layer sizes, parameters, operations, memory."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

SMALLEST_POOLED_SIDE = 4  # a side shorter than this is not halved again, so at least 2 pixels are left


@dataclass(frozen=True)
class NetSize:
    """n_parameters; flops of one forward pass of one sample; floats kept for the backward pass per sample."""

    n_parameters: int
    flops: float
    activations: float


def picture_shape(feature_shape: tuple[int, ...]) -> tuple[int, int, int]:
    """(channels, height, width) of samples given as (h, w) or (h, w, c)."""
    height, width = feature_shape[:2]
    return (feature_shape[2] if len(feature_shape) == 3 else 1), height, width


def pooled_sizes(height: int, width: int, n_blocks: int) -> list[tuple[int, int]]:
    """Sizes of a picture before the first pooling and after each, at most ``n_blocks`` of them, at least one.

    Each side is halved while it has 4 pixels or more: 28 x 28 gives 28, 14, 7, 3; 8 x 8 gives 8, 4, 2; 1 x 9 gives
    1 x 9, 1 x 4, 1 x 2; and 2 x 2 stays as it is in its single block.
    """
    sizes = [(height, width)]
    while len(sizes) <= n_blocks and (len(sizes) == 1 or max(sizes[-1]) >= SMALLEST_POOLED_SIDE):
        sizes.append((halved(sizes[-1][0]), halved(sizes[-1][1])))
    return sizes


def halved(side: int) -> int:
    """Pixels that are left of a side after one pooling."""
    return side // 2 if side >= SMALLEST_POOLED_SIDE else side


def autoencoder_size(
    feature_shape: tuple[int, ...], n_components: int, channels: tuple[int, ...], hidden: tuple[int, ...]
) -> NetSize:
    """Size of ``autoencoder(feature_shape, n_components, channels, hidden)`` without building it."""
    if len(feature_shape) > 1:
        return _conv_size(picture_shape(feature_shape), n_components, channels)
    return _mlp_size(int(feature_shape[0]), n_components, hidden)


def acol_size(feature_shape: tuple[int, ...], n_channels: int, n_hidden: int, n_outputs: int) -> NetSize:
    """Size of LALNet's network with ``n_outputs`` linear outputs in all, without building it."""
    if len(feature_shape) == 1:
        widths: tuple[int, ...] = (int(feature_shape[0]), n_hidden, n_hidden, n_outputs)
        n_parameters, flops, activations = 0, 0.0, 0.0
    else:
        c, height, width = picture_shape(feature_shape)
        areas = (height * width, (height // 2) * (width // 2), (height // 4) * (width // 4))
        channels = (c, n_channels, n_channels, 2 * n_channels, 2 * n_channels)
        weights = [9 * a * b for a, b in pairwise(channels)]
        n_parameters = sum(weights) + sum(channels[1:])
        flops = 2.0 * (areas[0] * sum(weights[:2]) + areas[1] * sum(weights[2:]))
        activations = n_channels * (2.0 * areas[0] + 7 * areas[1] + 5 * areas[2])
        widths = (2 * n_channels * areas[2], n_hidden, n_outputs)
    dense = sum(a * b for a, b in pairwise(widths))
    return NetSize(n_parameters + dense + sum(widths[1:]), flops + 2.0 * dense, activations + 3.0 * sum(widths))


def _mlp_size(n_features: int, n_components: int, hidden: tuple[int, ...]) -> NetSize:
    widths = (n_features, *hidden, n_components, *hidden[::-1], n_features)
    weights = sum(a * b for a, b in pairwise(widths))
    batch_normed = 2 * sum(hidden)
    n_parameters = weights + sum(widths[1:]) + 2 * batch_normed
    return NetSize(n_parameters, 2.0 * weights, 3.0 * sum(widths))


def _conv_size(picture: tuple[int, int, int], n_components: int, channels: tuple[int, ...]) -> NetSize:
    n_channels, height, width = picture
    sizes = pooled_sizes(height, width, len(channels))
    widths = (n_channels, *channels[: len(sizes) - 1])
    areas = [float(np.prod(size)) for size in sizes]
    n_parameters, flops, activations = 0, 0.0, 2 * areas[0] * n_channels
    for i, (a, b) in enumerate(pairwise(widths)):
        n_parameters += 9 * a * b + b + 2 * b  # encoder: convolution, batch norm
        n_parameters += 9 * b * a + a + (2 * a if i > 0 else 0)  # decoder: the last convolution has no batch norm
        flops += 2 * 2 * 9 * a * b * areas[i]
        activations += areas[i] * (3 * b + b + 3 * a)
    flat = int(widths[-1] * areas[-1])
    n_parameters += flat * n_components + n_components + n_components * flat + flat
    return NetSize(n_parameters, flops + 4.0 * flat * n_components, activations + 2 * flat + n_components)
