"""Arrays of an HDF5 file from strangers: sizes are looked up first, and nothing outside the file is ever followed."""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from deepclust.data.reading.sentences import reason
from deepclust.data.reading.source import MAX_BYTES, check_unpacked, shorten

MAX_ARRAYS = 1000


def read_arrays_hdf5(path: Path, label: str, max_bytes: int = MAX_BYTES) -> dict[str, np.ndarray]:
    """The arrays of numbers and texts of an HDF5 file by their name, or by their path where two have the same name, in this process.

    ValueError before any is read for links and data that lie outside the file, objects, or too many bytes.
    """
    import h5py

    try:
        with h5py.File(path, "r") as file:
            found = list(plain_arrays(file, label))
            total = sum(math.prod(array.shape) * array.dtype.itemsize for _, array in found)
            check_unpacked(total, path.stat().st_size, label, max_bytes)
            last = [name.rsplit("/", 1)[-1] for name, _ in found]
            return {
                (short if last.count(short) == 1 else name): read_plain(array)
                for (name, array), short in zip(found, last, strict=True)
            }
    except (OSError, RuntimeError, KeyError, UnicodeDecodeError) as error:
        raise ValueError(
            f"{label} is not an HDF5 file, or it is damaged or cut short ({reason(error)}). Copy or save it again."
        ) from error


def plain_arrays(
    group: Any, label: str, path: str = "", seen: set[int] | None = None, cells: bool = False
) -> Iterator[tuple[str, Any]]:
    """Every plain array below a group; links that lead elsewhere are refused, because they could read any file.

    cells: also arrays of references, as MATLAB stores its cells, but not the parts that they refer to.
    """
    import h5py

    seen = set() if seen is None else seen  # places in the file: a group may hold itself
    for name in group:
        if cells and name.startswith("#"):
            continue
        link = group.get(name, getlink=True)
        full = f"{path}{name}"
        if not isinstance(link, h5py.HardLink):
            raise ValueError(
                f"{label}: {full!r} is a link to another place, which is not followed. Save the array itself into the file."
            )
        item = group[name]
        place = h5py.h5o.get_info(item.id).addr
        if place in seen:
            continue
        seen.add(place)
        if isinstance(item, h5py.Group):
            yield from plain_arrays(item, label, f"{full}/", seen, cells)
            continue
        if not isinstance(item, h5py.Dataset) or item.shape is None or item.dtype.kind == "V":
            continue  # a named type, an empty one, or a table of mixed columns
        if item.external or item.is_virtual:
            raise ValueError(
                f"{label}: the values of {full!r} lie in other files, which are not opened. Save the array itself."
            )
        references = cells and h5py.check_ref_dtype(item.dtype) is not None
        if item.dtype.hasobject and h5py.check_string_dtype(item.dtype) is None and not references:
            raise ValueError(
                f"{label}: {full!r} holds references or lists of unequal length. Save plain numbers or texts."
            )
        if len(seen) > MAX_ARRAYS:
            raise ValueError(
                f"{label} holds more than {MAX_ARRAYS:,} arrays ({shorten([full])}, ...). Join the samples into one array."
            )
        yield full, item


def read_plain(array: Any) -> np.ndarray:
    """An array of numbers or texts."""
    import h5py

    if h5py.check_string_dtype(array.dtype) is not None:
        return np.asarray(array.asstr(errors="replace")[...], dtype=str)
    values: np.ndarray = np.asarray(array[...])
    return values
