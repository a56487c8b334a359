"""DEPICT's autoencoder gives every layer back in its shape, whatever the shape of samples, and drops values on one way only."""

from __future__ import annotations

import pytest
import torch

from deepclust.nets.noisy_autoencoder import NoisyAutoencoder


@pytest.mark.parametrize("shape", [(28, 28), (7, 5), (1, 9), (2, 2), (9, 6, 3), (5,), (1,)])
def test_every_layer_comes_back_in_its_shape(shape):
    x = torch.rand(4, shape[0]) if len(shape) == 1 else torch.rand(4, shape[2] if len(shape) == 3 else 1, *shape[:2])
    net = NoisyAutoencoder(shape, n_components=3, width=6, n_clusters=2)
    *layers, z = net.encode(x)
    assert [back.shape for back in net.decode(z)] == [layer.shape for layer in layers]
    assert z.abs().max() <= 1
    assert net.head(z).shape == (4, 2)


def test_the_noisy_way_drops_values_and_the_clean_one_does_not():
    net = NoisyAutoencoder((8, 8), n_components=3, width=4, n_clusters=2)
    x, noise = torch.rand(5, 1, 8, 8), torch.Generator().manual_seed(0)
    clean, again, noisy = net.encode(x), net.encode(x), net.encode(x, 0.5, noise)
    torch.testing.assert_close(clean, again)
    assert not torch.allclose(clean[-1], noisy[-1])
    torch.testing.assert_close(noisy[0], x)  # what has to be given back is the sample as it is
