"""Bytes and sets of samples as text in JSON, and back, however much a file from elsewhere may claim to hold."""

from __future__ import annotations

import base64
import binascii
import zlib

import numpy as np
from numpy.typing import NDArray


def packed(array: NDArray[np.uint8]) -> str:
    """Bytes as text."""
    return base64.b64encode(zlib.compress(array.astype(np.uint8).tobytes())).decode("ascii")


def unpacked(text: str, most: int) -> NDArray[np.uint8]:
    """The bytes of a text, of at most ``most``. ValueError for more, and for text that is none."""
    try:
        raw = zlib.decompressobj().decompress(base64.b64decode(text, validate=True), most + 1)
    except (binascii.Error, zlib.error) as error:
        raise ValueError(f"unreadable samples ({error})") from error
    if len(raw) > most:
        raise ValueError(f"more than {most} samples")
    return np.frombuffer(raw, np.uint8)


def packed_rows(rows: NDArray[np.int64], n: int) -> str:
    """A set of row numbers below n as text: one bit for each of n."""
    mask = np.zeros(n, bool)
    mask[rows] = True
    return packed(np.packbits(mask))


def unpacked_rows(text: str, n: int) -> NDArray[np.int64]:
    """The row numbers of a text, ascending. ValueError for text that is none."""
    return np.flatnonzero(np.unpackbits(unpacked(text, n // 8 + 1), count=n))
