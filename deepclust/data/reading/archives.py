"""Zip archives from strangers: every size is checked before memory is taken, and nothing is ever unpickled."""

from __future__ import annotations

import bz2
import gzip
import lzma
import math
import zipfile
import zlib
from collections.abc import Collection, Iterable
from pathlib import Path
from typing import BinaryIO, cast

import numpy as np
from numpy.lib import format as npy

Source = Path | str | BinaryIO  # a path, or an open binary file such as an upload

MAX_BYTES = 2 * 2**30  # of the unpacked members, and of the samples as float32
BOMB_BYTES = 256 * 2**20  # a file may shrink as far as it likes while it unpacks to less than this ...
BOMB_RATIO = 200  # ... above that, nobody's real data shrink more than this
MAX_MEMBERS = 200_000

_DAMAGE = (
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    EOFError,
    OSError,
    UnicodeDecodeError,  # a member's name
    RuntimeError,  # a password asked for, or a way of packing that is not known
)

WANTED_ARRAYS = (
    "Save the samples as x, shape (n, features) or (n, height, width[, 3]), and the labels, if any, as y: "
    "numpy.savez('data.npz', x=x, y=y)"
)


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
                f"{label} is damaged or cut short ({error}). Copy or download it again, or save it anew with "
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
            f"{label} is not an .npy file, or it is damaged or cut short ({error}). Save it anew with numpy.save."
        ) from error


def open_zip(source: Source, label: str, what: str, advice: str) -> zipfile.ZipFile:
    """Open a zip for reading; ValueError if it is missing, no zip, damaged, locked or has too many members."""
    try:
        archive = zipfile.ZipFile(source)
    except FileNotFoundError as error:
        raise ValueError(f"There is no file {source}. Check the path.") from error
    except (zipfile.BadZipFile, OSError, NotImplementedError, ValueError) as error:
        raise ValueError(f"{label} is not {what}, or it is damaged or cut short ({error}). {advice}.") from error
    members = archive.infolist()
    if len(members) > MAX_MEMBERS or any(m.flag_bits & 1 for m in members):
        archive.close()
        if len(members) > MAX_MEMBERS:
            raise ValueError(f"{label} holds {len(members):,} files; at most {MAX_MEMBERS:,} are allowed. {advice}.")
        raise ValueError(f"{label} is locked with a password. Save it without one and load it again.")
    return archive


def check_sizes(members: Iterable[zipfile.ZipInfo], label: str, max_bytes: int) -> None:
    """ValueError if zip members would unpack to more than is allowed, or shrink as only a zip bomb does."""
    total = sum(m.file_size for m in members)
    packed = sum(m.compress_size for m in members)
    if total > max_bytes:
        raise ValueError(
            f"{label} would unpack to {total / 2**30:.1f} GiB, and at most {max_bytes / 2**30:.1f} GiB are allowed. "
            "Save fewer or smaller samples."
        )
    if total > BOMB_BYTES and total > BOMB_RATIO * max(packed, 1):
        raise ValueError(
            f"{label} would unpack to {total // max(packed, 1):,} times its size ({total / 2**20:,.0f} MiB), as a zip bomb "
            f"does; at most {BOMB_RATIO} times is allowed above {BOMB_BYTES // 2**20} MiB. If these are real data, "
            "save them uncompressed."
        )


def file_name(source: Source, otherwise: str) -> str:
    """The name of a file without its folders; uploads carry theirs in ``.name``."""
    named = source if isinstance(source, (str, Path)) else getattr(source, "name", "")
    return Path(named).name if isinstance(named, (str, Path)) and str(named) else otherwise


def shorten(names: Iterable[str], at_most: int = 5) -> str:
    """A list of names as text: the first few, and how many more there are."""
    names = [n if len(n) <= 60 else n[:57] + "..." for n in names]
    more = f" and {len(names) - at_most:,} more" if len(names) > at_most else ""
    return ", ".join(names[:at_most]) + more


def open_packed(path: Path) -> BinaryIO:
    """A file for reading; what gzip, bzip2 or xz packed is unpacked as it is read. Errors come with the first read."""
    with open(path, "rb") as stream:
        start = stream.read(6)
    if start.startswith(b"\x1f\x8b"):
        return cast(BinaryIO, gzip.open(path))
    if start.startswith(b"BZh"):
        return cast(BinaryIO, bz2.open(path))
    if start.startswith(b"\xfd7zXZ\0"):
        return cast(BinaryIO, lzma.open(path))
    return open(path, "rb")


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
            raise _BadArrayError(f"{member.filename!r} cannot be read ({error}).") from error
        if stream.read(1):  # reading on to the end is what makes zipfile compare the checksum
            raise EOFError("more bytes than announced")
    return array
