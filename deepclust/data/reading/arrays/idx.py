"""The format of MNIST (IDX): one array per file."""

from __future__ import annotations

import gzip
import math
import struct
from pathlib import Path, PurePosixPath

import numpy as np

from deepclust.data.dataset import Dataset
from deepclust.data.reading.archives.bundles import open_bundle
from deepclust.data.reading.archives.members import AGAIN, DAMAGE, find_member
from deepclust.data.reading.archives.packed import PACKED_ENDINGS, open_packed, read_bounded, unpacked
from deepclust.data.reading.arrays.samples import dataset_of
from deepclust.data.reading.sentences import reason
from deepclust.data.reading.source import MAX_BYTES, shorten

IDX_ENDINGS = tuple(f"{n}-ubyte{packed}" for n in ("idx1", "idx3") for packed in ("", ".gz"))
_TYPES = {0x08: "u1", 0x09: "i1", 0x0B: ">i2", 0x0C: ">i4", 0x0D: ">f4", 0x0E: ">f8"}
_ADVICE = "Give the pictures (idx3) and, if there are any, their labels (idx1)"


def is_idx(name: str) -> bool:
    """Whether a file is taken for one of the format of MNIST, by its ending."""
    return name.lower().endswith(IDX_ENDINGS)


def read_idx(path: Path, member: str = "") -> np.ndarray:
    """An array in the IDX format of MNIST, gzipped or not; ``member`` names a file inside the zip at ``path``."""
    try:
        content = find_member(path, member) if member else path.read_bytes()
        content = gzip.decompress(content) if content[:2] == b"\x1f\x8b" else content
    except DAMAGE as error:
        raise ValueError(f"{path.name} is not an IDX file, or it is cut short ({reason(error)}). {AGAIN}") from error
    return array_of_idx(content, path.name)


def array_of_idx(content: bytes, label: str) -> np.ndarray:
    """The array that the bytes of an IDX file hold. ValueError, which calls the file ``label``, if they hold none."""
    try:
        zeros, kind, n_axes = struct.unpack(">HBB", content[:4])
        shape = struct.unpack(f">{n_axes}I", content[4 : 4 + 4 * n_axes])
        dtype = np.dtype(_TYPES[kind])
    except (struct.error, KeyError) as error:
        raise ValueError(f"{label} is not an IDX file, or it is cut short ({reason(error)}). {AGAIN}") from error
    start = 4 + 4 * n_axes
    if zeros or len(content) - start != math.prod(shape) * dtype.itemsize:
        raise ValueError(
            f"{label} is not an IDX file, or it is cut short: {len(content) - start:,} bytes of data for the shape "
            f"{shape}. {AGAIN}"
        )
    return np.frombuffer(content, dtype, offset=start).reshape(shape)


def read_idx_files(path: Path, name: str = "", max_bytes: int = MAX_BYTES) -> Dataset:
    """Pictures in the format of MNIST: one file, or training and test files with their labels in a zip, tar or folder."""
    label = name or path.name
    found: dict[str, np.ndarray] = {}
    if path.is_dir() or not (is_idx(path.name) or path.name.lower().endswith(PACKED_ENDINGS)):
        with open_bundle(path, label, _ADVICE) as bundle:
            for member, stream in bundle.streams([n for n in bundle.names if is_idx(n)]):
                inner = PurePosixPath(member).name
                found[inner] = array_of_idx(unpacked(stream.read(), inner, max_bytes), inner)
    else:
        found[label] = array_of_idx(read_bounded(open_packed(path, label), label, max_bytes), label)
    once: dict[str, np.ndarray] = {}  # Kaggle has every file twice, with a point or a hyphen, packed or not
    for n, array in found.items():
        plain = n.removesuffix(".gz").replace(".idx", "-idx")
        once[n if plain in once and not np.array_equal(once[plain], array) else plain] = array
    found = once
    pictures = {n: a for n, a in found.items() if a.ndim > 1}
    labels = {n: a for n, a in found.items() if a.ndim == 1}
    if not pictures:
        raise ValueError(f"{label} holds labels and no pictures. {_ADVICE} together.")
    tests = [n for n in pictures if _is_test(n)]
    trains = [n for n in pictures if n not in tests]
    arrays: dict[str, np.ndarray] = {}
    if len(trains) == len(tests) == 1:
        arrays = {"x_train": pictures[trains[0]], "x_test": pictures[tests[0]]}
        for n, y in labels.items():
            arrays["y_test" if _is_test(n) else "y_train"] = y
    elif len(pictures) == 1:
        arrays = {"x": next(iter(pictures.values()))}
        fitting = [y for y in labels.values() if len(y) == len(arrays["x"])]
        arrays |= {"y": fitting[0]} if fitting else {}
    else:
        raise ValueError(
            f"{label} holds the pictures {shorten(pictures)}, and which belong together is not known. {_ADVICE}."
        )
    return dataset_of(arrays, label, name, max_bytes)


def _is_test(name: str) -> bool:
    return "t10k" in name or "test" in name
