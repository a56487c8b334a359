"""MATLAB files of any version: matrices, the fields of structs, and cells of names or of several matrices."""

from __future__ import annotations

import math
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from deepclust.data.reading.arrays.hdf5 import plain_arrays, read_plain
from deepclust.data.reading.arrays.names import Named
from deepclust.data.reading.sentences import in_words
from deepclust.data.reading.source import MAX_BYTES, check_unpacked, shorten

_ADVICE = "Save the samples as X (n, features) and the labels, if any, as y, or save them as .npz"
#: Bytes per number of the kinds of MATLAB that are read; of a sparse matrix, which is brought to its full size.
_BYTES = {"double": 8, "single": 4, "logical": 1, "sparse": 8} | {
    f"{sign}int{bits}": bits // 8 for sign in ("", "u") for bits in (8, 16, 32, 64)
}
_NESTED = ("struct", "cell", "char")  # their size is known by what the file unpacks to
_COMPRESSED = 15  # the type of a packed element of version 5
_MOST_CELLS = 1_000_000


def read_mat(path: Path, label: str, max_bytes: int = MAX_BYTES) -> Named:
    """The arrays of a MATLAB file, in this process. Samples may come last, as SVHN has them; sizes are looked up before anything is read.

    The fields of a struct go by their names; a cell of names is an array of texts, one of matrices is one array each.
    """
    with open(path, "rb") as stream:
        newest = stream.read(10) == b"MATLAB 7.3"
    with in_words(label, " as a .mat file", _ADVICE):
        found = dict(_newest(path, label, max_bytes) if newest else _older(path, label, max_bytes))
    notes: list[str] = []
    arrays: dict[str, np.ndarray] = {}
    for name, value in found.items():
        _flatten(name, value, arrays, notes)
    if not any(a.size > 1 and a.dtype.kind in "fiub" for a in arrays.values()):
        raise ValueError(f"{label} holds no array of numbers. {' '.join(notes)} {_ADVICE}.".replace("  ", " "))
    lengths = [a.size for n, a in arrays.items() if a.ndim == 2 and 1 in a.shape]
    for name, array in arrays.items():
        if array.ndim == 2 and 1 in array.shape:
            arrays[name] = array.ravel()
        elif array.ndim > 1 and array.shape[-1] in lengths and array.shape[0] not in lengths:
            arrays[name] = np.moveaxis(array, -1, 0)
            notes.append(f"The samples of {name} came last and were moved to the front.")
    return Named(arrays, notes, by_columns=True)


def _newest(path: Path, label: str, max_bytes: int) -> Iterator[tuple[str, np.ndarray]]:
    """Of version 7.3, an HDF5 file that stores axes the other way round; cells are references to their parts."""
    import h5py

    with h5py.File(path, "r") as file:
        listed = list(plain_arrays(file, label, cells=True))
        check_unpacked(sum(a.size * a.dtype.itemsize for _, a in listed), path.stat().st_size, label, max_bytes)
        for name, array in listed:
            short = name.rpartition("/")[2]
            if h5py.check_ref_dtype(array.dtype) is None:
                yield short, _characters(array) if _is_text(array) else read_plain(array).transpose()
                continue
            if array.size > _MOST_CELLS:
                raise ValueError(f"{label}: the cell {short} has {array.size:,} parts. {_ADVICE}.")
            parts = [file[reference] for reference in array[...].transpose().ravel()]
            cell = np.empty(len(parts), object)
            cell[:] = [_characters(p) if _is_text(p) else read_plain(p).transpose() for p in parts]
            yield short, cell


def _is_text(array: Any) -> bool:
    return bytes(array.attrs.get("MATLAB_class", b"")) == b"char"


def _characters(array: Any) -> np.ndarray:
    """Rows of characters, stored as numbers, as texts."""
    codes = np.atleast_2d(read_plain(array).transpose())
    return np.array(["".join(map(chr, row)) for row in codes.tolist()])


def _older(path: Path, label: str, max_bytes: int) -> Iterator[tuple[str, np.ndarray]]:
    from scipy.io import loadmat, whosmat

    listed = [(n, math.prod(shape) * _BYTES.get(kind, 1), kind) for n, shape, kind in whosmat(path)]
    listed = [(n, n_bytes, kind) for n, n_bytes, kind in listed if kind in (*_BYTES, *_NESTED)]
    check_unpacked(sum(n_bytes for _, n_bytes, _ in listed), 2**62, label, 2 * max_bytes)
    dense = sum(n_bytes for _, n_bytes, kind in listed if kind != "sparse")
    if any(kind in _NESTED for _, _, kind in listed):
        dense = max(dense, _unpacked_size(path))
    check_unpacked(dense, path.stat().st_size, label, 2 * max_bytes)
    found = loadmat(path, variable_names=[n for n, _, _ in listed]) if listed else {}
    yield from ((n, value) for n, value in found.items() if n[0] != "_")


def _unpacked_size(path: Path) -> int:
    """How many bytes the elements of a file of version 5 unpack to."""
    total = 0
    with open(path, "rb") as stream:
        order = "big" if stream.read(128)[126:] == b"MI" else "little"
        while len(tag := stream.read(8)) == 8:
            kind, n_bytes = (int.from_bytes(tag[i : i + 4], order) for i in (0, 4))  # type: ignore[arg-type]
            if kind != _COMPRESSED:
                stream.seek(n_bytes, 1)
                total += n_bytes
                continue
            unpack, content = zlib.decompressobj(), stream.read(n_bytes)
            while content:
                total += len(unpack.decompress(content, 2**20))
                content = unpack.unconsumed_tail
    return total


def _flatten(name: str, value: Any, arrays: dict[str, np.ndarray], notes: list[str], depth: int = 0) -> None:
    """Put what a variable holds into ``arrays``; what is not read is said in ``notes``."""
    array: np.ndarray = value.toarray() if hasattr(value, "toarray") else np.asarray(value)
    if array.dtype.names and array.size == 1 and depth < 3:
        notes.append(f"The struct {name} was looked into: {shorten(array.dtype.names)}.")
        for field in array.dtype.names:
            _flatten(
                field if field not in arrays else f"{name}.{field}", array[field].flat[0], arrays, notes, depth + 1
            )
    elif array.dtype == object and array.size:
        parts = [np.asarray(part) for part in array.ravel()]
        if all(part.dtype.kind == "U" and part.size <= 1 for part in parts):
            arrays[name] = np.array([str(part.ravel()[0]) if part.size else "" for part in parts])
        elif all(part.dtype.kind in "fiub" for part in parts) and {part.size for part in parts} == {1}:
            arrays[name] = np.array([part.ravel()[0] for part in parts])
        elif all(part.dtype.kind in "fiub" and part.ndim > 1 for part in parts) and len(parts) <= 100:
            arrays |= {f"{name} (cell {i})": part for i, part in enumerate(parts, start=1)}
            notes.append(f"{name} is a cell of {len(parts)} matrices, each an array of its own.")
        else:
            notes.append(f"{name} is a cell of mixed parts and was not read.")
    elif array.dtype.kind in "fiubU" and array.dtype.names is None:
        arrays[name] = array
    else:
        notes.append(f"{name} is neither numbers nor names and was not read.")
