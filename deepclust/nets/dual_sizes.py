"""How large the dual autoencoder's networks are, worked out from shapes alone, without torch."""

from __future__ import annotations

from itertools import pairwise
from typing import NamedTuple

import numpy as np

from deepclust.nets.sizes import NetSize, picture_shape

SMALL_ENOUGH = 8  # a picture is halved until no side is longer than this
DISCRIMINATOR_WIDTH = 128  # hidden units of the discriminators of pairs


class Convs(NamedTuple):
    """The convolutions of the encoder; the decoder mirrors them.

    n_channels: width at the first size. n_convs: how many at each size, the first with a stride of 2. kernel: their side,
    odd. widest: how many times the first width the deepest has at most, doubled from size to size. n_halvings: how often a
    picture is halved; 0: until no side is longer than 8, twice at least.
    """

    n_channels: int
    n_convs: int = 1
    kernel: int = 3
    widest: int = 4
    n_halvings: int = 0

    def sizes(self, height: int, width: int) -> list[tuple[int, int]]:
        """Sizes of a picture before the first halving and after each: 16 x 16 gives 16, 8, 4.

        A stride of 2 leaves (side + 1) // 2 pixels. By itself 28 x 28 gives 28, 14, 7; 64 x 64 gives 64, 32, 16, 8; and
        224 x 224 ends with 7 after five.
        """
        sizes = [(height, width)]

        def more() -> bool:
            if self.n_halvings:
                return len(sizes) <= self.n_halvings
            return len(sizes) < 3 or max(sizes[-1]) > SMALL_ENOUGH

        while more():
            sizes.append(((sizes[-1][0] + 1) // 2, (sizes[-1][1] + 1) // 2))
        return sizes

    def widths(self, n_stages: int) -> tuple[int, ...]:
        """Channels after each halving."""
        return tuple(self.n_channels * min(2**i, self.widest) for i in range(n_stages))


def dual_autoencoder_size(
    feature_shape: tuple[int, ...], n_components: int, convs: Convs, hidden: tuple[int, ...]
) -> tuple[NetSize, NetSize]:
    """Sizes of the encoder (both heads) and of the decoder, without building them."""
    if len(feature_shape) > 1:
        return _conv_sizes(picture_shape(feature_shape), n_components, convs)
    widths = (int(feature_shape[0]), *hidden)
    encoder = dense_size((*widths, 2 * n_components))
    return encoder, dense_size((n_components, *widths[::-1]))


def dense_size(widths: tuple[int, ...]) -> NetSize:
    """Size of fully connected layers of these widths."""
    weights = sum(a * b for a, b in pairwise(widths))
    return NetSize(weights + sum(widths[1:]), 2.0 * weights, 2.0 * sum(widths))


def features_shape(feature_shape: tuple[int, ...], convs: Convs, hidden: tuple[int, ...]) -> tuple[int, int, int]:
    """Shape (c, h, w) of the feature map in front of the heads, which mutual information is measured on."""
    if len(feature_shape) > 1:
        sizes = convs.sizes(*picture_shape(feature_shape)[1:])
        return convs.widths(len(sizes) - 1)[-1], *sizes[-1]
    return hidden[-1], 1, 1


def pair_size(features: tuple[int, int, int], n_components: int) -> NetSize:
    """Size of both pair discriminators on features (c, h, w), with the pairs and the negative pairs of a sample."""
    c, height, width = features
    places, hidden = height * width, DISCRIMINATOR_WIDTH
    n_parameters, flops = 0, 0.0
    for n_features, n_places in ((c * places, 1), (c, places)):
        n_parameters += (n_features + 1 + n_components) * hidden + (hidden + 1) * hidden + hidden + 1
        flops += 2.0 * hidden * (n_features * n_places + 2 * n_components + 2 * n_places * (hidden + 1))
    return NetSize(n_parameters, flops, 8.0 * hidden * (places + 1))


def cluster_net_size(n_components: int, n_hidden: int, n_outputs: int) -> NetSize:
    """Size of the cluster network."""
    return dense_size((n_components, n_hidden, n_hidden, max(1, n_hidden // 2), n_outputs))


def _conv_sizes(picture: tuple[int, int, int], n_components: int, convs: Convs) -> tuple[NetSize, NetSize]:
    c, height, width = picture
    sizes = convs.sizes(height, width)
    areas = [float(np.prod(size)) for size in sizes]
    widths = (c, *convs.widths(len(sizes) - 1))
    window, n_convs = convs.kernel**2, convs.n_convs
    flat = int(widths[-1] * areas[-1])
    n_parameters = [2 * (flat + 1) * n_components, (n_components + 1) * flat]
    flops = [4.0 * flat * n_components, 2.0 * flat * n_components]
    activations = [2.0 * n_components + flat, 2.0 * flat]
    for i, (a, b) in enumerate(pairwise(widths)):
        extra = n_convs - 1  # convolutions that keep the size, after a halving and before a doubling
        n_parameters[0] += window * a * b + b + extra * (window * b * b + b)
        n_parameters[1] += window * a * b + a + extra * (window * b * b + b)
        at_stage = 2.0 * areas[i + 1] * window * (a * b + extra * b * b)
        flops[0] += at_stage
        flops[1] += at_stage  # each pixel of the smaller map is spread over a window of the larger
        activations[0] += 2.0 * areas[i + 1] * b * n_convs
        activations[1] += 2.0 * (areas[i] * a + areas[i + 1] * b * extra)
    encoder, decoder = (NetSize(p, f, a) for p, f, a in zip(n_parameters, flops, activations, strict=True))
    return encoder, decoder
