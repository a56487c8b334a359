"""Arrays of NumPy from strangers: every header is checked before memory is taken, and nothing is ever unpickled."""

from __future__ import annotations

import lzma
import math
import zipfile
import zlib
from collections.abc import Collection
from pathlib import Path
from typing import BinaryIO, cast

import numpy as np
from numpy.lib import format as npy

from deepclust.data.dataset import Dataset
from deepclust.data.reading.archives.zips import check_sizes, open_zip
from deepclust.data.reading.arrays.names import KNOWN, WANTED_ARRAYS, Named
from deepclust.data.reading.arrays.samples import dataset_of
from deepclust.data.reading.sentences import reason
from deepclust.data.reading.source import MAX_BYTES, Source, file_name, shorten

_DAMAGE = (
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    EOFError,
    OSError,
    UnicodeDecodeError,  # a member's name
    RuntimeError,  # a password asked for, or a way of packing that is not known
)


def read_npz(
    source: Source, name: str = "", max_bytes: int = MAX_BYTES, x: str | None = None, y: str | None = None
) -> Dataset:
    """Read an .npz file (or an open binary file) of plain arrays.

    x, y: names of the arrays of samples and labels; None finds samples under x, X, data, images, embeddings,
    features or x_train with x_test, and labels under y, labels, target or y_train with y_test. Labels may be texts;
    ``ids`` (or names, filenames) say what the samples are called. ``(n, d)`` is a table of vectors; ``(n, h, w)``,
    ``(n, h, w, c)`` and ``(n, c, h, w)`` are pictures and are brought to [0, 1] (uint8 by 255, else by range).
    ValueError, with what to do, for anything else.
    """
    label = name or file_name(source, "the file")
    return dataset_of(read_whole_npz(source, label, max_bytes), label, name, max_bytes, x, y)


def read_whole_npz(source: Source, label: str, max_bytes: int) -> Named:
    """All arrays of an .npz; a sparse matrix as one called x, tables with names as their columns."""
    arrays = read_arrays(source, label, max_bytes)
    if {"data", "shape", "format"} <= set(arrays):
        return Named({"x": dense(arrays, label, max_bytes)})
    return of_records(arrays)


def shapes_of_npz(path: Path, label: str) -> dict[str, tuple[tuple[int, ...], np.dtype]]:
    """Shape and type of each array, by its header alone."""
    with open_zip(path, label, "an .npz file (a zip of arrays)", WANTED_ARRAYS) as archive:
        try:
            return {m.filename.removesuffix(".npy"): _header(archive, m)[:2] for m in archive.infolist()}
        except (_BadArrayError, *_DAMAGE):
            return {}  # reading it says what is wrong


def read_whole_npy(path: Path, label: str, max_bytes: int) -> Named:
    """The array of an .npy, called x."""
    return of_records({"x": read_array(path, label, max_bytes)})


def of_records(arrays: dict[str, np.ndarray]) -> Named:
    """Arrays by name; of one with names of columns, as numpy.genfromtxt gives it, the numbers together and the words apart."""
    plain: dict[str, np.ndarray] = {}
    for name, array in arrays.items():
        if array.dtype.names is None or array.ndim != 1:
            plain[name] = array
            continue
        fields = {f: array[f] for f in array.dtype.names}
        words = {f: a for f, a in fields.items() if a.dtype.kind in "SU" or f.lower() in KNOWN}
        numbers = [a for f, a in fields.items() if f not in words and a.dtype.kind in "fiub"]
        if len(words) == 1 and not set(words) & KNOWN:
            words = {"y": next(iter(words.values()))}
        plain |= {name: np.column_stack(numbers) if numbers else array, **words}
    return Named(plain)


def read_arrays(
    source: Source, label: str, max_bytes: int = MAX_BYTES, only: Collection[str] | None = None
) -> dict[str, np.ndarray]:
    """The arrays of an .npz by name (``only`` these, if given).

    ValueError before any of them is allocated if a header asks for too much, holds objects or does not fit.
    """
    with open_zip(source, label, "an .npz file (a zip of arrays)", WANTED_ARRAYS) as archive:
        members = [m for m in archive.infolist() if not m.filename.endswith("/")]
        others = [m.filename for m in members if not m.filename.endswith(".npy")]
        if not members or others:
            found = f"it holds {shorten(others)}" if others else "it is empty"
            raise ValueError(f"{label} is not an .npz file: {found} instead of .npy arrays. {WANTED_ARRAYS}.")
        check_sizes(members, label, max_bytes)
        try:
            headers = {m.filename: _header(archive, m) for m in members}
            for member in members:
                name = member.filename.removesuffix(".npy")
                _check_header(f"the array {name!r}", *headers[member.filename], label, max_bytes)
            named = {m.filename.removesuffix(".npy"): m for m in members}
            return {name: _read_member(archive, m) for name, m in named.items() if only is None or name in only}
        except _BadArrayError as error:
            raise ValueError(f"{label}: {error} {WANTED_ARRAYS}.") from error
        except _DAMAGE as error:
            raise ValueError(
                f"{label} is damaged or cut short ({reason(error)}). Copy or download it again, or save it anew with "
                "numpy.savez."
            ) from error


def read_array(path: Path, label: str, max_bytes: int = MAX_BYTES) -> np.ndarray:
    """The array of an .npy file; ValueError, before memory is taken, as for `read_arrays`."""
    try:
        with open(path, "rb") as stream:
            shape, dtype = _read_header(stream, "it")
            held = path.stat().st_size - stream.tell()
            _check_header("it", shape, dtype, held, label, max_bytes)
            stream.seek(0)
            array: np.ndarray = npy.read_array(stream, allow_pickle=False)
            return array
    except FileNotFoundError as error:
        raise ValueError(f"There is no file {path}. Check the path.") from error
    except (_BadArrayError, *_DAMAGE) as error:
        raise ValueError(
            f"{label} is not an .npy file, or it is damaged or cut short ({reason(error)}). Save it anew with numpy.save."
        ) from error


def dense(parts: dict[str, np.ndarray], label: str, max_bytes: int) -> np.ndarray:
    """The matrix (n, d) whose parts scipy.sparse.save_npz wrote, at its full size. ValueError if that is too large."""
    from scipy import sparse

    n_bytes = 4 * math.prod(int(side) for side in parts["shape"])
    if n_bytes > max_bytes:
        raise ValueError(
            f"{label} holds a sparse matrix that needs {n_bytes / 2**30:.1f} GiB as float32, and at most "
            f"{max_bytes / 2**30:.1f} GiB are allowed. Reduce it first, for example with TruncatedSVD of scikit-learn."
        )
    how = bytes(parts["format"].item()).decode("ascii", "replace")
    if how == "coo" and {"row", "col"} <= set(parts):
        full = np.zeros(tuple(parts["shape"].tolist()), np.float32)
        np.add.at(full, (parts["row"], parts["col"]), parts["data"])  # a place may be named twice
        return full
    if how not in ("csr", "csc"):
        raise ValueError(
            f"{label} holds a sparse matrix of the form {how!r}. Save it as csr: scipy.sparse.save_npz(x.tocsr())."
        )
    build = sparse.csr_array if how == "csr" else sparse.csc_array
    matrix = build((parts["data"], parts["indices"], parts["indptr"]), shape=tuple(parts["shape"].tolist()))
    matrix.check_format(full_check=True)  # a stranger's places must lie inside
    dense: np.ndarray = matrix.astype(np.float32).toarray()
    return dense


class _BadArrayError(Exception):
    """A member of an .npz is not an array that NumPy can read."""


def _header(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> tuple[tuple[int, ...], np.dtype, int]:
    """Shape, type and number of data bytes of a .npy member, without reading the data."""
    with archive.open(member) as stream:
        shape, dtype = _read_header(cast(BinaryIO, stream), repr(member.filename))
        return shape, dtype, member.file_size - stream.tell()


def _read_header(stream: BinaryIO, what: str) -> tuple[tuple[int, ...], np.dtype]:
    try:
        version = npy.read_magic(stream)
        if version not in ((1, 0), (2, 0), (3, 0)):
            raise ValueError(f"unknown version {version}")
        read = npy.read_array_header_1_0 if version == (1, 0) else npy.read_array_header_2_0
        shape, _, dtype = read(stream)
    except _DAMAGE:
        raise
    except Exception as error:  # the parser meets a stranger's text with every kind of exception
        raise _BadArrayError(f"{what} is not a NumPy array, or its header is damaged.") from error
    return shape, dtype


def _check_header(what: str, shape: tuple[int, ...], dtype: np.dtype, held: int, label: str, max_bytes: int) -> None:
    if dtype.hasobject:
        raise ValueError(
            f"{label}: {what} holds Python objects, which can run programs when read and are refused. "
            "Save plain numbers (for labels that are texts: y.astype(str)) and load again."
        )
    # Python's whole numbers: a product of a hostile shape must not wrap around
    n_bytes = math.prod(int(s) for s in shape) * dtype.itemsize
    if n_bytes > max_bytes:
        raise ValueError(
            f"{label}: {what} says that it has the shape {shape}, {n_bytes / 2**30:,.1f} GiB; at most "
            f"{max_bytes / 2**30:.1f} GiB are allowed. Save fewer or smaller samples."
        )
    if min(shape, default=0) < 0 or dtype.itemsize == 0 or n_bytes != held:
        raise ValueError(
            f"{label}: {what} says that it has the shape {shape}, {n_bytes:,} bytes, but holds {held:,}. "
            "The file is damaged or cut short: save it anew with numpy.savez."
        )


def _read_member(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> np.ndarray:
    with archive.open(member) as stream:
        try:
            array: np.ndarray = npy.read_array(stream, allow_pickle=False)
        except ValueError as error:
            raise _BadArrayError(f"{member.filename!r} cannot be read ({reason(error)}).") from error
        if stream.read(1):  # reading on to the end is what makes zipfile compare the checksum
            raise EOFError("more bytes than announced")
    return array
