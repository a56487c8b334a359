"""Zip archives from strangers: every size is checked before memory is taken."""

from __future__ import annotations

import zipfile
from collections.abc import Iterable

from deepclust.data.reading.sentences import reason
from deepclust.data.reading.source import Source, check_unpacked

MAX_MEMBERS = 200_000


def open_zip(source: Source, label: str, what: str, advice: str) -> zipfile.ZipFile:
    """Open a zip for reading; ValueError if it is missing, no zip, damaged, locked or has too many members."""
    try:
        archive = zipfile.ZipFile(source)
    except FileNotFoundError as error:
        raise ValueError(f"There is no file {source}. Check the path.") from error
    except NotImplementedError as error:
        raise ValueError(
            f"{label} is packed in a way that is not read here ({reason(error)}). Pack it as an ordinary zip."
        ) from error
    except (zipfile.BadZipFile, OSError, ValueError) as error:
        raise ValueError(
            f"{label} is not {what}, or it is damaged or cut short ({reason(error)}). {advice}."
        ) from error
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
    check_unpacked(total, packed, label, max_bytes, "zip bomb")
