"""Tables and arrays that were packed: one file out of a zip, a tar or a folder, or what gzip, bzip2 or xz packed."""

from __future__ import annotations

import contextlib
import re
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import BinaryIO

from deepclust.data.reading.archives.bundles import open_bundle
from deepclust.data.reading.archives.packed import PACKED_ENDINGS, open_packed
from deepclust.data.reading.source import MAX_BYTES, shorten

_LATER = re.compile(r"test|val|submission|example|sample|metadata|readme", re.IGNORECASE)


@dataclass(frozen=True)
class Inside:
    """A file that was packed, unpacked; all those that may be chosen, this one first; and a sentence if there are several."""

    path: Path
    names: tuple[str, ...] = ()

    @property
    def notes(self) -> list[str]:
        others = self.names[1:]
        return [f"The file {self.names[0]} was read; there are also {shorten(others)}."] if others else []


def by_rank(names: Sequence[str]) -> list[str]:
    """Names of files, first those of training, last those that only accompany data."""
    return sorted(names, key=lambda n: ("train" not in n.lower(), bool(_LATER.search(PurePosixPath(n).stem)), n))


@contextlib.contextmanager
def unwrapped(path: Path, label: str, endings: tuple[str, ...], chosen: str | None = None) -> Iterator[Inside]:
    """One file with one of these endings, for as long as the block lasts. ValueError if the ``chosen`` one is not there."""
    with tempfile.TemporaryDirectory() as folder:
        if path.is_file() and path.name.lower().endswith(PACKED_ENDINGS) and not path.name.lower().endswith(".tar.gz"):
            with open_packed(path, label) as source:
                yield Inside(_copied(source, Path(folder), path.stem, label))
            return
        with open_bundle(path, label, "Give the file itself", MAX_BYTES) as bundle:
            names = by_rank([n for n in bundle.names if n.lower().endswith(endings)]) or list(bundle.names[:1])
            if chosen is not None:
                if chosen not in names:
                    raise ValueError(
                        f"{label} has no file {chosen!r}. It has: {shorten(names, 20)}. Choose among these."
                    )
                names = [chosen, *(n for n in names if n != chosen)]
            for _, stream in bundle.streams(names[:1]):
                yield Inside(_copied(stream, Path(folder), names[0], label), tuple(names))
                return
    raise ValueError(f"{label} holds no file that is read. Give the file itself.")


def _copied(source: BinaryIO, folder: Path, name: str, label: str) -> Path:
    # only the endings of a stranger's name are used
    endings = re.findall(r"\.[a-z0-9]+", PurePosixPath(name.lower()).name)[-2:]
    target = folder / f"inner{''.join(endings)}"
    with open(target, "wb") as file:
        shutil.copyfileobj(source, file, 2**20)
    return target
