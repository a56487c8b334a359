"""A table or a file of arrays that was packed alone into a zip, as pandas and Kaggle do."""

from __future__ import annotations

import contextlib
import shutil
import tempfile
import zipfile
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from deepclust.data.reading.archives.bundles import visible
from deepclust.data.reading.archives.zips import check_sizes, open_zip
from deepclust.data.reading.source import MAX_BYTES


@contextlib.contextmanager
def unwrapped(path: Path, label: str, endings: tuple[str, ...]) -> Iterator[Path]:
    """The file itself; of a zip of one file with one of these endings, that file, for as long as the block lasts."""
    member = _only_member(path, endings)
    if member is None:
        yield path
        return
    with (
        open_zip(path, label, "a zip file", "Give the file itself") as archive,
        tempfile.TemporaryDirectory() as folder,
    ):
        check_sizes([member], label, MAX_BYTES)
        # only the ending of a stranger's name is used
        target = Path(folder) / f"inner{''.join(PurePosixPath(member.filename.lower()).suffixes[-2:])}"
        with archive.open(member) as source, open(target, "wb") as file:
            shutil.copyfileobj(source, file, 2**20)
        yield target


def _only_member(path: Path, endings: tuple[str, ...]) -> zipfile.ZipInfo | None:
    if not path.name.lower().endswith(".zip") or not zipfile.is_zipfile(path):
        return None
    with zipfile.ZipFile(path) as archive:
        members = [m for m in archive.infolist() if not m.filename.endswith("/") and visible(m.filename)]
    return members[0] if len(members) == 1 and members[0].filename.lower().endswith(endings) else None
