"""What is read: a path or an open file, how it is called in sentences, and how large it may be."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import BinaryIO

Source = Path | str | BinaryIO  # a path, or an open binary file such as an upload

MAX_BYTES = 2 * 2**30  # of the unpacked members, and of the samples as float32


def file_name(source: Source, otherwise: str) -> str:
    """The name of a file without its folders; uploads carry theirs in ``.name``."""
    named = source if isinstance(source, (str, Path)) else getattr(source, "name", "")
    return Path(named).name if isinstance(named, (str, Path)) and str(named) else otherwise


def shorten(names: Iterable[str], at_most: int = 5) -> str:
    """A list of names as text: the first few, and how many more there are."""
    names = [n if len(n) <= 60 else n[:57] + "..." for n in names]
    more = f" and {len(names) - at_most:,} more" if len(names) > at_most else ""
    return ", ".join(names[:at_most]) + more
