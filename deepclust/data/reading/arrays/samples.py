"""Named arrays to data sets: samples and labels are found by their names and brought into form."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from deepclust.data.dataset import Dataset, Kind
from deepclust.data.reading.labels import LABEL_WORDS, classes_of, label_rank, words_of
from deepclust.data.reading.pictures.flat import flat_shape, standing
from deepclust.data.reading.source import shorten
from deepclust.neighbors import LARGEST

WANTED_ARRAYS = (
    "Save the samples as x, shape (n, features) or (n, height, width[, 3]), and the labels, if any, as y: "
    "numpy.savez('data.npz', x=x, y=y)"
)

FAR = 1000.0  # times its spread: a feature that lies so far from 0 is counted from its middle, for float32
_X_NAMES = ("x", "X", "data", "images", "embeddings", "features", "fea", "tensors", "vectors", "arr_0")
_Y_NAMES = ("y", "Y", "labels", "label", "target", "targets", "gnd", "metadata", "arr_1")
_X_WORDS = {"x", "data", "features", "embeddings", "embedding", "tensors", "vectors", "images", "samples", "inputs"}
_Y_WORDS = {"y", "labels", "label", "target", "targets", "metadata", "classes"}
_ID_NAMES = ("ids", "id", "names", "filenames", "paths")
_SPLIT_NAMES = (("x_train", "x_test"), ("X_train", "X_test"))
_SERIES = 8  # times as long as they are wide: then arrays of samples are no pictures, unless they are of bytes
_TO_CHOOSE = "Choose the samples as x (--x NAME) and the labels, if any, as y (--y NAME), or save them anew"
#: Names under which samples and labels are found.
KNOWN = {*_X_NAMES, *_Y_NAMES, *_ID_NAMES, *(f"{v}_{part}" for v in "xXyY" for part in ("train", "test"))}


@dataclass(frozen=True)
class Named:
    """The arrays of a file by name, and what its reader knows of them.

    x, y: which are the samples and the labels, where the file says so. silent: those that nobody misses. by_columns:
    whether pictures in rows lie there column by column, as MATLAB has them.
    """

    arrays: dict[str, np.ndarray]
    notes: Sequence[str] = ()
    x: str | None = None
    y: str | None = None
    silent: Sequence[str] = ()
    by_columns: bool = False


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
    plain = {n: (shape, dtype) for n, (shape, dtype) in shapes.items() if len(shape) > 1}
    pictures = all(len(shape) > 2 and dtype == np.uint8 for shape, dtype in plain.values())
    return not (pictures and set(shapes) & KNOWN)


def look_at_arrays(named: Named, label: str) -> ArrayLook | None:
    """What has to be asked of these arrays; None where there is nothing. ValueError if none can be samples."""
    known = _known_names(dict(named.arrays), [])
    shapes = {name: a.shape for name, a in known.items() if a.ndim and a.dtype.kind in "fiubUS"}
    if named.x is not None:
        return ArrayLook(shapes, named.x, named.y, None)
    try:
        X, _, _, used = _pick(known, label)
    except ValueError:
        if sum(len(shape) > 1 for shape in shapes.values()) < 2:
            raise
        y = next((n for n in (*_Y_NAMES, *known) if n in known and known[n].ndim == 1), None)
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
    arrays = _known_names(dict(named.arrays), notes)
    if x is None and named.x is not None:
        x, y = named.x, y or named.y
    for part in (x, y):
        if part is not None and part not in arrays:
            raise ValueError(f"{label} has no array {part!r}. It has: {shorten(arrays, 20)}.")
    n_train: int | None = None
    if x is None:
        X, labels, n_train, used = _pick(arrays, label)
        if len(used) == 2 and used[1] not in KNOWN and labels is not None:
            notes.append(f"Labels are the array {used[1]}.")
    else:
        X, labels, used = arrays[x], None, [x]
    if y is not None:
        labels, used = arrays[y], [used[0], y]
        _check_length(len(X) if X.ndim else 1, labels, label, y)
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
    ids_name = next((n for n in _ID_NAMES if n in arrays and n not in used and arrays[n].shape == X.shape[:1]), None)
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
    return X.ndim == 3 and X.dtype != np.uint8 and max(X.shape[1:]) >= _SERIES * max(1, min(X.shape[1:]))


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


def _known_names(arrays: dict[str, np.ndarray], notes: list[str]) -> dict[str, np.ndarray]:
    """One-hot labels as numbers; splits under our names; savez(y, X) the other way round; no folders.

    Arrays in folders, or one per class, become x and their labels.
    """
    classes = by_class(arrays)
    if classes is not None:
        notes.append(f"Each of these is a class of its own: {shorten(sorted(set(classes['y'].tolist())))}.")
        arrays = classes
    arrays = _by_roles(arrays)
    last = [name.rpartition("/")[2] for name in arrays]
    if len(set(last)) == len(last):
        arrays = dict(zip(last, arrays.values(), strict=True))
    arrays = {
        name: _one_per_sample(a) if name in _Y_NAMES or name.endswith("labels") or name[:2] in ("y_", "Y_") else a
        for name, a in arrays.items()
    }
    first, second = arrays.get("arr_0"), arrays.get("arr_1")
    if first is not None and second is not None and len(arrays) == 2 and first.ndim == 1 and second.ndim > 1:
        return {"arr_0": second, "arr_1": first}
    return arrays


def by_class(arrays: dict[str, np.ndarray], fewest: int = 3) -> dict[str, np.ndarray] | None:
    """x and y of one array per class (ash, birch), or of one per sample in a folder per class (ash/0); None for others."""
    folders = [name.rpartition("/")[0].rpartition("/")[2] for name in arrays]
    shapes = {a.shape for a in arrays.values()}
    if len(shapes) == 1 and len(arrays) > 2 and len(set(folders) - {""}) > 1:
        return {"x": np.stack(list(arrays.values())), "y": np.array(folders)}
    known = {*_X_NAMES, *_Y_NAMES, *_ID_NAMES, "x_train", "x_test", "X_train", "X_test"}
    samples = {a.shape[1:] for a in arrays.values()}
    named = any(name in known or name.split("_")[-1] in ("images", "labels", "embeddings", "data") for name in arrays)
    if len(arrays) >= fewest and len(samples) == 1 and () not in samples and not named:
        y = np.repeat(list(arrays), [len(a) for a in arrays.values()])
        return {"x": np.concatenate(list(arrays.values())), "y": y}
    return None


def _pick(arrays: dict[str, np.ndarray], label: str) -> tuple[np.ndarray, np.ndarray | None, int | None, list[str]]:
    """Choose samples and labels by name: X, y or None, length of the training split or None, names used."""
    for first, second in _SPLIT_NAMES:
        if first in arrays and second in arrays:
            X = _joined(arrays, first, second, label)
            lengths = len(arrays[first]), len(arrays[second])
            n_train = lengths[0] if all(lengths) else None
            if "y_train" not in arrays or "y_test" not in arrays:
                return X, None, n_train, [first, second]
            for n, name in zip(lengths, ("y_train", "y_test"), strict=True):
                _check_length(n, arrays[name], label, name)
            y = _joined(arrays, "y_train", "y_test", label).ravel()
            return X, y, n_train, [first, second, "y_train", "y_test"]
    names = [n for n in (*_X_NAMES, "x_train", "X_train") if n in arrays]
    if not names:  # then the only one that can be samples is meant
        names = [n for n, a in arrays.items() if a.ndim >= 2 or len(arrays) == 1]
        names = names if len(names) == 1 else []
    if not names:
        raise ValueError(
            f"{label} holds the arrays {shorten(arrays)}, none of which is known as the samples. {_TO_CHOOSE}: {WANTED_ARRAYS[0].lower()}{WANTED_ARRAYS[1:]}."
        )
    X = arrays[names[0]]
    y_names = [n for n in (*_Y_NAMES, "y_train") if n in arrays and n != names[0]]
    y_names = y_names or _like_labels(arrays, X, names[0])
    if not y_names:
        return X, None, None, names[:1]
    _check_length(len(X) if X.ndim else 1, arrays[y_names[0]], label, y_names[0])
    return X, arrays[y_names[0]].ravel(), None, [names[0], y_names[0]]


def _like_labels(arrays: dict[str, np.ndarray], X: np.ndarray, x: str) -> list[str]:
    """The array that may be the labels, if there is one: by its name, or as the only one of few values, one per sample."""
    fitting = [
        name
        for name, a in arrays.items()
        if name not in (x, *_ID_NAMES)
        and X.ndim > 1
        and a.shape in ((len(X),), (len(X), 1))
        and a.dtype.kind in "iubUS"
        and 2 <= len(np.unique(a)) <= min(max(50, len(a) // 5), len(a) // 2)
    ]
    named = [name for name in fitting if set(words_of(name)) & {*_Y_WORDS, *LABEL_WORDS}]
    return sorted(named, key=label_rank)[:1] or (fitting if len(fitting) == 1 else [])


def role_of(name: str) -> str:
    """x, y, x_train, ... if the words of a name, with its folders, say so; else ""."""
    words = [w.lower() for w in re.split(r"[^A-Za-z0-9]+", name)]
    part = next(
        (f"_{p}" for p in ("train", "test", "val") if p in words), "_val" if {"valid", "dev"} & set(words) else ""
    )
    what = "x" if _X_WORDS & set(words) else "y" if _Y_WORDS & set(words) else ""
    return what + part if what else ""


def _by_roles(arrays: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Arrays of a split as x_train, y_train, x_test and y_test, whatever they are called; a part for validation joins training."""
    roles = {name: role_of(name) for name in arrays}
    once = [role for role in roles.values() if role]
    if not {"x_train", "x_test"} <= set(once) or len(set(once)) < len(once):
        return arrays
    parts = {roles[name] if "_" in roles[name] else name: array for name, array in arrays.items()}
    for what in "xy":
        more, train = parts.get(f"{what}_val"), parts.get(f"{what}_train")
        if more is not None and train is not None and more.shape[1:] == train.shape[1:]:
            parts[f"{what}_train"] = np.concatenate([train, parts.pop(f"{what}_val")])
    return parts


def _joined(arrays: dict[str, np.ndarray], first: str, second: str, label: str) -> np.ndarray:
    try:
        return np.concatenate([arrays[first], arrays[second]])
    except (TypeError, ValueError) as error:
        a, b = arrays[first], arrays[second]
        raise ValueError(
            f"{label}: {first} has the shape {a.shape} and type {a.dtype}, but {second} {b.shape} and {b.dtype}. "
            "Both parts of a split need the same shape and type: correct one of them."
        ) from error


def _one_per_sample(y: np.ndarray) -> np.ndarray:
    """Labels (n,): of one-hot rows (n, k), the place of their 1."""
    if y.ndim == 2 and y.shape[1] > 1 and y.dtype.kind in "fiub" and (np.sort(y, axis=1)[:, -2:] == [0, 1]).all():
        return np.asarray(y.argmax(axis=1))
    return y


def _check_length(n_samples: int, y: np.ndarray, label: str, name: str) -> None:
    if y.ndim == 0 or len(y) != n_samples or y.size != n_samples:  # (n, 1) is as good as (n,)
        raise ValueError(
            f"{label}: there are {n_samples:,} samples but the labels {name!r} have the shape {y.shape}. Exactly one label "
            f"per sample is needed, shape ({n_samples},): correct {name!r} or leave it out."
        )


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
