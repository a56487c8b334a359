"""Zip archives from strangers: every size is checked before memory is taken."""

from __future__ import annotations

import zipfile
from collections.abc import Iterable

from deepclust.data.reading.source import Source

BOMB_BYTES = 256 * 2**20  # a file may shrink as far as it likes while it unpacks to less than this ...
BOMB_RATIO = 200  # ... above that, nobody's real data shrink more than this
MAX_MEMBERS = 200_000


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
