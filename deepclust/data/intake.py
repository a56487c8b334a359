"""Uploads on their way in: written to disk once and hashed; and paths on this machine, inside allowed folders only."""

from __future__ import annotations

import hashlib
import os
import re
import tempfile
import time
import unicodedata
import zipfile
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO, BinaryIO

from deepclust.data.reading.arrays.idx import is_idx
from deepclust.data.reading.arrays.together import belong_together
from deepclust.data.reading.kinds import ENDINGS, WANTED, refuse_unread
from deepclust.data.reading.pictures.collection import is_picture
from deepclust.data.reading.source import shorten
from deepclust.data.reading.texts import is_text
from deepclust.disk import refusals

FOLDERS_VARIABLE = "DEEPCLUST_FOLDERS"
INCOMING = "incoming"  # inside the folder of own data sets
FORGOTTEN = 24 * 3600.0  # seconds after which an upload that nobody used is removed
BLOCK = 2**20
_JOINER = "\u200d"  # holds emoji of several parts together
_MARKS = set("*_`[]()<>{}$:#|~\\^")  # what pages would take for formatting


@dataclass(frozen=True)
class Incoming:
    """Data on disk that wait to be read. title: their name, fit to be shown; sha256 of the bytes of an upload, else "".

    n_files: how many were sent.
    """

    path: Path
    title: str
    sha256: str
    n_bytes: int
    n_files: int = 1

    def discard(self) -> None:
        """Remove an upload from the disk; what was only pointed to stays."""
        if self.sha256:
            self.path.unlink(missing_ok=True)


def receive(files: Sequence[tuple[str, BinaryIO]], own_folder: Path) -> Incoming:
    """Write an upload below ``own_folder`` and hash it: one file as it is, many that belong together as one zip.

    files: names (with folders, if they have some) and streams. The same bytes under the same kind of name give the
    same file. ValueError for files that do not belong together, a name of no known kind, or a full disk.
    """
    if not files:
        raise ValueError(f"No file was sent. {WANTED}.")
    folder = own_folder / INCOMING
    with refusals(folder):
        folder.mkdir(parents=True, exist_ok=True)
        _forget(folder)
        if len(files) == 1 and not is_picture(files[0][0]):
            name, stream = files[0]
            return _stored(folder, title_of(name), ending_of(name), stream)
        return _packed(folder, files)


def point_to(text: str) -> Incoming:
    """A file or folder of this machine, named by its path. ValueError as for `allowed_path`."""
    path = allowed_path(text)
    return Incoming(path, title_of(path.name), "", path.stat().st_size)


def title_of(file_name: str) -> str:
    """The name of a file without folders and ending, fit to be shown."""
    name = PurePosixPath(file_name.replace("\\", "/")).name
    return shown_name(name[: len(name) - len(ending_of(name, strict=False))].rstrip(" -."))


def shown_name(text: str) -> str:
    """A name without anything that a page would take for formatting, at most 60 characters; never empty."""
    kept = "".join(" " if c in _MARKS or (unicodedata.category(c)[0] in "CZ" and c != _JOINER) else c for c in text)
    return " ".join(kept.split())[:60].strip() or "my data"


def ending_of(name: str, strict: bool = True) -> str:
    """The known ending of a file name, in lower case. ValueError, or "" where not strict, if it has none."""
    found = [e for e in ENDINGS if name.lower().endswith(e)]
    if found:
        return max(found, key=len)
    if strict:
        refuse_unread(name, shown_name(name))
        suffix = PurePosixPath(name).suffix[:20]
        what = f"Files that end in {suffix!r} are" if suffix else "A file without an ending is"
        raise ValueError(f"{what} not known here. {WANTED}.")
    return ""


def allowed_folders() -> list[Path]:
    """The folders of this machine that pages may read, as DEEPCLUST_FOLDERS names them; none by default."""
    named = os.environ.get(FOLDERS_VARIABLE, "")
    return [Path(part).expanduser().resolve() for part in named.split(os.pathsep) if part.strip()]


def allowed_path(text: str) -> Path:
    """A path that someone typed, resolved. ValueError if it is not there or, links followed, outside the allowed folders."""
    folders = allowed_folders()
    if not folders:
        raise ValueError(
            f"No folder of this machine may be read yet. Start the app with {FOLDERS_VARIABLE}=/path/of/a/folder (several "
            f"are separated by {os.pathsep!r})."
        )
    try:
        path = Path(text.strip()).expanduser()
        path = (path if path.is_absolute() else folders[0] / path).resolve()
        inside = any(path.is_relative_to(folder) for folder in folders)
        there = inside and path.exists()
    except (OSError, ValueError, RuntimeError) as error:
        raise ValueError(f"{text[:200]!r} is no path that can be read ({error}). Check it.") from error
    if not inside:
        raise ValueError(
            f"{path} lies outside the folders that may be read: {shorten(list(map(str, folders)))}. Copy the data there, or "
            f"add its folder to {FOLDERS_VARIABLE}."
        )
    if not there:
        raise ValueError(f"There is no {path}. Check the path.")
    return path


def _stored(folder: Path, title: str, ending: str, stream: BinaryIO) -> Incoming:
    digest, n_bytes = hashlib.sha256(), 0
    with tempfile.NamedTemporaryFile(dir=folder, prefix=".", suffix=".part", delete=False) as target:
        try:
            while block := stream.read(BLOCK):
                digest.update(block)
                target.write(block)
                n_bytes += len(block)
            target.close()
            path = folder / f"{digest.hexdigest()}{ending}"
            os.replace(target.name, path)
        except BaseException:
            Path(target.name).unlink(missing_ok=True)
            raise
    return Incoming(path, title, digest.hexdigest(), n_bytes)


def _packed(folder: Path, files: Sequence[tuple[str, BinaryIO]]) -> Incoming:
    """Many files that belong together as one zip, sorted by name and without dates, so that the same files give the same bytes."""
    parts = belong_together([n for n, _ in files])
    others = [n for n, _ in files if not (is_picture(n) or is_text(n) or is_idx(n) or n in parts)]
    if len(others) > len(files) // 2:
        refuse_unread(others[0], shown_name(others[0]))
        raise ValueError(
            f"Several files at once must be pictures or .txt files, but there are {shorten(others)}. Send one table or one "
            "array at a time, or X.npy with y.npy, or tensors.tsv with metadata.tsv."
        )
    with tempfile.TemporaryFile(dir=folder) as collected:
        seen: dict[str, int] = {}
        with zipfile.ZipFile(collected, "w", zipfile.ZIP_STORED) as archive:
            for name, stream in sorted(files, key=lambda pair: pair[0]):
                plain = name.replace("\\", "/").lstrip("/") or "file"
                seen[plain] = seen.get(plain, 0) + 1
                if seen[plain] > 1:  # two folders may hold files of the same name
                    plain = re.sub(r"(\.\w+)$", rf" ({seen[plain]})\1", plain)
                with archive.open(zipfile.ZipInfo(plain), "w", force_zip64=True) as member:
                    _copy(stream, member)
        collected.seek(0)
        top = PurePosixPath(files[0][0].replace("\\", "/")).parts
        title = shown_name(top[0]) if len(top) > 1 else f"{len(files):,} files"
        stored = _stored(folder, title, ".zip", collected)
    return Incoming(stored.path, title, stored.sha256, stored.n_bytes, len(files))


def _copy(source: BinaryIO, target: IO[bytes]) -> None:
    while block := source.read(BLOCK):
        target.write(block)


def _forget(folder: Path) -> None:
    for path in folder.iterdir():
        with suppress(FileNotFoundError):  # another upload has just ended, or clears up as well
            if path.is_file() and time.time() - path.stat().st_mtime > FORGOTTEN:
                path.unlink()
