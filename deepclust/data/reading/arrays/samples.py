"""Named arrays to data sets: samples and labels are found by their names and brought into form."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from deepclust.data.dataset import Dataset, Kind
from deepclust.data.reading.arrays.names import ID_NAMES, KNOWN, Y_NAMES, Named, check_length, picked, under_known_names
from deepclust.data.reading.labels import classes_of
from deepclust.data.reading.pictures.flat import flat_shape, sides_of, standing
from deepclust.data.reading.source import shorten
from deepclust.neighbors import LARGEST

FAR = 1000.0  # times its spread: a feature that lies so far from 0 is counted from its middle, for float32
_SERIES = 8  # times as long as they are wide: then arrays of samples are no pictures, unless they are of bytes


@dataclass(frozen=True)
class ArrayLook:
    """What there is to choose in a file of arrays: their names and shapes, and what suggests itself.

    x: None where the samples have to be chosen. pictures: the shape of the pictures that flat rows hold, or seem to.
    """

    shapes: Mapping[str, tuple[int, ...]]
    x: str | None
    y: str | None
    pictures: tuple[int, ...] | None
    files: tuple[str, ...] = ()


def may_ask(shapes: Mapping[str, tuple[tuple[int, ...], np.dtype]]) -> bool:
    """Whether there may be something to ask of arrays of these shapes and types, so that it is worth reading them."""
    return not set(shapes) & KNOWN or any(
        (len(shape) == 2 and sides_of(shape[1])) or (len(shape) == 3 and dtype != np.uint8 and _is_long(shape))
        for shape, dtype in shapes.values()
    )


def look_at_arrays(named: Named, label: str) -> ArrayLook | None:
    """What has to be asked of these arrays; None where there is nothing. ValueError if none can be samples."""
    known = under_known_names(dict(named.arrays), [])
    shapes = {name: a.shape for name, a in known.items() if a.ndim and a.dtype.kind in "fiubUS"}
    if named.x is not None:
        return ArrayLook(shapes, named.x, named.y, None)
    try:
        X, _, _, used = picked(known, label)
    except ValueError:
        if sum(len(shape) > 1 for shape in shapes.values()) < 2:
            raise
        y = next((n for n in (*Y_NAMES, *known) if n in known and known[n].ndim == 1), None)
        return ArrayLook(shapes, None, y, None)
    pictures = flat_shape(X) if X.ndim == 2 and X.dtype.kind in "fiu" else X.shape[1:] if _are_series(X) else None
    return None if pictures is None else ArrayLook(shapes, used[0], used[1] if len(used) == 2 else None, pictures)


def dataset_of(
    named: Named | dict[str, np.ndarray],
    label: str,
    name: str,
    max_bytes: int,
    x: str | None = None,
    y: str | None = None,
    pictures: Sequence[int] | str | None = "auto",
) -> Dataset:
    """Arrays by name to a data set; see `npz.read_npz`. pictures: the shape of each row, None for vectors, else by the values."""
    name = name or Path(label).stem
    named = named if isinstance(named, Named) else Named(named)
    notes = [*named.notes]
    arrays = under_known_names(dict(named.arrays), notes)
    if x is None and named.x is not None:
        x, y = named.x, y or named.y
    for part in (x, y):
        if part is not None and part not in arrays:
            raise ValueError(f"{label} has no array {part!r}. It has: {shorten(arrays, 20)}.")
    n_train: int | None = None
    if x is None:
        X, labels, n_train, used = picked(arrays, label)
        if len(used) == 2 and used[1] not in KNOWN and labels is not None:
            notes.append(f"Labels are the array {used[1]}.")
    else:
        X, labels, used = arrays[x], None, [x]
    if y is not None:
        labels, used = arrays[y], [used[0], y]
        check_length(len(X) if X.ndim else 1, labels, label, y)
        labels = labels.ravel()
    if X.size == 0:
        raise ValueError(
            f"{label}: the array {used[0]!r} is empty (shape {X.shape}). At least one sample with one feature is needed."
        )
    if 4 * X.size > max_bytes:
        raise ValueError(
            f"{label}: {X.size:,} numbers need {4 * X.size / 2**30:.1f} GiB as float32, and at most "
            f"{max_bytes / 2**30:.1f} GiB are allowed. Save fewer samples or smaller pictures."
        )
    classes, class_names = _labels(labels, label, notes) if labels is not None else (None, None)
    if "class_names" in arrays and arrays["class_names"].dtype.kind == "U" and class_names is None:
        class_names = tuple(str(c) for c in arrays["class_names"].ravel())
        used.append("class_names")
    ids_name = next((n for n in ID_NAMES if n in arrays and n not in used and arrays[n].shape == X.shape[:1]), None)
    ids = None
    if ids_name is not None:
        ids, used = _ids(arrays[ids_name]), [*used, ids_name]
    ignored = [k for k in arrays if k not in (*used, *named.silent)]
    if ignored:
        notes.append(f"Arrays that were not used: {shorten(ignored)}.")
    X = _shaped(X, pictures, label, notes, named.by_columns)
    kind: Kind = "image" if X.ndim >= 3 else "vector"
    X = _without_gaps(X, notes)
    X = _pictures(X, label, notes) if kind == "image" else _within_float32(X, label, notes)
    return Dataset(
        name, X, y=classes, class_names=class_names, kind=kind, n_train=n_train, title=name, notes=tuple(notes), ids=ids
    )


def _are_series(X: np.ndarray) -> bool:
    """Whether arrays of samples (n, a, b) are series of measurements and no pictures: much longer than wide."""
    return X.ndim == 3 and X.dtype != np.uint8 and _is_long(X.shape)


def _is_long(shape: tuple[int, ...]) -> bool:
    return max(shape[1:]) >= _SERIES * max(1, min(shape[1:]))


def _shaped(
    X: np.ndarray, pictures: Sequence[int] | str | None, label: str, notes: list[str], by_columns: bool
) -> np.ndarray:
    """Rows as pictures, or arrays of samples as rows, where someone says so or their values do."""
    if pictures == "auto":
        if _are_series(X):
            notes.append(
                f"Samples of {X.shape[1]} × {X.shape[2]} are taken for series and clustered as {math.prod(X.shape[1:]):,} "
                "features each. If they are pictures, say so."
            )
            return X.reshape(len(X), -1)
        shape = flat_shape(X) if X.ndim == 2 and X.dtype.kind in "fiu" else None
        if shape is None:
            return X
        notes.append(f"Each row is a picture of {' × '.join(map(str, shape))}, by its pixels.")
        return _in_rows(X, shape, by_columns)
    if pictures is None:
        return X.reshape(len(X), -1) if X.ndim > 2 else X
    if isinstance(pictures, str) or X.ndim < 2 or math.prod(pictures) != X[0].size:
        raise ValueError(
            f"{label}: samples of the shape {X.shape[1:]} are no pictures of {' × '.join(map(str, pictures))}. Give a height "
            "and width (and 3 for colour) whose product is the number of values of a sample."
        )
    return _in_rows(X, tuple(pictures), by_columns)


def _in_rows(X: np.ndarray, shape: tuple[int, ...], by_columns: bool) -> np.ndarray:
    """Flat pictures ``(n, d)`` in this shape (height, width[, 3] or 3, height, width)."""
    if not by_columns or X.ndim > 2:
        return standing(X.reshape(-1, *shape))
    if len(shape) == 3 and shape[2] == 3:
        shape = (3, *shape[:2])
    return standing(X.reshape(-1, *shape[:-2], shape[-1], shape[-2])).swapaxes(1, 2)


def _without_gaps(X: np.ndarray, notes: list[str]) -> np.ndarray:
    """NaN and infinity filled, as in tables: by the median of the column, in pictures by the darkest value.

    A column without any number stays as it is; `Dataset` refuses it.
    """
    if X.dtype.kind != "f" or X.ndim < 2 or (math.isfinite(X.min()) and math.isfinite(X.max())):
        return X
    gaps = ~np.isfinite(X)
    X = X.copy()
    if X.ndim > 2:
        if not gaps.all():
            X[gaps] = X[~gaps].min()
            notes.append(f"{int(gaps.sum()):,} pixels are no numbers (NaN) and were filled with the darkest value.")
        return X
    filled = 0
    for j in np.flatnonzero(gaps.any(axis=0)):
        column, missing = X[:, j], gaps[:, j]
        if not missing.all():
            column[missing] = np.median(column[~missing])
            filled += int(missing.sum())
    if filled:
        notes.append(f"{filled:,} missing values (NaN or infinite) were filled with the median of their column.")
    return X


def _within_float32(X: np.ndarray, label: str, notes: list[str]) -> np.ndarray:
    """Vectors as float32 can hold them and their squares: very large and very small numbers in another unit.

    Features that lie far from 0 for their spread are counted from their middle, so that small steps are kept. ValueError
    for types that are no numbers is left to `Dataset`, and so are NaN and infinity.
    """
    if X.dtype.kind not in "fiu" or X.ndim > 2:
        return X
    low, high = X.min(axis=0).astype(np.float64), X.max(axis=0).astype(np.float64)
    largest = float(np.maximum(np.abs(low), np.abs(high)).max())
    if not np.isfinite(largest):
        return X
    nearest = np.minimum(np.abs(low), np.abs(high))
    far = (nearest > FAR * (high - low)) & ((high > low) | (nearest > LARGEST))
    if X.dtype.itemsize > 4 and far.any():
        X = X - np.where(far, low + (high - low) / 2, 0.0)
        notes.append(
            f"{np.count_nonzero(far):,} of the features are counted from their middle, so that small steps are kept."
        )
        largest = float(np.abs(X).max())
    if largest > LARGEST or 0 < largest < 1 / LARGEST:
        unit = 10.0 ** np.floor(np.log10(largest))
        notes.append(f"All numbers were divided by {unit:g}, so that float32 holds them and their squares.")
        X = X / unit
    return X


def _labels(y: np.ndarray, label: str, notes: list[str]) -> tuple[np.ndarray, tuple[str, ...] | None]:
    if y.dtype.kind == "S":
        y = np.char.decode(y, "utf-8", "replace")
    if y.dtype.kind == "f":
        known = ~np.isnan(y)
        whole = ~known | ((np.trunc(y) == y) & (np.abs(y) < 2**53))
        if not whole.all():
            row = int((~whole).argmax())
            raise ValueError(
                f"{label}: the label in row {row} (counted from 0) is {y[row]!s}, which names no class. Labels must be "
                "whole numbers or texts: correct them or leave y out."
            )
        y = (
            np.where(known, np.where(known, y, 0).astype(np.int64).astype(str), "")
            if not known.all()
            else y.astype(np.int64)
        )
    if y.dtype.kind not in "iubU":
        raise ValueError(
            f"{label}: labels of the type {y.dtype} are not known. Labels must be whole numbers or texts: "
            "correct them or leave y out."
        )
    if y.dtype.kind in "iu" and np.array_equal(unique := np.unique(y), np.arange(len(unique))):
        return y.astype(np.int64), None
    return classes_of(y.astype(str), None, notes)


def _ids(values: np.ndarray) -> np.ndarray:
    """Names of the samples as UTF-8 bytes, at most 80 characters each."""
    if values.dtype.kind == "S":
        return values.astype("S80")
    encoded: np.ndarray = np.char.encode(values.astype("U80"), "utf-8")
    return encoded


def _pictures(X: np.ndarray, label: str, notes: list[str]) -> np.ndarray:
    """Pictures as ``(n, h, w)`` or ``(n, h, w, 3)`` float32 in [0, 1]; adds to ``notes`` what had to be done."""
    if X.ndim == 4 and X.shape[3] not in (1, 3, 4) and X.shape[1] in (1, 3):
        X = standing(X)
        notes.append("The colour channels came first and were moved to the end.")
    if X.ndim == 4 and X.shape[3] == 4:
        X = X[..., :3]
        notes.append("The transparency channel was left out.")
    if X.ndim > 4 or (X.ndim == 4 and X.shape[3] not in (1, 3)):
        raise ValueError(
            f"{label}: samples of the shape {X.shape} are neither vectors (n, features) nor pictures (n, height, width), "
            "(n, height, width, 1, 3 or 4 channels) or (n, 1 or 3 channels, height, width). "
            "Reshape them, or flatten with x.reshape(len(x), -1)."
        )
    if X.ndim == 4 and X.shape[3] == 1:
        X = X[..., 0]
    return unit_range(X, label, notes)


def unit_range(X: np.ndarray, label: str, notes: list[str]) -> np.ndarray:
    """Pixel values to float32 in [0, 1]: 0..1 stay, whole numbers up to 255 by 255, all else by the range found."""
    if X.dtype.kind not in "fiub":
        raise ValueError(
            f"{label}: pixels of the type {X.dtype} are not numbers from dark to bright. Use uint8 or float32."
        )
    if X.dtype.kind == "b":
        return np.ascontiguousarray(X, dtype=np.float32)
    low, high = float(X.min()), float(X.max())
    if not (math.isfinite(low) and math.isfinite(high)):
        return X  # Dataset says how many and in which row
    if low >= 0.0 and high <= 1.0:
        return np.ascontiguousarray(X, dtype=np.float32)
    if X.dtype.kind in "iu" and low >= 0.0 and high <= 255.0:
        parts: np.ndarray = np.divide(X, np.float32(255.0), dtype=np.float32, order="C")
        return parts
    if low == high:
        return np.zeros(X.shape, dtype=np.float32)
    notes.append(f"The pixel values {low:g} to {high:g} were scaled to 0 to 1.")
    scaled = np.subtract(X, low, dtype=np.float64 if X.dtype.itemsize > 4 else np.float32, order="C")
    return np.ascontiguousarray(np.clip(scaled / (high - low), 0.0, 1.0), dtype=np.float32)
