"""Cells of an AnnData file (.h5ad): the matrix, dense or sparse, and what its obs says of every cell."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from deepclust.data.reading.arrays.hdf5 import plain_arrays, read_plain
from deepclust.data.reading.arrays.names import Named
from deepclust.data.reading.arrays.npz import dense
from deepclust.data.reading.labels import LABEL_WORDS, words_of
from deepclust.data.reading.sentences import in_words
from deepclust.data.reading.source import check_unpacked, shorten

_CELL_TYPES = ("celltype", "celltypes", "annotation", "annotations")  # besides the label words of tables


def read_h5ad(path: Path, label: str, max_bytes: int) -> Named:
    """X, or where that is too large the first of obsm; the columns of obs, of which one may be the labels; their names.

    ValueError for files without a matrix that fits into memory, and as `read_arrays_hdf5` raises it.
    """
    import h5py

    with in_words(label, " as .h5ad"), h5py.File(path, "r") as file:
        found = dict(plain_arrays(file, label))
        obs = _obs(file, found)
        matrix, shape = _matrix(file, found)
        others = [n for n, a in found.items() if n.startswith("obsm/") and n.count("/") == 1 and a.ndim == 2]
        large = 4 * int(np.prod(shape, dtype=object)) > max_bytes
        if large and not others:
            raise ValueError(
                f"{label}: X of {' × '.join(f'{side:,}' for side in shape)} needs {4 * int(np.prod(shape, dtype=object)) / 2**30:.1f} GiB, and "
                f"at most {max_bytes / 2**30:.1f} GiB are allowed. Keep the most variable genes, or store a PCA in obsm."
            )
        chosen = [found[name] for name in (*([] if large else matrix), *others)]
        check_unpacked(sum(a.size * a.dtype.itemsize for a in chosen), path.stat().st_size, label, max_bytes)
        arrays = {name.removeprefix("obsm/"): read_plain(found[name]) for name in others}
        others = list(arrays)
        notes = [f"X is too large for memory, so {others[0]} was taken."] if large else []
        if not large and shape:
            parts = {n.rpartition("/")[2]: read_plain(found[n]) for n in matrix}
            if len(parts) > 1:
                csc = "csc" in str(file["X"].attrs.get("encoding-type", file["X"].attrs.get("h5sparse_format", "csr")))
                parts |= {"shape": np.array(shape), "format": np.array(b"csc" if csc else b"csr")}
                arrays["X"] = dense(parts, label, max_bytes)
            else:
                arrays["X"] = parts["X"]
        index = str(file["obs"].attrs.get("_index", "_index")) if "obs" in file else "_index"
    if not arrays:
        raise ValueError(f"{label} holds no matrix X. Save it with AnnData's write_h5ad.")
    ids = next((obs.pop(name) for name in (index, "_index", "index") if name in obs), None)
    y = _labels(obs)
    notes += [f"Labels are the column {y} of obs."] if y else []
    others_of_obs = [name for name in obs if name != y]
    notes += [f"Columns of obs that were not used: {shorten(others_of_obs)}."] if others_of_obs else []
    return Named(
        {**arrays, **obs, **({} if ids is None else {"ids": ids})},
        notes,
        x="X" if "X" in arrays else others[0],
        y=y,
        silent=(*others, *others_of_obs),
    )


def _matrix(file: Any, found: dict[str, Any]) -> tuple[list[str], tuple[int, ...]]:
    """The arrays that X is made of, and its shape."""
    if "X" in found:
        return ["X"], tuple(found["X"].shape)
    parts = [f"X/{part}" for part in ("data", "indices", "indptr")]
    if not set(parts) <= set(found):
        return [], ()
    attributes = file["X"].attrs
    shape = attributes.get("shape", attributes.get("h5sparse_shape", ()))
    return parts, tuple(int(side) for side in shape)


def _obs(file: Any, found: dict[str, Any]) -> dict[str, np.ndarray]:
    """The columns of obs, categories as their words; in older files obs is one table and its categories lie elsewhere."""
    columns: dict[str, np.ndarray] = {}
    if "obs" in file and hasattr(file["obs"], "dtype"):
        table = file["obs"][...]
        for name in table.dtype.names or ():
            column, words = table[name], found.get(f"uns/{name}_categories")
            columns[name] = column if words is None else _words(column, read_plain(words))
        return {n: c for n, c in columns.items() if c.dtype.kind in "fiubSU"}
    for full, array in found.items():
        group, _, name = full.removeprefix("obs/").rpartition("/")
        if not full.startswith("obs/") or group == "__categories":
            continue
        words = found.get(f"obs/{group}/categories" if group else f"obs/__categories/{name}")
        if not group and array.ndim == 1:
            columns[name] = read_plain(array) if words is None else _words(read_plain(array), read_plain(words))
        elif name == "codes" and words is not None:
            columns[group] = _words(read_plain(array), read_plain(words))
    return columns


def _words(codes: np.ndarray, words: np.ndarray) -> np.ndarray:
    """The word of each code; "" for -1, which stands for none."""
    words = np.append(np.char.decode(words, "utf-8", "replace") if words.dtype.kind == "S" else words.astype(str), "")
    known: np.ndarray = words[np.where((codes >= 0) & (codes < len(words) - 1), codes, len(words) - 1)]
    return known


def _labels(obs: dict[str, np.ndarray]) -> str | None:
    """The column of obs that holds the true classes, by its name; what some clustering found is none."""
    for word in (*_CELL_TYPES, *LABEL_WORDS):
        for name, values in obs.items():
            words = words_of(name)
            if words and words[-1] == word and 1 < len(np.unique(values.astype(str))) <= max(50, len(values) // 5):
                return name
    return None
