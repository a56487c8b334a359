"""The dual autoencoder's networks: sizes, shapes, what the discriminators compare, and the size estimate."""

from __future__ import annotations

import pytest
import torch

from deepclust.nets.dual_autoencoder import dual_autoencoder
from deepclust.nets.dual_net import ClusterNet, DualNet
from deepclust.nets.dual_sizes import (
    DISCRIMINATOR_WIDTH,
    Convs,
    cluster_net_size,
    dual_autoencoder_size,
    features_shape,
    pair_size,
)
from deepclust.nets.pair_discriminator import PairDiscriminator

SHAPES = [(28, 28), (16, 16), (5, 7), (1, 9), (1, 1), (17, 4, 2), (64, 64, 3), (2,), (300,)]


@pytest.mark.parametrize(
    ("size", "expected"),
    [
        ((16, 16), [(16, 16), (8, 8), (4, 4)]),
        ((28, 28), [(28, 28), (14, 14), (7, 7)]),
        ((64, 64), [(64, 64), (32, 32), (16, 16), (8, 8)]),
        ((224, 224), [(224, 224), (112, 112), (56, 56), (28, 28), (14, 14), (7, 7)]),
        ((1, 9), [(1, 9), (1, 5), (1, 3)]),
    ],
)
def test_larger_pictures_are_halved_more_often(size, expected):
    assert Convs(4).sizes(*size) == expected
    assert Convs(4, n_halvings=1).sizes(*size) == expected[:2]


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("convs", [Convs(4), Convs(4, n_convs=2), Convs(4, 2, kernel=5, widest=2, n_halvings=3)])
def test_pictures_come_back_in_their_own_shape(shape, convs):
    net = dual_autoencoder(shape, 5, convs, (12, 12))
    x = torch.rand(3, *shape) if len(shape) == 1 else torch.rand(3, *(*shape, 1)[2:3], *shape[:2])
    code = net.encode(x)
    assert code.mu.shape == code.log_var.shape == (3, 5)
    assert code.features.shape[1:] == features_shape(shape, convs, (12, 12))
    assert net.decode(code.mu).shape == x.shape


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("convs", [Convs(4), Convs(4, n_convs=2), Convs(4, 2, kernel=5, widest=2, n_halvings=3)])
def test_the_estimate_counts_the_parameters_of_the_network(shape, convs):
    net = DualNet(shape, 5, convs, 12, 3)
    encoder, decoder = dual_autoencoder_size(shape, 5, convs, (12, 12))
    pairs = pair_size(features_shape(shape, convs, (12, 12)), 5)
    clusters = cluster_net_size(5, 12, 3)

    def count(module: torch.nn.Module) -> int:
        return sum(p.numel() for p in module.parameters())

    assert encoder.n_parameters + decoder.n_parameters == count(net.autoencoder)
    assert pairs.n_parameters == count(net.whole) + count(net.place)
    assert clusters.n_parameters == count(net.clusters)


@pytest.mark.parametrize("shape", [(28, 28), (64, 64, 3), (300,)])
def test_the_estimate_counts_the_operations_of_the_network(shape):
    from torch.utils.flop_counter import FlopCounterMode

    net = dual_autoencoder(shape, 5, Convs(4, 2, kernel=5), (12, 12))
    x = torch.rand(2, *shape) if len(shape) == 1 else torch.rand(2, *(*shape, 1)[2:3], *shape[:2])
    with FlopCounterMode(display=False) as counter:
        net.decode(net.encode(x).mu)
    encoder, decoder = dual_autoencoder_size(shape, 5, Convs(4, 2, kernel=5), (12, 12))
    assert 2 * (encoder.flops + decoder.flops) == pytest.approx(counter.get_total_flops(), rel=0.02)


def test_a_pair_is_scored_like_the_joined_features():
    tell = PairDiscriminator(3, 2, DISCRIMINATOR_WIDTH)
    features, z = torch.rand(4, 3, 2, 5), torch.rand(4, 2)
    scores = tell(features, z)
    assert scores.shape == (4, 2, 5)
    # the first layer on the joined vector [C_ij, z], as figure 3 of the paper has it
    joined = torch.cat([features[1, :, 0, 3], z[1]])
    weight = torch.cat([tell.from_features.weight[:, :, 0, 0], tell.from_code.weight], dim=1)
    hidden = (weight @ joined + tell.from_features.bias).relu()
    hidden = (tell.hidden.weight[:, :, 0, 0] @ hidden + tell.hidden.bias).relu()
    expected = tell.score.weight[:, :, 0, 0] @ hidden + tell.score.bias
    torch.testing.assert_close(scores[1, 0, 3], expected[0])


def test_standardised_codes_lie_about_zero_with_spread_one():
    net = ClusterNet(2, 8, 3)
    codes = 100 + 0.01 * torch.randn(500, 2, generator=torch.Generator().manual_seed(0))
    before = net(codes).std(dim=0).mean() / net(codes).abs().mean()
    net.standardize(codes)
    shown = (codes - net.mean) / net.spread
    torch.testing.assert_close(shown.mean(dim=0), torch.zeros(2), atol=1e-3, rtol=0)
    assert shown.square().mean().item() == pytest.approx(1, abs=1e-3)
    assert net(codes).std(dim=0).mean() / net(codes).abs().mean() > 100 * before
