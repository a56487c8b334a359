"""Read any file or folder: the reader for each kind, and what there is to choose before it is read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from deepclust.data.dataset import Dataset
from deepclust.data.reading.archives.bundles import TAR_ENDINGS
from deepclust.data.reading.archives.inner import unwrapped
from deepclust.data.reading.arrays.cifar_stl import read_binary_archive
from deepclust.data.reading.arrays.hdf5 import read_hdf5
from deepclust.data.reading.arrays.idx import read_idx_files
from deepclust.data.reading.arrays.libsvm import read_libsvm_file
from deepclust.data.reading.arrays.mat import read_mat
from deepclust.data.reading.arrays.npz import read_npy, read_npz
from deepclust.data.reading.kinds import CHOICES, ENDINGS, kind_of_file
from deepclust.data.reading.pictures.collection import PictureScan, read_pictures, scan_pictures
from deepclust.data.reading.sentences import in_words
from deepclust.data.reading.source import MAX_BYTES
from deepclust.data.reading.tables.columns import TableLook
from deepclust.data.reading.tables.dataset import read_table
from deepclust.data.reading.tables.open import TABLE_ENDINGS
from deepclust.data.reading.tables.roles import look_at_table
from deepclust.data.reading.texts import read_texts

#: What is read where a zip holds it alone.
INNER = tuple(
    ending for ending in ENDINGS if ending in (*TABLE_ENDINGS, ".npz", ".mat", ".h5", ".hdf5") and ending != ".txt"
)
#: Kinds at which there is nothing to choose.
_WHOLE = {"idx": read_idx_files, "libsvm": read_libsvm_file, "binary": read_binary_archive}


def read_file(
    path: Path, choices: Mapping[str, Any] | None = None, name: str = "", max_bytes: int = MAX_BYTES
) -> Dataset:
    """Read any file or folder that is known. choices: keys of ``CHOICES`` of its kind; name: the title, else the file's.

    ValueError for unknown choices and for data that cannot be read, MixedSizes where pictures need a size.
    """
    label = name or path.name
    with in_words(label), unwrapped(path, label, INNER) as inner:
        data = _read(inner, dict(choices or {}), name, max_bytes, label)
    return data if name or inner == path else replace(data, name=_stem(path), title=_stem(path))


def look_at_file(
    path: Path, label: str = "", chosen: Mapping[str, Any] | None = None
) -> PictureScan | TableLook | None:
    """What there is to choose in a file before it is read; None where there is nothing. ValueError as for `read_file`.

    chosen: what is settled of a table already, such as its sheet.
    """
    label = label or path.name
    with in_words(label), unwrapped(path, label, INNER) as inner:
        kind = kind_of_file(inner, label)
        if kind == "pictures":
            return scan_pictures(inner, label)
        return look_at_table(inner, label, chosen) if kind == "table" else None


def _read(path: Path, chosen: dict[str, Any], name: str, max_bytes: int, label: str) -> Dataset:
    kind = kind_of_file(path, label)
    unknown = sorted(set(chosen) - set(CHOICES[kind]))
    if unknown:
        allowed = f"has {', '.join(CHOICES[kind])}" if CHOICES[kind] else "has none"
        raise ValueError(f"{label}: {', '.join(map(repr, unknown))} cannot be chosen; a file of this kind {allowed}.")
    if kind == "npz":
        return read_npz(path, name, max_bytes, **chosen)
    if kind == "hdf5":
        return read_hdf5(path, name, max_bytes, **chosen)
    if kind == "mat":
        return read_mat(path, name, max_bytes, **chosen)
    if kind in _WHOLE:
        return _WHOLE[kind](path, name, max_bytes)
    if kind == "npy":
        return read_npy(path, name, max_bytes)
    if kind == "table":
        choice = look_at_table(path, label, chosen).suggested if chosen else None
        return read_table(path, choice, name, max_bytes, label)
    if kind == "texts":
        found = read_texts(path, name, max_bytes)
    else:
        size = chosen.get("size")
        found = read_pictures(path, (int(size[0]), int(size[1])) if size else None, name, max_bytes)
    return found if name else replace(found, name=_stem(path), title=_stem(path))


def _stem(path: Path) -> str:
    name = path.name
    ending = next((e for e in TAR_ENDINGS if name.lower().endswith(e)), path.suffix)
    return name[: len(name) - len(ending)] or name
