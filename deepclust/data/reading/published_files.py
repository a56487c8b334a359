"""Files in which data are published (IDX, LIBSVM, MATLAB, the binary CIFAR and STL archives), brought as an upload."""

from __future__ import annotations

import io
import math
import re
from dataclasses import replace
from pathlib import Path, PurePosixPath
from typing import BinaryIO

import numpy as np

from deepclust.data.dataset import Dataset
from deepclust.data.reading.archives import MAX_BYTES, open_packed, shorten
from deepclust.data.reading.arrays import dataset_of
from deepclust.data.reading.bundles import open_bundle
from deepclust.data.reading.formats import array_of_idx, read_cifar, read_stl
from deepclust.data.reading.hdf5 import read_arrays_hdf5

IDX_ENDINGS = tuple(f"{n}-ubyte{packed}" for n in ("idx1", "idx3") for packed in ("", ".gz"))
PACKED_ENDINGS = (".gz", ".bz2", ".xz")  # of one file; what it is, its content says
LIBSVM_ENDINGS = tuple(f".{name}{packed}" for name in ("libsvm", "svmlight", "svm") for packed in ("", *PACKED_ENDINGS))
_ROW = re.compile(rb"\s*[-+.\deE,]+(\s+qid:\d+)?(\s+\d+:\S+)+\s*(#|$)")
_ADVICE = "Give the pictures (idx3) and, if there are any, their labels (idx1)"
_FULL = "Save fewer or smaller samples"


def is_idx(name: str) -> bool:
    """Whether a file is taken for one of the format of MNIST, by its ending."""
    return name.lower().endswith(IDX_ENDINGS)


def packed_kind(path: Path, label: str) -> str:
    """What a file packed by gzip, bzip2 or xz holds: "idx" or "libsvm". ValueError for anything else."""
    start = read_bounded(open_packed(path), label, 2**16, cut=True)
    if start[:2] == b"\0\0" and start[2:3] in (b"\x08", b"\x0b", b"\x0c", b"\x0d", b"\x0e"):
        return "idx"
    if _ROW.match(start.split(b"\n", 1)[0]):
        return "libsvm"
    raise ValueError(
        f"{label} is packed, and what it holds is not known. Unpack it and give the file itself, with the ending of its kind."
    )


def read_idx_files(path: Path, name: str = "", max_bytes: int = MAX_BYTES) -> Dataset:
    """Pictures in the format of MNIST: one file, or training and test files with their labels in a zip, tar or folder."""
    label = name or path.name
    found: dict[str, np.ndarray] = {}
    if path.is_dir() or not (is_idx(path.name) or path.name.lower().endswith(PACKED_ENDINGS)):
        with open_bundle(path, label, _ADVICE) as bundle:
            for member, stream in bundle.streams([n for n in bundle.names if is_idx(n)]):
                inner = PurePosixPath(member).name
                found[inner] = array_of_idx(_unpacked(stream.read(), inner, max_bytes), inner)
    else:
        found[label] = array_of_idx(read_bounded(open_packed(path), label, max_bytes), label)
    pictures = {n: a for n, a in found.items() if a.ndim > 1}
    labels = {n: a for n, a in found.items() if a.ndim == 1}
    if not pictures:
        raise ValueError(f"{label} holds labels and no pictures. {_ADVICE} together.")
    tests = [n for n in pictures if _is_test(n)]
    trains = [n for n in pictures if n not in tests]
    arrays: dict[str, np.ndarray] = {}
    if len(trains) == len(tests) == 1:
        arrays = {"x_train": pictures[trains[0]], "x_test": pictures[tests[0]]}
        for n, y in labels.items():
            arrays["y_test" if _is_test(n) else "y_train"] = y
    elif len(pictures) == 1:
        arrays = {"x": next(iter(pictures.values()))}
        fitting = [y for y in labels.values() if len(y) == len(arrays["x"])]
        arrays |= {"y": fitting[0]} if fitting else {}
    else:
        raise ValueError(
            f"{label} holds the pictures {shorten(pictures)}, and which belong together is not known. {_ADVICE}."
        )
    return dataset_of(arrays, label, name, max_bytes)


def read_libsvm_file(path: Path, name: str = "", max_bytes: int = MAX_BYTES) -> Dataset:
    """Rows of the LIBSVM format, packed or not, as vectors; the first number of a row is its label."""
    from sklearn.datasets import load_svmlight_file

    label = name or path.name
    content = read_bounded(open_packed(path), label, max_bytes)
    try:
        X, y = load_svmlight_file(io.BytesIO(content))
    except (ValueError, OverflowError, MemoryError) as error:
        raise ValueError(
            f"{label} is not in the LIBSVM format ({str(error)[:100]}). Its rows are: label index:value index:value ..."
        ) from error
    if 4 * math.prod(X.shape) > max_bytes:
        raise ValueError(
            f"{label}: {X.shape[0]:,} rows of {X.shape[1]:,} numbers need {4 * math.prod(X.shape) / 2**30:.1f} GiB, and at most "
            f"{max_bytes / 2**30:.1f} GiB are allowed. {_FULL}."
        )
    arrays = {"x": X.astype(np.float32).toarray()}
    if np.array_equal(y, np.trunc(y)):  # others are of a regression
        arrays["y"] = y.astype(np.int64)
    return dataset_of(arrays, label, name, max_bytes)


def read_mat(
    path: Path, name: str = "", max_bytes: int = MAX_BYTES, x: str | None = None, y: str | None = None
) -> Dataset:
    """A MATLAB file; arrays are chosen as in `read_npz`, also by fea and gnd. Samples may come last, as SVHN has them."""
    label = name or path.name
    arrays = _mat_arrays(path, label, max_bytes)
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


def binary_archive(names: list[str]) -> str | None:
    """ "cifar" or "stl" where the files of an archive are those of CIFAR-10 or STL-10 in their binary form."""
    last = {PurePosixPath(n).name for n in names}
    if "data_batch_1" in last:
        raise ValueError(
            "CIFAR-10 in its Python form holds pickled objects, which can run programs when read and are refused. Give the "
            "binary form, cifar-10-binary.tar.gz, or choose CIFAR-10 in the catalog."
        )
    if "data_batch_1.bin" in last:
        return "cifar"
    return "stl" if "train_X.bin" in last else None


def read_binary_archive(path: Path, name: str = "", max_bytes: int = MAX_BYTES) -> Dataset:
    """The tar of CIFAR-10 or STL-10 as it is published in binary form."""
    label = name or path.name
    with open_bundle(path, label, "Give the archive as it was downloaded") as bundle:
        which = binary_archive(bundle.names)
    parts = read_cifar(path) if which == "cifar" else read_stl(path)
    arrays = {f"{'xy'[i]}_{part}": pair[i] for part, pair in parts.items() for i in (0, 1)}
    return dataset_of(arrays, label, name, max_bytes)


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
        raise ValueError(f"{label} would unpack to more than {max_bytes / 2**30:.1f} GiB. {_FULL}.")
    return content


def _unpacked(content: bytes, label: str, max_bytes: int) -> bytes:
    import gzip

    if content[:2] != b"\x1f\x8b":
        return content
    return read_bounded(gzip.open(io.BytesIO(content)), label, max_bytes)  # type: ignore[arg-type]


def _is_test(name: str) -> bool:
    return "t10k" in name or "test" in name


def _mat_arrays(path: Path, label: str, max_bytes: int) -> dict[str, np.ndarray]:
    """The arrays of numbers of a .mat file of any version; sizes are looked up before anything is read."""
    with open(path, "rb") as stream:
        newest = stream.read(10) == b"MATLAB 7.3"
    if newest:  # an HDF5 file that stores axes the other way round
        return {n: a.transpose() for n, a in read_arrays_hdf5(path, label, max_bytes).items()}
    from scipy.io import loadmat, whosmat

    try:
        told = [
            (n, shape)
            for n, shape, kind in whosmat(path)
            if kind not in ("cell", "struct", "object", "char", "function")
        ]
        if 8 * sum(math.prod(shape) for _, shape in told) > 2 * max_bytes:
            raise ValueError(f"its arrays are too large, at most {max_bytes / 2**30:.1f} GiB are allowed")
        found = loadmat(path, variable_names=[n for n, _ in told]) if told else {}
        arrays = {n: a.toarray() if hasattr(a, "toarray") else np.asarray(a) for n, a in found.items() if n[0] != "_"}
    except Exception as error:  # the parser meets strangers' bytes with every kind of exception
        raise ValueError(
            f"{label} cannot be read as a .mat file, or it is damaged or cut short ({str(error)[:150]}). Save the samples as X "
            "(n, features) and the labels, if any, as y, or save them as .npz."
        ) from error
    if not arrays:
        raise ValueError(f"{label} holds no array of numbers. Save the samples as X and the labels, if any, as y.")
    return arrays
