"""The binary archives in which CIFAR-10 and STL-10 are published."""

from __future__ import annotations

from pathlib import Path, PurePosixPath

import numpy as np

from deepclust.data.dataset import Dataset
from deepclust.data.reading.archives.bundles import open_bundle
from deepclust.data.reading.archives.members import AGAIN, tar_members
from deepclust.data.reading.arrays.samples import dataset_of
from deepclust.data.reading.source import MAX_BYTES


def binary_archive(names: list[str]) -> str | None:
    """ "cifar" or "stl" where the files of an archive are those of CIFAR-10 or STL-10 in their binary form."""
    last = {PurePosixPath(n).name for n in names}
    if "data_batch_1" in last:
        raise ValueError(
            "CIFAR-10 in its Python form holds pickled objects, which can run programs when read and are refused. Give the "
            "binary form, cifar-10-binary.tar.gz, or choose CIFAR-10 in the catalog."
        )
    if "data_batch_1.bin" in last:
        return "cifar"
    return "stl" if "train_X.bin" in last else None


def read_binary_archive(path: Path, name: str = "", max_bytes: int = MAX_BYTES) -> Dataset:
    """The tar of CIFAR-10 or STL-10 as it is published in binary form."""
    label = name or path.name
    with open_bundle(path, label, "Give the archive as it was downloaded") as bundle:
        which = binary_archive(bundle.names)
    parts = read_cifar(path) if which == "cifar" else read_stl(path)
    arrays = {f"{'xy'[i]}_{part}": pair[i] for part, pair in parts.items() for i in (0, 1)}
    return dataset_of(arrays, label, name, max_bytes)


def read_cifar(path: Path) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """The binary tar of CIFAR-10 (not the pickled one): for train and test uint8 ``(n, 32, 32, 3)`` and labels."""
    wanted = {f"data_batch_{i}.bin": ("train", i) for i in range(1, 6)} | {"test_batch.bin": ("test", 0)}
    parts: dict[str, dict[int, np.ndarray]] = {"train": {}, "test": {}}
    for name, content in tar_members(path, wanted):
        if len(content) % 3073:
            raise ValueError(f"{path.name}: {name} is cut short ({len(content):,} bytes). {AGAIN}")
        split, place = wanted[name]
        parts[split][place] = np.frombuffer(content, np.uint8).reshape(-1, 3073)
    if len(parts["train"]) != 5 or not parts["test"]:
        raise ValueError(f"{path.name} lacks some of {', '.join(wanted)}. {AGAIN}")
    found = {}
    for split, batches in parts.items():
        rows = np.concatenate([batches[i] for i in sorted(batches)])
        pictures = rows[:, 1:].reshape(-1, 3, 32, 32).transpose(0, 2, 3, 1)
        found[split] = (np.ascontiguousarray(pictures), rows[:, 0])
    return found


def read_stl(path: Path) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """The binary tar of STL-10: for train and test uint8 ``(n, 96, 96, 3)`` and labels from 0; stored column by column."""
    wanted = ("train_X.bin", "train_y.bin", "test_X.bin", "test_y.bin")
    content = dict(tar_members(path, wanted))
    if len(content) != len(wanted):
        raise ValueError(f"{path.name} lacks some of {', '.join(wanted)}. {AGAIN}")
    found = {}
    for split in ("train", "test"):
        y = np.frombuffer(content[f"{split}_y.bin"], np.uint8) - 1
        pixels = np.frombuffer(content[f"{split}_X.bin"], np.uint8)
        if pixels.size != len(y) * 3 * 96 * 96:
            raise ValueError(f"{path.name}: {split}_X.bin is cut short. {AGAIN}")
        found[split] = (np.ascontiguousarray(pixels.reshape(-1, 3, 96, 96).transpose(0, 3, 2, 1)), y)
    return found
