"""The LIBSVM format: rows of a label and index:value pairs."""

from __future__ import annotations

import io
import math
import re
from pathlib import Path

import numpy as np

from deepclust.data.dataset import Dataset
from deepclust.data.reading.archives.members import AGAIN, DAMAGE
from deepclust.data.reading.archives.packed import PACKED_ENDINGS, open_packed, read_bounded
from deepclust.data.reading.arrays.samples import dataset_of
from deepclust.data.reading.sentences import reason
from deepclust.data.reading.source import MAX_BYTES

LIBSVM_ENDINGS = tuple(f".{name}{packed}" for name in ("libsvm", "svmlight", "svm") for packed in ("", *PACKED_ENDINGS))
ROW = re.compile(rb"\s*[-+.\deE,]+(\s+qid:\d+)?(\s+\d+:\S+)+\s*(#|$)")


def read_libsvm_file(path: Path, name: str = "", max_bytes: int = MAX_BYTES) -> Dataset:
    """Rows of the LIBSVM format, packed or not, as vectors; the first number of a row is its label."""
    from sklearn.datasets import load_svmlight_file

    label = name or path.name
    content = read_bounded(open_packed(path, label), label, max_bytes)
    try:
        X, y = load_svmlight_file(io.BytesIO(content))
    except (ValueError, OverflowError, MemoryError) as error:
        raise ValueError(
            f"{label} is not in the LIBSVM format ({reason(error)}). Its rows are: label index:value index:value ..."
        ) from error
    if 4 * math.prod(X.shape) > max_bytes:
        raise ValueError(
            f"{label}: {X.shape[0]:,} rows of {X.shape[1]:,} numbers need {4 * math.prod(X.shape) / 2**30:.1f} GiB, and at most "
            f"{max_bytes / 2**30:.1f} GiB are allowed. Save fewer or smaller samples."
        )
    arrays = {"x": X.astype(np.float32).toarray()}
    if np.array_equal(y, np.trunc(y)):  # others are of a regression
        arrays["y"] = y.astype(np.int64)
    return dataset_of(arrays, label, name, max_bytes)


def read_libsvm(path: Path, n_features: int) -> tuple[np.ndarray, np.ndarray]:
    """A LIBSVM text file (.bz2, .gz or plain): float32 ``(n, n_features)`` and the labels as they stand, int64 ``(n,)``."""
    from sklearn.datasets import load_svmlight_file

    try:
        X, y = load_svmlight_file(str(path), n_features=n_features)
    except (*DAMAGE, ValueError) as error:
        raise ValueError(f"{path.name} is not in the LIBSVM format ({reason(error)}). {AGAIN}") from error
    return X.toarray().astype(np.float32), y.astype(np.int64)
