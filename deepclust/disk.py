"""Files that appear whole or not at all, readers that trust none, and a plain sentence where a disk does not take them."""

from __future__ import annotations

import errno
import json
import os
import re
import secrets
import shutil
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, Generic, TypeVar

import numpy as np
import psutil

T = TypeVar("T")

_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
_FORBIDDEN = (errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOTDIR)
_UNFINISHED = re.compile(r"\..+\.([0-9]+)(\.[0-9a-f]+)?(\.part)?")  # .NAME.PID.RANDOM.part
_TELLING = 64 * 2**20  # bytes of free space below which their number says something
_TICK = 2_000_000_000  # nanoseconds
STALE = 60.0  # seconds after which an unfinished file whose process is gone belongs to nobody


class DiskError(OSError, ValueError):
    """A folder does not take a file; the words are a sentence that a page can show as it stands."""


class DiskFullError(DiskError):
    """There is no space left."""


@contextmanager
def whole(target: Path, *, sync: bool = False) -> Iterator[IO[bytes]]:
    """A file that takes the place of ``target`` when it is complete, and disappears if writing it fails.

    Folders are not made: one that was removed meanwhile must not come back (FileNotFoundError). sync: it is on the disk
    before it takes its place, which a power cut then cannot empty. That costs some 6 ms (and 20 ms for every 10 MB), so it
    is for what nobody could make again, not for heartbeats and maps. DiskError where the disk is full or forbids.
    """
    # a name of its own for every writer: two browser tabs may keep the same upload at the same moment
    unfinished = target.with_name(f".{target.name[:80]}.{os.getpid()}.{secrets.token_hex(4)}.part")
    with refusals(target.parent, target.name):
        try:
            with open(unfinished, "xb") as stream:
                yield stream
                if sync:
                    stream.flush()
                    os.fsync(stream.fileno())
            os.replace(unfinished, target)
        except BaseException:
            unfinished.unlink(missing_ok=True)
            raise


@contextmanager
def refusals(folder: Path, name: str = "") -> Iterator[None]:
    """Turn a full disk or a folder that may not be written into a DiskError that says so (of the file ``name``)."""
    try:
        yield
    except DiskError:
        raise
    except OSError as error:
        folder = folder.parent if folder.name.startswith(".") else folder  # it was only being made
        if error.errno in _FULL:
            raise DiskFullError(
                f"The disk that holds {folder} is full, and nothing was kept{f' of {name}' if name else ''}"
                f"{_left(folder)}. Free some space (own data sets and runs can be deleted in the app) and try again."
            ) from error
        if error.errno in _FORBIDDEN:
            raise DiskError(
                f"The folder {folder} cannot be written ({error.strerror}). Choose another one: DEEPCLUST_DATA names the "
                "folder of the catalog's files, DEEPCLUST_RUNS the one of runs and own data sets."
            ) from error
        raise


def _left(folder: Path) -> str:
    try:
        free = shutil.disk_usage(folder).free
    except OSError:
        return ""
    return f" ({free / 2**20:.1f} MB are free)" if free < _TELLING else ""  # else a quota or a limit is full


def no_room(folder: Path) -> bool:
    """Whether the disk of a folder is as good as full."""
    try:
        return shutil.disk_usage(folder).free < 2**20
    except OSError:
        return False


def obstacle(folder: Path) -> str:
    """Why nothing can be kept in a folder, as a sentence; empty where nothing is known to be in the way."""
    there = next(path for path in (folder, *folder.parents) if path.exists())
    only_look = "What is there can be looked at, and nothing can be trained, edited or kept."
    if not os.access(there, os.W_OK | os.X_OK):
        return f"The folder {folder} cannot be written. {only_look} DEEPCLUST_RUNS names another one."
    if no_room(there):
        return (
            f"The disk that holds {folder} is full. {only_look} Free some space: runs and own data sets can be deleted."
        )
    return ""


def make_folder(folder: Path) -> None:
    """Make a folder and those above it. DiskError where that cannot be."""
    with refusals(folder):
        folder.mkdir(parents=True, exist_ok=True)


def append(path: Path, content: bytes) -> None:
    """Add to the end of a file, all of it or nothing. DiskError where the disk is full or forbids."""
    with refusals(path.parent, path.name), open(path, "ab", buffering=0) as file:
        before = file.seek(0, os.SEEK_END)
        try:
            written = 0
            while written < len(content):
                written += file.write(content[written:])
        except OSError:
            file.truncate(before)
            raise


def sweep(folder: Path) -> None:
    """Remove what writers that were killed have left unfinished in a folder and in those inside it."""
    for path in folder.rglob(".*"):
        unfinished = _UNFINISHED.fullmatch(path.name)
        try:
            if unfinished and time.time() - path.stat().st_mtime > STALE and not psutil.pid_exists(int(unfinished[1])):
                path.unlink(missing_ok=True)
        except OSError:
            continue  # it is gone, or the folder may not be written


def write_json(path: Path, values: Mapping[str, Any], *, sync: bool = False) -> None:
    """Write a JSON object as `whole` does."""
    content = json.dumps(values, indent=1).encode()
    with whole(path, sync=sync) as stream:
        stream.write(content)


def read_json(path: Path) -> Any:
    """What a JSON file holds. OSError if it cannot be read, ValueError if it is damaged."""
    return decode_json(path.read_bytes())


class Remembered(Generic[T]):
    """What was read from a file, read again only when the file has changed; errors are not remembered."""

    def __init__(self, path: Path, read: Callable[[Path], T]) -> None:
        self._path, self._read = path, read
        self._kept: tuple[tuple[int, int, int], T] | None = None

    def __call__(self) -> T:
        facts = self._path.stat()
        stamp, kept = (facts.st_ino, facts.st_mtime_ns, facts.st_size), self._kept
        if kept is not None and kept[0] == stamp:
            return kept[1]
        value = self._read(self._path)
        # one that was written just now may change again without another stamp: clocks of file systems tick slowly
        self._kept = (stamp, value) if time.time_ns() - facts.st_mtime_ns > _TICK else None
        return value


def decode_json(text: bytes | str) -> Any:
    """A JSON text as Python values; ValueError for every kind of damage."""
    try:
        return json.loads(text)
    except RecursionError as error:
        raise ValueError("it is nested too deeply") from error


def save_arrays(path: Path, arrays: Mapping[str, np.ndarray | float], *, sync: bool = False) -> None:
    """Write an npz as `whole` does."""
    with whole(path, sync=sync) as stream:
        np.savez(stream, **arrays)  # type: ignore[arg-type]


def load_arrays(path: Path) -> dict[str, np.ndarray]:
    """All arrays of an npz, never unpickling anything. OSError if it cannot be read, ValueError if it is damaged."""
    # opened here: numpy leaves a file open in which it finds no zip
    with open(path, "rb") as file:
        try:
            with np.load(file, allow_pickle=False) as arrays:
                return {name: arrays[name] for name in arrays.files}
        except Exception as error:  # zip, zlib and header readers stumble in every way
            raise ValueError(f"{path.name} is damaged: {error}.") from error
