"""The archives in which CIFAR-10, CIFAR-100 and STL-10 are published."""

from __future__ import annotations

from pathlib import Path, PurePosixPath

import numpy as np

from deepclust.data.dataset import Dataset
from deepclust.data.reading.archives.bundles import Bundle, open_bundle
from deepclust.data.reading.archives.members import AGAIN, tar_members
from deepclust.data.reading.arrays.cifar_pickled import values_of
from deepclust.data.reading.arrays.samples import dataset_of
from deepclust.data.reading.sentences import reason
from deepclust.data.reading.source import MAX_BYTES


def binary_archive(names: list[str]) -> str | None:
    """ "cifar", "pickled" (the Python form) or "stl" where the files of an archive are those of CIFAR or STL-10."""
    last = {PurePosixPath(n).name for n in names}
    if "data_batch_1" in last or {"meta", "train", "test"} <= last:
        return "pickled"
    if last & {"data_batch_1.bin", "train.bin"}:
        return "cifar"
    return "stl" if "train_X.bin" in last else None


def read_binary_archive(path: Path, name: str = "", max_bytes: int = MAX_BYTES) -> Dataset:
    """The archive of CIFAR-10, CIFAR-100 or STL-10 as it is published, in binary or (CIFAR) in Python form."""
    label = name or path.name
    with open_bundle(path, label, "Give the archive as it was downloaded") as bundle:
        which = binary_archive(bundle.names)
        if which == "pickled":
            return dataset_of(_read_pickled(bundle, label, max_bytes), label, name, max_bytes)
    parts = read_cifar(path) if which == "cifar" else read_stl(path)
    arrays = {f"{'xy'[i]}_{part}": pair[i] for part, pair in parts.items() for i in (0, 1)}
    return dataset_of(arrays, label, name, max_bytes)


def _read_pickled(bundle: Bundle, label: str, max_bytes: int) -> dict[str, np.ndarray]:
    """Pictures and labels, the fine ones of CIFAR-100, out of the Python form; see `cifar_pickled`."""
    names = {PurePosixPath(n).name: n for n in bundle.names}
    wanted = [
        n for n in names if n in ("train", "test", "meta", "batches.meta", "test_batch") or n.startswith("data_b")
    ]
    last = {names[n]: n for n in wanted}
    try:
        files = {last[n]: values_of(stream.read(max_bytes)) for n, stream in bundle.streams(list(last))}
        classes = [
            name if isinstance(name, str) else name.decode()
            for about in ("meta", "batches.meta")
            for key in ("fine_label_names", "label_names")
            for name in files.get(about, {}).get(key, ())
        ]
        arrays: dict[str, np.ndarray] = {}
        for part, batches in (("test", ("test", "test_batch")), ("train", sorted(n for n in files if n[0] in "td"))):
            some = [files[n] for n in batches if n in files and (part == "test") == n.startswith("test")]
            rows = np.concatenate([batch["data"] for batch in some])
            standing = rows.reshape(-1, 3, 32, 32).transpose(0, 2, 3, 1) if rows.shape[1] == 3072 else rows
            arrays[f"x_{part}"] = standing
            labels = np.concatenate([batch.get("fine_labels", batch.get("labels")) for batch in some]).astype(np.int64)
            arrays[f"y_{part}"] = np.array(classes)[labels] if classes else labels
    except Exception as error:  # strangers' bytes end a walk through them in every kind of exception
        raise ValueError(
            f"{label} holds pickled objects that are not those of CIFAR ({reason(error)}). They can run programs when read and "
            "are refused: give the binary form, such as cifar-10-binary.tar.gz."
        ) from error
    return arrays


def read_cifar(path: Path) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """The binary tar of CIFAR-10 or CIFAR-100: for train and test uint8 ``(n, 32, 32, 3)`` and labels, of 100 the fine ones."""
    ten = {f"data_batch_{i}.bin": ("train", i) for i in range(1, 6)} | {"test_batch.bin": ("test", 0)}
    hundred = {"train.bin": ("train", 0), "test.bin": ("test", 0)}
    wanted = {**ten, **hundred}
    parts: dict[str, dict[int, np.ndarray]] = {"train": {}, "test": {}}
    for name, content in tar_members(path, wanted):
        width = 3074 if name in hundred else 3073  # two labels before the pixels, or one
        if len(content) % width:
            raise ValueError(f"{path.name}: {name} is cut short ({len(content):,} bytes). {AGAIN}")
        split, place = wanted[name]
        parts[split][place] = np.frombuffer(content, np.uint8).reshape(-1, width)[:, width - 3073 :]
    if len(parts["train"]) != (1 if 0 in parts["train"] else 5) or not parts["test"]:
        raise ValueError(f"{path.name} lacks some of {', '.join(ten)}. {AGAIN}")
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
