"""Autoencoders take every shape of sample, keep it, and learn."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from deepclust.nets.autoencoder import ConvAutoencoder, VectorAutoencoder, autoencoder


@pytest.mark.parametrize(
    ("feature_shape", "tensor_shape"),
    [
        ((28, 28), (1, 28, 28)),
        ((8, 8), (1, 8, 8)),
        ((5, 7), (1, 5, 7)),
        ((1, 9), (1, 1, 9)),
        ((1, 1), (1, 1, 1)),
        ((9, 6, 3), (3, 9, 6)),
        ((11,), (11,)),
    ],
)
def test_shapes_go_in_and_come_out(feature_shape, tensor_shape):
    net = autoencoder(feature_shape, 6, (4, 4, 4), (8, 8))
    x = torch.rand(3, *tensor_shape)
    z, x_hat = net(x)
    assert z.shape == (3, 6)
    assert x_hat.shape == x.shape
    assert torch.equal(net.eval().encode(x), net(x)[0])


def test_pictures_get_convolutions_and_vectors_do_not():
    assert isinstance(autoencoder((8, 8), 2, (4,), (8,)), ConvAutoencoder)
    assert isinstance(autoencoder((64,), 2, (4,), (8,)), VectorAutoencoder)


def test_encoder_block_order_is_that_of_the_paper():
    net = autoencoder((8, 8), 2, (4, 4), (8,))
    assert [type(layer) for layer in list(net.encoder)[:4]] == [nn.Conv2d, nn.ReLU, nn.BatchNorm2d, nn.MaxPool2d]


def test_the_latent_space_is_linear():
    net = autoencoder((8, 8), 16, (4, 4), (8,))
    assert (net.encode(torch.rand(32, 1, 8, 8)) < 0).any()


@pytest.mark.parametrize("shape", [(1, 8, 8), (20,)])
def test_reconstruction_can_be_learned(shape):
    torch.manual_seed(0)
    net = autoencoder(shape[1:] or shape, 8, (8, 8), (32, 32))
    x = torch.rand(16, *shape)
    optimiser = torch.optim.Adam(net.parameters(), lr=1e-2)
    errors = []
    for _ in range(60):
        loss = (net(x)[1] - x).square().mean()
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        errors.append(loss.item())
    assert errors[-1] < errors[0] / 5
