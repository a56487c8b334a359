"""Single files that gzip, bzip2 or xz has packed."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
from pathlib import Path
from typing import BinaryIO, cast

PACKED_ENDINGS = (".gz", ".bz2", ".xz")  # of one file; what it is, its content says


def open_packed(path: Path) -> BinaryIO:
    """A file for reading; what gzip, bzip2 or xz packed is unpacked as it is read. Errors come with the first read."""
    with open(path, "rb") as stream:
        start = stream.read(6)
    if start.startswith(b"\x1f\x8b"):
        return cast(BinaryIO, gzip.open(path))
    if start.startswith(b"BZh"):
        return cast(BinaryIO, bz2.open(path))
    if start.startswith(b"\xfd7zXZ\0"):
        return cast(BinaryIO, lzma.open(path))
    return open(path, "rb")


def read_bounded(stream: BinaryIO, label: str, max_bytes: int, cut: bool = False) -> bytes:
    """What a stream unpacks to. ValueError if it is damaged, or more than is allowed (``cut``: no more is read)."""
    try:
        with stream:
            content = stream.read(max_bytes if cut else max_bytes + 1)
    except (OSError, EOFError, ValueError) as error:
        raise ValueError(f"{label} is damaged or cut short ({error}). Download it again.") from error
    except Exception as error:  # lzma and zlib have errors of their own
        raise ValueError(f"{label} is damaged ({error}). Download it again.") from error
    if len(content) > max_bytes:
        raise ValueError(
            f"{label} would unpack to more than {max_bytes / 2**30:.1f} GiB. Save fewer or smaller samples."
        )
    return content


def unpacked(content: bytes, label: str, max_bytes: int) -> bytes:
    """The bytes themselves, or what gzip packed into them."""
    if content[:2] != b"\x1f\x8b":
        return content
    return read_bounded(gzip.open(io.BytesIO(content)), label, max_bytes)  # type: ignore[arg-type]
