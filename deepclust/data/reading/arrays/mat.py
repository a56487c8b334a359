"""MATLAB files of any version."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path

import numpy as np

from deepclust.data.dataset import Dataset
from deepclust.data.reading.arrays.apart import arrays_apart
from deepclust.data.reading.arrays.hdf5 import read_arrays_hdf5
from deepclust.data.reading.arrays.samples import dataset_of
from deepclust.data.reading.sentences import in_words
from deepclust.data.reading.source import MAX_BYTES, check_unpacked

_ADVICE = "Save the samples as X (n, features) and the labels, if any, as y, or save them as .npz"
#: Bytes per number of the kinds of MATLAB that are read; of a sparse matrix, which is brought to its full size.
_BYTES = {"double": 8, "single": 4, "logical": 1, "sparse": 8} | {
    f"{sign}int{bits}": bits // 8 for sign in ("", "u") for bits in (8, 16, 32, 64)
}


def read_mat(
    path: Path, name: str = "", max_bytes: int = MAX_BYTES, x: str | None = None, y: str | None = None
) -> Dataset:
    """A MATLAB file; arrays are chosen as in `read_npz`, also by fea and gnd. Samples may come last, as SVHN has them."""
    label = name or path.name
    arrays = arrays_apart(f"{__name__}.read_arrays_mat", path, label, max_bytes)
    notes = []
    lengths = [a.size for n, a in arrays.items() if a.ndim == 2 and 1 in a.shape]
    for n, array in arrays.items():
        if array.ndim == 2 and 1 in array.shape:
            arrays[n] = array.ravel()
        elif array.shape[-1] in lengths and array.shape[0] not in lengths:
            arrays[n] = np.moveaxis(array, -1, 0)
            notes.append(f"The samples of {n} came last and were moved to the front.")
    found = dataset_of(arrays, label, name, max_bytes, x, y)
    return replace(found, notes=(*notes, *found.notes))


def read_arrays_mat(path: Path, label: str, max_bytes: int) -> dict[str, np.ndarray]:
    """The arrays of numbers of a .mat file of any version, in this process; sizes are looked up before anything is read."""
    with open(path, "rb") as stream:
        newest = stream.read(10) == b"MATLAB 7.3"
    if newest:  # an HDF5 file that stores axes the other way round
        return {n: a.transpose() for n, a in read_arrays_hdf5(path, label, max_bytes).items()}
    from scipy.io import loadmat, whosmat

    with in_words(label, " as a .mat file", _ADVICE):
        listed = [(n, math.prod(shape) * _BYTES[kind], kind) for n, shape, kind in whosmat(path) if kind in _BYTES]
        check_unpacked(sum(n_bytes for _, n_bytes, _ in listed), 2**62, label, 2 * max_bytes)
        dense = sum(n_bytes for _, n_bytes, kind in listed if kind != "sparse")
        check_unpacked(dense, path.stat().st_size, label, 2 * max_bytes)
        found = loadmat(path, variable_names=[n for n, _, _ in listed]) if listed else {}
        arrays = {n: a.toarray() if hasattr(a, "toarray") else np.asarray(a) for n, a in found.items() if n[0] != "_"}
    if not arrays:
        raise ValueError(f"{label} holds no array of numbers. {_ADVICE}.")
    return arrays
