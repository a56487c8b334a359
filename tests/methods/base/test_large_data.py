"""Data that fill half of the memory: scaled with one copy or none, and codes that are the data themselves with one more."""

from __future__ import annotations

import tracemalloc

import numpy as np
import pytest

from deepclust.methods import METHODS


def peak(function, *arguments):
    """What a function returns, and the most bytes that numpy held meanwhile."""
    tracemalloc.start()
    try:
        result = function(*arguments)
        return result, tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize(("scaling", "copies"), [("range", 1), ("standard", 1), ("none", 0)])
def test_scaling_takes_one_copy_at_most(scaling, copies):
    X = np.random.default_rng(0).random((2_000, 50)).astype(np.float32)
    method = METHODS["KMeans"](n_clusters=2, scaling=scaling, n_init=1).fit(X)
    scaled, held = peak(method._scale, X)
    assert held < (copies + 0.1) * X.nbytes
    np.testing.assert_array_equal(scaled, (X - method.scaling_offset_) / method.scaling_divisor_)
    assert (scaled is X) == (copies == 0)
    X.flags.writeable = False
    assert method._scale(X).flags.writeable, "torch takes no array that it could not write to"


def test_codes_without_an_autoencoder_are_those_that_the_network_gives():
    import torch

    from deepclust.methods.spectralnet.spaces import fixed_codes
    from deepclust.nets.spectral import SpectralNets

    x = torch.rand(2_500, 3, generator=torch.Generator().manual_seed(0))
    net = SpectralNets(None, 3, (), (4, 4, 2))
    before = x.clone()
    codes = fixed_codes(net, x)
    assert torch.equal(x, before), "the data are as they were"
    assert torch.equal(codes, torch.cat([net.code(part) for part in x.split(1024)]))
