"""Small distortions: another picture every time, but never far from the first, and none without a generator's state."""

from __future__ import annotations

import torch

from deepclust.methods.base.distort import distorted


def generator() -> torch.Generator:
    return torch.Generator().manual_seed(0)


def test_shapes_and_repeatability():
    for shape in [(6, 1, 8, 8), (6, 3, 5, 9), (6, 1, 1, 4), (6, 10)]:
        x = torch.rand(shape, generator=generator())
        views = distorted(x, generator())
        assert views.shape == x.shape
        assert torch.isfinite(views).all()
        assert torch.equal(views, distorted(x, generator()))


def test_a_flat_picture_stays_flat():
    x = torch.full((4, 1, 12, 12), 0.7)
    torch.testing.assert_close(distorted(x, generator()), x)


def test_a_blob_moves_a_little():
    x = torch.zeros(200, 1, 21, 21)
    x[:, :, 9:12, 9:12] = 1
    views = distorted(x, generator())
    rows = torch.arange(21.0)
    centre = (views.sum(dim=(1, 3)) * rows).sum(dim=1) / views.sum(dim=(1, 2, 3))
    assert 0.5 < (centre - 10).abs().mean() < 2.2
    assert (centre - 10).abs().max() < 2.6  # 10 % of 21 pixels, on a picture that may be zoomed by 15 %
    assert (distorted(x, torch.Generator().manual_seed(1)) != views).any()


def test_vectors_get_noise_of_a_tenth_of_their_spread():
    x = torch.randn(4000, 2, generator=generator()) * torch.tensor([1.0, 50.0])
    spread = (distorted(x, torch.Generator().manual_seed(1)) - x).std(dim=0)
    torch.testing.assert_close(spread, torch.tensor([0.1, 5.0]), rtol=0.1, atol=0)
