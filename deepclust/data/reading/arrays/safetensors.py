"""Tensors of a .safetensors file: a header in JSON, then plain bytes."""

from __future__ import annotations

import json
import math
import struct
from pathlib import Path

import numpy as np

from deepclust.data.reading.sentences import in_words
from deepclust.data.reading.source import check_unpacked

_TYPES = {
    **{"F64": "<f8", "F32": "<f4", "F16": "<f2", "BOOL": "?", "U8": "u1", "I8": "i1"},
    **{f"{sign}{bits}": f"<{sign.lower()}{bits // 8}" for sign in "UI" for bits in (16, 32, 64)},
}
_MAX_HEADER = 100_000_000  # bytes, as the format says


def read_tensors(path: Path, label: str, max_bytes: int) -> dict[str, np.ndarray]:
    """The tensors of a file by name; BF16 becomes float32. ValueError for places outside the file, and for other types."""
    with in_words(label, " as .safetensors"), open(path, "rb") as stream:
        (n_header,) = struct.unpack("<Q", stream.read(8))
        if n_header > min(_MAX_HEADER, path.stat().st_size):
            raise ValueError("the header is longer than the file")
        header = json.loads(stream.read(n_header))
        header.pop("__metadata__", None)
        total = sum(about["data_offsets"][1] - about["data_offsets"][0] for about in header.values())
        check_unpacked(total, path.stat().st_size, label, max_bytes)
        return {str(name): _tensor(stream.name, 8 + n_header, str(name), about) for name, about in header.items()}


def _tensor(path: str, start: int, name: str, about: dict[str, object]) -> np.ndarray:
    shape = tuple(int(side) for side in about["shape"])  # type: ignore[attr-defined]
    begin, end = (int(place) for place in about["data_offsets"])  # type: ignore[attr-defined]
    wide = about["dtype"] == "BF16"
    if not wide and about["dtype"] not in _TYPES:
        raise ValueError(f"The tensor {name!r} is of the type {about['dtype']}, which is not read. Save it as F32.")
    dtype = np.dtype("<u2" if wide else _TYPES[str(about["dtype"])])
    if min(shape, default=0) < 0 or begin < 0 or end - begin != math.prod(shape) * dtype.itemsize:
        raise ValueError(f"the tensor {name!r} does not fit its shape")
    with open(path, "rb") as stream:
        stream.seek(start + begin)
        content = stream.read(end - begin)
    array = np.frombuffer(content, dtype).reshape(shape)
    return (array.astype(np.uint32) << 16).view(np.float32) if wide else array
