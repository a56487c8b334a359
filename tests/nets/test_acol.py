"""LALNet's networks: shapes, pooling, dropout with a generator of its own, and the size estimate."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from deepclust.nets.acol import ConvAcolNet, VectorAcolNet, acol_net, dropout, pool_duplicates
from deepclust.nets.sizes import acol_size


@pytest.mark.parametrize("shape", [(16, 16), (28, 28), (17, 17, 3), (5,)])
def test_shapes_and_size(shape):
    net = acol_net(shape, 4, 12, n_parents=3, n_duplicates=5)
    assert isinstance(net, VectorAcolNet if len(shape) == 1 else ConvAcolNet)
    x = torch.rand(6, *shape) if len(shape) == 1 else torch.rand(6, (*shape, 1)[2], *shape[:2])
    f, z = net(x)
    assert f.shape == (6, 12)
    assert z.shape == (6, 15)
    assert (f >= 0).all()
    assert acol_size(shape, 4, 12, 15).n_parameters == sum(p.numel() for p in net.parameters())


def test_the_paper_network_has_the_layers_of_table_2():
    net = acol_net((28, 28), 32, 2048, n_parents=8, n_duplicates=20)
    shapes = [tuple(layer.weight.shape) for layer in [*net.convs, net.hidden, net.head]]
    convolutions = [(32, 1, 3, 3), (32, 32, 3, 3), (64, 32, 3, 3), (64, 64, 3, 3)]
    assert shapes == [*convolutions, (2048, 64 * 7 * 7), (160, 2048)]


def test_flops_of_a_small_network_by_hand():
    # 4 x 4 picture, 2 channels: 9*1*2 and 9*2*2 weights at 16 pixels, 9*2*4 and 9*4*4 at 4; dense 4*1 -> 5 -> 6
    expected = 2 * (16 * (18 + 36) + 4 * (72 + 144) + 4 * 5 + 5 * 6)
    assert acol_size((4, 4), 2, 5, 6).flops == expected
    assert acol_size((3,), 2, 5, 6).flops == 2 * (3 * 5 + 5 * 5 + 5 * 6)


def test_the_start_is_glorot_uniform_with_biases_at_zero():
    torch.manual_seed(0)
    net = acol_net((16, 16), 8, 64, 4, 5)
    for layer in [*net.convs, net.hidden, net.head]:
        fan_in, fan_out = torch.nn.init._calculate_fan_in_and_fan_out(layer.weight)
        bound = np.sqrt(6 / (fan_in + fan_out))
        assert 0.8 * bound < layer.weight.abs().max().item() <= bound
        assert (layer.bias == 0).all()


def test_output_u_belongs_to_parent_u_mod_n_parents():
    z = torch.full((1, 6), -100.0)
    z[0, 4] = 0
    assert pool_duplicates(z, 3).argmax().item() == 1
    y = torch.randn(4, 6).softmax(dim=1)
    pooled = torch.stack([y[:, 0] + y[:, 3], y[:, 1] + y[:, 4], y[:, 2] + y[:, 5]], dim=1)
    torch.testing.assert_close(pool_duplicates(y.log(), 3).softmax(dim=1), pooled)


def test_dropout_draws_from_its_own_generator():
    x = torch.ones(100, 50)
    before = torch.get_rng_state()
    first, again = (dropout(x, 0.3, torch.Generator().manual_seed(7)) for _ in range(2))
    assert torch.equal(first, again)
    assert torch.equal(before, torch.get_rng_state())
    assert (first == 0).float().mean().item() == pytest.approx(0.3, abs=0.03)
    assert first.max().item() == pytest.approx(1 / 0.7)
    assert dropout(x, 0.3, None) is x


def test_a_network_without_noise_drops_nothing():
    net = acol_net((16, 16), 4, 32, 3, 5)
    x = torch.rand(5, 1, 16, 16)
    assert torch.equal(net(x)[1], net(x)[1])
    noisy = [net(x, torch.Generator().manual_seed(s))[1] for s in (0, 0, 1)]
    assert torch.equal(noisy[0], noisy[1])
    assert not torch.equal(noisy[0], noisy[2])
