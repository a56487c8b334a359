"""One file out of a downloaded archive, by the last part of its name."""

from __future__ import annotations

import io
import tarfile
import zipfile
from collections.abc import Iterable, Iterator
from pathlib import Path, PurePosixPath
from typing import BinaryIO

from deepclust.data.reading.sentences import reason

DAMAGE = (OSError, EOFError, zipfile.BadZipFile, tarfile.TarError)
AGAIN = "Delete it and download it again."


def find_member(path: Path, name: str) -> bytes:
    """The content of the file called ``name`` (its last part) in a zip or tar, or in one that lies inside it."""
    with open(path, "rb") as stream:
        found = _search(stream, name, depth=2)
    if found is None:
        raise ValueError(f"{path.name} does not hold {name}. {AGAIN}")
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
    except DAMAGE as error:
        raise ValueError(f"{path.name} is not a tar archive, or it is cut short ({reason(error)}). {AGAIN}") from error


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
