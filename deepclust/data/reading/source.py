"""What is read: a path or an open file, how it is called in sentences, and how large it may be."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import BinaryIO

Source = Path | str | BinaryIO  # a path, or an open binary file such as an upload

MAX_BYTES = 2 * 2**30  # of the unpacked members, and of the samples as float32
BOMB_BYTES = 32 * 2**20  # a file may unpack to this however small it is ...
BOMB_RATIO = 200  # ... and beyond it to this many times its size: nobody's real data shrink more


def most_unpacked(n_packed: int) -> int:
    """How many bytes may come out of ``n_packed`` packed ones, so that what a file costs is bounded by its size."""
    return max(BOMB_BYTES, BOMB_RATIO * n_packed)


def check_unpacked(n_bytes: int, n_packed: int, label: str, max_bytes: int, what: str = "bomb") -> None:
    """ValueError if a file that is ``n_packed`` bytes long would take more memory than is allowed, or than is likely."""
    if n_bytes > max_bytes:
        raise ValueError(
            f"{label} would unpack to {n_bytes / 2**30:,.1f} GiB, and at most {max_bytes / 2**30:.1f} GiB are allowed. "
            "Save fewer or smaller samples."
        )
    if n_bytes > most_unpacked(n_packed):
        raise ValueError(
            f"{label} would unpack to {n_bytes // max(n_packed, 1):,} times its size ({n_bytes / 2**20:,.0f} MiB), as a "
            f"{what} does; at most {BOMB_RATIO} times is allowed above {BOMB_BYTES // 2**20} MiB. If these are real data, "
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
