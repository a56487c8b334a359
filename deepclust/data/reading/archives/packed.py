"""Single files that gzip, bzip2 or xz has packed."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
from pathlib import Path
from typing import Any, BinaryIO, cast

from deepclust.data.reading.sentences import in_words
from deepclust.data.reading.source import BOMB_RATIO, most_unpacked

PACKED_ENDINGS = (".gz", ".bz2", ".xz")  # of one file; what it is, its content says


def open_packed(path: Path, label: str) -> BinaryIO:
    """A file for reading; what gzip, bzip2 or xz packed is unpacked as it is read. Errors come with the first read.

    ValueError while it is read, if it unpacks to more than `most_unpacked` of its size.
    """
    with open(path, "rb") as stream:
        start = stream.read(6)
    for magic, unpack in ((b"\x1f\x8b", gzip.open), (b"BZh", bz2.open), (b"\xfd7zXZ\0", lzma.open)):
        if start.startswith(magic):
            bounded = _Bounded(cast(BinaryIO, unpack(path)), label, most_unpacked(path.stat().st_size))
            return cast(BinaryIO, io.BufferedReader(bounded, 2**18))
    return open(path, "rb")


def read_bounded(stream: BinaryIO, label: str, max_bytes: int, cut: bool = False) -> bytes:
    """What a stream unpacks to. ValueError if it is damaged, or more than is allowed (``cut``: no more is read)."""
    with in_words(label, advice="Download it again"), stream:
        content = stream.read(max_bytes if cut else max_bytes + 1)
    if len(content) > max_bytes:
        raise ValueError(
            f"{label} would unpack to more than {max_bytes / 2**30:.1f} GiB. Save fewer or smaller samples."
        )
    return content


def unpacked(content: bytes, label: str, max_bytes: int) -> bytes:
    """The bytes themselves, or what gzip packed into them."""
    if content[:2] != b"\x1f\x8b":
        return content
    packed = cast(BinaryIO, gzip.GzipFile(fileobj=io.BytesIO(content)))
    return read_bounded(packed, label, min(max_bytes, most_unpacked(len(content))))


class _Bounded(io.RawIOBase):
    """A stream that gives so many bytes and no more."""

    def __init__(self, stream: BinaryIO, label: str, at_most: int) -> None:
        self._stream, self._label, self._at_most, self._left = stream, label, at_most, at_most

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        block = self._stream.read(len(buffer))
        self._left -= len(block)
        if self._left < 0:
            raise ValueError(
                f"{self._label} unpacks to more than {self._at_most / 2**20:,.0f} MiB, {BOMB_RATIO} times its size and "
                "more, as a bomb does. If these are real data, give them unpacked."
            )
        buffer[: len(block)] = block
        return len(block)

    def close(self) -> None:
        self._stream.close()
        super().close()
