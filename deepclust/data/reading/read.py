"""Read any file or folder: the reader for each kind, and what there is to choose before it is read."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from deepclust.data.dataset import Dataset
from deepclust.data.reading.archives.bundles import TAR_ENDINGS
from deepclust.data.reading.archives.inner import unwrapped
from deepclust.data.reading.arrays import apart
from deepclust.data.reading.arrays.cifar_stl import read_binary_archive
from deepclust.data.reading.arrays.idx import read_idx_files
from deepclust.data.reading.arrays.libsvm import read_libsvm_file
from deepclust.data.reading.arrays.names import Named
from deepclust.data.reading.arrays.npz import read_whole_npy, read_whole_npz, shapes_of_npz
from deepclust.data.reading.arrays.safetensors import read_tensors
from deepclust.data.reading.arrays.samples import ArrayLook, dataset_of, look_at_arrays, may_ask
from deepclust.data.reading.arrays.together import read_together
from deepclust.data.reading.kinds import CHOICES, INNER, FileKind, kind_of_file
from deepclust.data.reading.pictures.collection import PictureChoice, PictureScan, read_pictures, scan_pictures
from deepclust.data.reading.sentences import in_words
from deepclust.data.reading.source import MAX_BYTES
from deepclust.data.reading.tables.columns import TableLook
from deepclust.data.reading.tables.dataset import read_table
from deepclust.data.reading.tables.roles import look_at_table
from deepclust.data.reading.texts import read_texts

#: Kinds at which there is nothing to choose.
_WHOLE = {"idx": read_idx_files, "libsvm": read_libsvm_file, "binary": read_binary_archive}
#: Kinds of which x, y and the shape of pictures may be chosen: path, label and most bytes to arrays by name.
_ARRAYS: dict[FileKind, Callable[[Path, str, int], Named]] = {
    # an .npz is a zip of arrays; under its own name it may have been made by hand, with names that say other things
    "npz": lambda path, label, n: (read_together if path.suffix.lower() == ".zip" else read_whole_npz)(path, label, n),
    "npy": read_whole_npy,
    "hdf5": lambda *file: apart.named_apart("deepclust.data.reading.arrays.hdf5.read_arrays_hdf5", *file),
    "mat": lambda *file: apart.named_apart("deepclust.data.reading.arrays.mat.read_mat", *file),
    "h5ad": lambda *file: apart.named_apart("deepclust.data.reading.arrays.h5ad.read_h5ad", *file),
    "safetensors": lambda path, label, max_bytes: Named(read_tensors(path, label, max_bytes)),
    "together": read_together,
}
Look = PictureScan | TableLook | ArrayLook


def read_file(
    path: Path, choices: Mapping[str, Any] | None = None, name: str = "", max_bytes: int = MAX_BYTES
) -> Dataset:
    """Read any file or folder that is known. choices: keys of ``CHOICES`` of its kind; name: the title, else the file's.

    ValueError for unknown choices and for data that cannot be read, MixedSizes where pictures need a size.
    """
    label = name or path.name
    with in_words(label):
        return _read(path, dict(choices or {}), name, max_bytes, label)


def look_at_file(path: Path, label: str = "", chosen: Mapping[str, Any] | None = None) -> Look | None:
    """What there is to choose in a file before it is read; None where there is nothing. ValueError as for `read_file`.

    chosen: what is settled already: the file of several, the sheet of a workbook, whether a table has a header.
    """
    label = label or path.name
    with in_words(label):
        kind = kind_of_file(path, label)
        settled = dict(chosen or {})
        file = settled.pop("file", None)
        if kind == "inside":
            with unwrapped(path, label, INNER, file) as inside:
                look = look_at_file(inside.path, label, settled)
                if len(inside.names) < 2 or isinstance(look, PictureScan):
                    return look
                return replace(look or ArrayLook({}, "", None, None), files=inside.names)
        if kind == "pictures":
            return scan_pictures(path, label)
        if kind == "table":
            return look_at_table(path, label, settled)
        if kind == "npz" and not may_ask(shapes_of_npz(path, label)):
            return None
        return look_at_arrays(_ARRAYS[kind](path, label, MAX_BYTES), label) if kind in _ARRAYS else None


def _read(path: Path, chosen: dict[str, Any], name: str, max_bytes: int, label: str) -> Dataset:
    kind = kind_of_file(path, label)
    if kind == "inside":
        with unwrapped(path, label, INNER, chosen.pop("file", None)) as inside:
            data = _read(inside.path, chosen, name or _stem(path), max_bytes, label)
            return replace(data, notes=(*inside.notes, *data.notes))
    unknown = sorted(set(chosen) - set(CHOICES[kind]))
    if unknown:
        allowed = f"has {', '.join(CHOICES[kind])}" if CHOICES[kind] else "has none"
        raise ValueError(f"{label}: {', '.join(map(repr, unknown))} cannot be chosen; a file of this kind {allowed}.")
    if kind in _ARRAYS:
        return dataset_of(_ARRAYS[kind](path, label, max_bytes), label, name or _stem(path), max_bytes, **chosen)
    if kind in _WHOLE:
        return _WHOLE[kind](path, name, max_bytes)
    if kind == "table":
        choice = look_at_table(path, label, chosen).suggested if chosen else None
        return read_table(path, choice, name, max_bytes, label)
    if kind == "texts":
        found = read_texts(path, name, max_bytes)
    else:
        found = read_pictures(path, name=name, max_bytes=max_bytes, choice=PictureChoice.from_json(chosen))
    return found if name else replace(found, name=_stem(path), title=_stem(path))


def _stem(path: Path) -> str:
    name = path.name
    ending = next((e for e in TAR_ENDINGS if name.lower().endswith(e)), path.suffix)
    return name[: len(name) - len(ending)] or name
