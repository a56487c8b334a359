"""Many files in one: a zip, a tar or a folder, looked through without unpacking anything and without following links."""

from __future__ import annotations

import contextlib
import lzma
import os
import stat
import tarfile
import unicodedata
import zipfile
import zlib
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import BinaryIO, cast

from deepclust.data.reading.archives.zips import MAX_MEMBERS, check_sizes, open_zip
from deepclust.data.reading.sentences import reason
from deepclust.data.reading.source import Source, most_unpacked, shorten
from deepclust.data.reading.tables.encoding import decoded

MAX_UNPACKED = 64 * 2**30  # of all files together; only one at a time is in memory
MAX_FILE = 256 * 2**20  # of one of them
TAR_ENDINGS = (".tar", ".tar.gz", ".tgz", ".tar.bz2", ".tbz2", ".tar.xz", ".txz")
_KNOWN_PACKINGS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA)
_PACKINGS = {9: "Deflate64", 93: "Zstandard", 95: "XZ", 98: "PPMd"}
SINGLE_ENDINGS = (".tif", ".tiff", ".gif", ".webp")  # of files that may hold several pictures
_SYSTEM_FILES = ("thumbs.db", "desktop.ini")


@dataclass
class Bundle:
    """Visible files by their name with its folders, sorted; and why others are left out.

    label: how the whole is called in sentences.
    """

    label: str
    names: list[str]
    left_out: dict[str, str] = field(default_factory=dict)

    def streams(self, names: Collection[str]) -> Iterator[tuple[str, BinaryIO]]:
        """Each of these files, opened, in an order that suits the bundle; a stream is good until the next is asked for."""
        raise NotImplementedError


@contextlib.contextmanager
def open_bundle(source: Source, label: str, advice: str, max_file: int = 0) -> Iterator[Bundle]:
    """Open a zip, a tar or a folder. ValueError, ending in ``advice``, if it is none of them, damaged or a bomb.

    max_file: bytes of a file in it beyond which it is left out; 0 for MAX_FILE.
    """
    if isinstance(source, (str, Path)) and Path(source).is_dir():
        yield _Folder(Path(source), label, max_file or MAX_FILE)
        return
    if isinstance(source, (str, Path)) and Path(source).suffix.lower() in SINGLE_ENDINGS:
        yield _File(Path(source), label)
        return
    if _is_tar(source):
        yield _Tar(source, label, advice, max_file or MAX_FILE)
        return
    with open_zip(source, label, "a zip file", advice) as archive:
        yield _Zip(archive, label, max_file or MAX_FILE)


def visible(name: str) -> bool:
    """Whether a file is meant to be seen: not hidden, and not one that a system left behind."""
    parts = [p for p in PurePosixPath(name.replace("\\", "/")).parts if p not in ("/", ".", "..")]
    hidden = any(p.startswith(".") or p == "__MACOSX" for p in parts)
    return bool(parts) and not hidden and parts[-1].lower() not in _SYSTEM_FILES


class _Zip(Bundle):
    def __init__(self, archive: zipfile.ZipFile, label: str, max_file: int) -> None:
        members = [m for m in archive.infolist() if not m.filename.endswith("/") and visible(m.filename)]
        check_sizes(members, label, MAX_UNPACKED)
        links = {m.filename: "a link" for m in members if stat.S_ISLNK(m.external_attr >> 16)}
        large = {m.filename: "too large" for m in members if m.file_size > max_file}
        packed = {
            m.filename: f"packed in a way that is not read ({_PACKINGS.get(m.compress_type, m.compress_type)})"
            for m in members
            if m.compress_type not in _KNOWN_PACKINGS
        }
        if packed and len(packed) == len(members):
            raise ValueError(
                f"{label} is {next(iter(packed.values()))}. Unpack it, and pack the folder again as an ordinary zip."
            )
        kept = {_called(m): m for m in members if m.filename not in links | large | packed}
        super().__init__(label, sorted(kept), links | large | packed)
        self._archive, self._members = archive, kept

    def streams(self, names: Collection[str]) -> Iterator[tuple[str, BinaryIO]]:
        for name in names:
            try:
                stream = self._archive.open(self._members[name])
            except Exception as error:  # a damaged directory meets every kind of exception
                yield name, cast(BinaryIO, _Broken(error))
                continue
            with stream:
                yield name, cast(BinaryIO, stream)


def _readable(name: str) -> str:
    """The name of a file of a disk or a tar in one normal form, also where it is written in another encoding."""
    with contextlib.suppress(UnicodeError):
        return unicodedata.normalize("NFC", name.encode("utf-8").decode())
    return unicodedata.normalize("NFC", decoded(name.encode("utf-8", "surrogateescape")))


def _called(member: zipfile.ZipInfo) -> str:
    """The name of a member, also where the zip does not say in which encoding it is: UTF-8, or Chinese."""
    if member.flag_bits & 0x800 or member.filename.isascii():
        return unicodedata.normalize("NFC", member.filename)
    with contextlib.suppress(UnicodeError):
        return unicodedata.normalize("NFC", decoded(member.filename.encode("cp437"), "cp437"))
    return member.filename


class _Tar(Bundle):
    """Read from start to end each time: a packed tar cannot be entered in the middle."""

    def __init__(self, source: Source, label: str, advice: str, max_file: int) -> None:
        self._source, self._advice = source, advice
        left_out: dict[str, str] = {}
        names, total = [], 0
        super().__init__(label, [])
        packed = _length(source)
        for info, _ in self._walk():
            total += max(info.size, 0)
            if total > min(MAX_UNPACKED, most_unpacked(packed)):
                raise ValueError(
                    f"{label} would unpack to {total / 2**30:.1f} GiB or more from {packed / 2**20:,.1f} MiB, as a bomb does. "
                    "If these are real data, pack them without compression, or give fewer."
                )
            if not visible(info.name) or info.isdir():
                continue
            name = _readable(info.name)
            if not info.isfile():
                left_out[name] = "a link" if info.issym() or info.islnk() else "no file"
            elif info.size > max_file:
                left_out[name] = "too large"
            else:
                names.append(name)
            if len(names) > MAX_MEMBERS:
                raise ValueError(f"{label} holds more than {MAX_MEMBERS:,} files. {advice}.")
        self.names, self.left_out = sorted(set(names)), left_out

    def streams(self, names: Collection[str]) -> Iterator[tuple[str, BinaryIO]]:
        missing = set(names)
        for info, archive in self._walk():
            name = _readable(info.name)
            if info.isfile() and name in missing:
                missing.discard(name)
                stream = archive.extractfile(info)
                if stream is not None:
                    yield name, cast(BinaryIO, stream)

    def _walk(self) -> Iterator[tuple[tarfile.TarInfo, tarfile.TarFile]]:
        try:
            if isinstance(self._source, (str, Path)):
                opened = tarfile.open(self._source, "r:*")  # noqa: SIM115
            else:
                self._source.seek(0)
                opened = tarfile.open(fileobj=self._source, mode="r:*")  # noqa: SIM115
            with opened as archive:
                for info in archive:
                    yield info, archive
        except (OSError, EOFError, tarfile.TarError, UnicodeError, zlib.error, lzma.LZMAError) as error:
            raise ValueError(
                f"{self.label} is not a tar archive, or it is damaged or cut short ({reason(error)}). {self._advice}."
            ) from error


class _Folder(Bundle):
    def __init__(self, folder: Path, label: str, max_file: int) -> None:
        self._paths: dict[str, Path] = {}
        left_out: dict[str, str] = {}
        for where, folders, files in os.walk(folder, followlinks=False):
            below = Path(where).relative_to(folder)
            for name in folders:
                if (Path(where) / name).is_symlink():
                    left_out[(below / name).as_posix()] = "a link"
            folders[:] = [n for n in folders if visible((below / n).as_posix())]
            for name in files:
                path, shown = Path(where) / name, _readable((below / name).as_posix())
                if not visible(shown):
                    continue
                status = path.lstat()
                if not stat.S_ISREG(status.st_mode):
                    left_out[shown] = "a link" if stat.S_ISLNK(status.st_mode) else "no file"
                elif status.st_size > max_file:
                    left_out[shown] = "too large"
                else:
                    self._paths[shown] = path
            if len(self._paths) > MAX_MEMBERS:
                raise ValueError(
                    f"{label} holds more than {MAX_MEMBERS:,} files ({shorten(self._paths, 2)}). Choose a folder further down."
                )
        super().__init__(label, sorted(self._paths), left_out)

    def streams(self, names: Collection[str]) -> Iterator[tuple[str, BinaryIO]]:
        for name in names:
            try:
                stream = open(self._paths[name], "rb")  # noqa: SIM115 (entered just below)
            except OSError as error:
                yield name, cast(BinaryIO, _Broken(error))
                continue
            with stream:
                yield name, stream


class _File(Bundle):
    """A single file, such as a picture of several pages."""

    def __init__(self, path: Path, label: str) -> None:
        super().__init__(label, [path.name])
        self._path = path

    def streams(self, names: Collection[str]) -> Iterator[tuple[str, BinaryIO]]:
        for name in names:
            with open(self._path, "rb") as stream:
                yield name, stream


class _Broken:
    """Stands for a file that cannot be opened, until someone reads it."""

    def __init__(self, error: Exception) -> None:
        self._error = error

    def read(self, n: int = -1) -> bytes:
        raise self._error

    def seek(self, *_: int) -> int:
        raise self._error

    def tell(self) -> int:
        raise self._error


def _is_tar(source: Source) -> bool:
    """By the content, and by the name where the content says nothing (a damaged one)."""
    try:
        if isinstance(source, (str, Path)):
            if not Path(source).is_file():
                return False
            return tarfile.is_tarfile(source) or str(source).lower().endswith(TAR_ENDINGS)
        source.seek(0)
        found = tarfile.is_tarfile(source)
        source.seek(0)
        named = str(getattr(source, "name", "")).lower().endswith(TAR_ENDINGS)
        return found or named
    except (OSError, EOFError, ValueError):
        return False


def _length(source: Source) -> int:
    if isinstance(source, (str, Path)):
        return max(Path(source).stat().st_size, 1)
    place = source.tell()
    length = source.seek(0, os.SEEK_END)
    source.seek(place)
    return max(length, 1)
