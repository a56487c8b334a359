"""Readers for the formats in which the classic data sets are published; nothing is unpacked to disk or unpickled."""

from __future__ import annotations

import gzip
import io
import math
import re
import struct
import tarfile
import zipfile
from collections.abc import Iterable, Iterator
from pathlib import Path, PurePosixPath
from typing import BinaryIO

import numpy as np
from PIL import Image

_IDX_TYPES = {0x08: "u1", 0x09: "i1", 0x0B: ">i2", 0x0C: ">i4", 0x0D: ">f4", 0x0E: ">f8"}
_DAMAGE = (OSError, EOFError, zipfile.BadZipFile, tarfile.TarError)
_AGAIN = "Delete it and download it again."


def read_idx(path: Path, member: str = "") -> np.ndarray:
    """An array in the IDX format of MNIST, gzipped or not; ``member`` names a file inside the zip at ``path``."""
    try:
        content = find_member(path, member) if member else path.read_bytes()
        content = gzip.decompress(content) if content[:2] == b"\x1f\x8b" else content
    except _DAMAGE as error:
        raise ValueError(f"{path.name} is not an IDX file, or it is cut short ({error}). {_AGAIN}") from error
    return array_of_idx(content, path.name)


def array_of_idx(content: bytes, label: str) -> np.ndarray:
    """The array that the bytes of an IDX file hold. ValueError, which calls the file ``label``, if they hold none."""
    try:
        zeros, kind, n_axes = struct.unpack(">HBB", content[:4])
        shape = struct.unpack(f">{n_axes}I", content[4 : 4 + 4 * n_axes])
        dtype = np.dtype(_IDX_TYPES[kind])
    except (struct.error, KeyError) as error:
        raise ValueError(f"{label} is not an IDX file, or it is cut short ({error}). {_AGAIN}") from error
    start = 4 + 4 * n_axes
    if zeros or len(content) - start != math.prod(shape) * dtype.itemsize:
        raise ValueError(
            f"{label} is not an IDX file, or it is cut short: {len(content) - start:,} bytes of data for the shape "
            f"{shape}. {_AGAIN}"
        )
    return np.frombuffer(content, dtype, offset=start).reshape(shape)


def read_libsvm(path: Path, n_features: int) -> tuple[np.ndarray, np.ndarray]:
    """A LIBSVM text file (.bz2, .gz or plain): float32 ``(n, n_features)`` and the labels as they stand, int64 ``(n,)``."""
    from sklearn.datasets import load_svmlight_file

    try:
        X, y = load_svmlight_file(str(path), n_features=n_features)
    except (*_DAMAGE, ValueError) as error:
        raise ValueError(f"{path.name} is not in the LIBSVM format ({error}). {_AGAIN}") from error
    return X.toarray().astype(np.float32), y.astype(np.int64)


def read_svhn(path: Path) -> tuple[np.ndarray, np.ndarray]:
    """A .mat file of SVHN: uint8 ``(n, 32, 32, 3)`` and the digit of each picture, int64 (10 stands for 0 in the file)."""
    from scipy.io import loadmat

    try:
        arrays = loadmat(str(path), variable_names=("X", "y"))
        return np.ascontiguousarray(np.moveaxis(arrays["X"], 3, 0)), arrays["y"].ravel().astype(np.int64) % 10
    except (*_DAMAGE, ValueError, KeyError, TypeError, NotImplementedError) as error:
        raise ValueError(f"{path.name} is not a .mat file with the arrays X and y ({error}). {_AGAIN}") from error


def read_cifar(path: Path) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """The binary tar of CIFAR-10 (not the pickled one): for train and test uint8 ``(n, 32, 32, 3)`` and labels."""
    wanted = {f"data_batch_{i}.bin": ("train", i) for i in range(1, 6)} | {"test_batch.bin": ("test", 0)}
    parts: dict[str, dict[int, np.ndarray]] = {"train": {}, "test": {}}
    for name, content in tar_members(path, wanted):
        if len(content) % 3073:
            raise ValueError(f"{path.name}: {name} is cut short ({len(content):,} bytes). {_AGAIN}")
        split, place = wanted[name]
        parts[split][place] = np.frombuffer(content, np.uint8).reshape(-1, 3073)
    if len(parts["train"]) != 5 or not parts["test"]:
        raise ValueError(f"{path.name} lacks some of {', '.join(wanted)}. {_AGAIN}")
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
        raise ValueError(f"{path.name} lacks some of {', '.join(wanted)}. {_AGAIN}")
    found = {}
    for split in ("train", "test"):
        y = np.frombuffer(content[f"{split}_y.bin"], np.uint8) - 1
        pixels = np.frombuffer(content[f"{split}_X.bin"], np.uint8)
        if pixels.size != len(y) * 3 * 96 * 96:
            raise ValueError(f"{path.name}: {split}_X.bin is cut short. {_AGAIN}")
        found[split] = (np.ascontiguousarray(pixels.reshape(-1, 3, 96, 96).transpose(0, 3, 2, 1)), y)
    return found


def read_turntable(path: Path, side: int) -> tuple[np.ndarray, np.ndarray]:
    """A zip of ``obj3__45.png`` (COIL): uint8 ``(n, side, side[, 3])`` by object and angle, averaged down, and the objects."""
    views = {}
    try:
        with zipfile.ZipFile(path) as archive:
            for info in archive.infolist():
                named = re.fullmatch(r"obj(\d+)__(\d+)\.png", PurePosixPath(info.filename).name)
                if named:
                    picture = Image.open(io.BytesIO(archive.read(info)), formats=("PNG",))
                    views[int(named[1]), int(named[2])] = np.asarray(picture.resize((side, side), Image.Resampling.BOX))
    except (*_DAMAGE, ValueError, SyntaxError) as error:
        raise ValueError(f"{path.name} is damaged ({error}). {_AGAIN}") from error
    if not views:
        raise ValueError(f"{path.name} holds no picture that is called like obj1__0.png. {_AGAIN}")
    order = sorted(views)
    return np.stack([views[key] for key in order]), np.array([key[0] - 1 for key in order])


def read_numbers(path: Path, member: str, delimiter: str | None = None) -> np.ndarray:
    """A text file of numbers inside the archive at ``path``: float64 ``(n, columns)``; None parts at white space."""
    try:
        table = np.loadtxt(io.BytesIO(find_member(path, member)), delimiter=delimiter, ndmin=2)
    except (*_DAMAGE, ValueError) as error:
        raise ValueError(f"{path.name}: {member} is no table of numbers ({error}). {_AGAIN}") from error
    return table


def find_member(path: Path, name: str) -> bytes:
    """The content of the file called ``name`` (its last part) in a zip or tar, or in one that lies inside it."""
    with open(path, "rb") as stream:
        found = _search(stream, name, depth=2)
    if found is None:
        raise ValueError(f"{path.name} does not hold {name}. {_AGAIN}")
    return found


def tar_members(path: Path, names: Iterable[str]) -> Iterator[tuple[str, bytes]]:
    """Files of a tar by the last part of their name, read in one pass that ends with the last of ``names``."""
    missing = set(names)
    try:
        with tarfile.open(path, "r|*") as archive:
            for info in archive:
                name = PurePosixPath(info.name).name
                if info.isfile() and name in missing:
                    stream = archive.extractfile(info)
                    if stream is not None:
                        yield name, stream.read()
                        missing.discard(name)
                if not missing:
                    return
    except _DAMAGE as error:
        raise ValueError(f"{path.name} is not a tar archive, or it is cut short ({error}). {_AGAIN}") from error


def _search(stream: BinaryIO, name: str, depth: int) -> bytes | None:
    start = stream.read(262)
    stream.seek(0)
    if start[257:] == b"ustar":
        with tarfile.open(fileobj=stream) as tar:
            for tarred in tar:
                held = tar.extractfile(tarred) if PurePosixPath(tarred.name).name == name else None
                if held is not None:
                    return held.read()
        return None
    with zipfile.ZipFile(stream) as archive:
        members = [(PurePosixPath(i.filename).name, i) for i in archive.infolist()]
        for last, info in members:
            if last == name:
                return archive.read(info)
        for last, info in members:
            if depth and last.endswith((".zip", ".tar")):
                found = _search(io.BytesIO(archive.read(info)), name, depth - 1)
                if found is not None:
                    return found
    return None
