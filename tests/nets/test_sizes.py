"""Layer sizes and the size estimate, against the real networks."""

from __future__ import annotations

import pytest

from deepclust.nets.autoencoder import autoencoder
from deepclust.nets.sizes import autoencoder_size, picture_shape, pooled_sizes

SHAPES = [(28, 28), (8, 8), (5, 7), (1, 9), (1, 1), (32, 32, 3), (17, 4, 2), (2,), (784,)]


@pytest.mark.parametrize("feature_shape", SHAPES)
@pytest.mark.parametrize("channels", [(4,), (4, 6, 8), (5, 5, 5, 5)])
def test_parameter_count_is_that_of_the_network(feature_shape, channels):
    net = autoencoder(feature_shape, 7, channels, (12, 9))
    expected = sum(p.numel() for p in net.parameters())
    assert autoencoder_size(feature_shape, 7, channels, (12, 9)).n_parameters == expected


def test_flops_of_a_small_vector_network_by_hand():
    # 3 -> 5 -> 2 -> 5 -> 3: 15 + 10 + 10 + 15 = 50 products, each with an addition
    assert autoencoder_size((3,), 2, (4,), (5,)).flops == 100


def test_flops_of_a_small_picture_network_by_hand():
    # 4 x 4 picture, one block of 2 channels, pooled to 2 x 2 (8 values), latent 3:
    # convolutions 9 * 1 * 2 weights at 16 pixels there and back, linear 8 * 3 there and back
    expected = 2 * (2 * 9 * 1 * 2 * 16) + 2 * (2 * 8 * 3)
    assert autoencoder_size((4, 4), 3, (2,), (5,)).flops == expected


def test_larger_pictures_need_more_memory():
    small, large = (autoencoder_size((side, side), 10, (32,) * 3, (5,)) for side in (14, 28))
    assert 3 < large.activations / small.activations < 5


@pytest.mark.parametrize(
    ("size", "n_blocks", "expected"),
    [
        ((28, 28), 3, [(28, 28), (14, 14), (7, 7), (3, 3)]),
        ((8, 8), 3, [(8, 8), (4, 4), (2, 2)]),
        ((1, 9), 3, [(1, 9), (1, 4), (1, 2)]),
        ((2, 2), 3, [(2, 2), (2, 2)]),
        ((28, 28), 1, [(28, 28), (14, 14)]),
    ],
)
def test_pooled_sizes(size, n_blocks, expected):
    assert pooled_sizes(*size, n_blocks) == expected


def test_picture_shape_puts_channels_first():
    assert picture_shape((5, 7)) == (1, 5, 7)
    assert picture_shape((5, 7, 3)) == (3, 5, 7)
