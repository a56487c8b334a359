"""Which of the named arrays of a file are the samples, the labels, the parts of a split, or a class each."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from deepclust.data.reading.labels import LABEL_WORDS, label_rank, words_of
from deepclust.data.reading.source import shorten

WANTED_ARRAYS = (
    "Save the samples as x, shape (n, features) or (n, height, width[, 3]), and the labels, if any, as y: "
    "numpy.savez('data.npz', x=x, y=y)"
)
X_NAMES = ("x", "X", "data", "images", "embeddings", "features", "fea", "tensors", "vectors", "arr_0")
Y_NAMES = ("y", "Y", "labels", "label", "target", "targets", "gnd", "metadata", "arr_1")
_X_WORDS = {"x", "data", "features", "embeddings", "embedding", "tensors", "vectors", "images", "samples", "inputs"}
_Y_WORDS = {"y", "labels", "label", "target", "targets", "metadata", "classes"}
ID_NAMES = ("ids", "id", "names", "filenames", "paths")
_SPLIT_NAMES = (("x_train", "x_test"), ("X_train", "X_test"))
_TO_CHOOSE = "Choose the samples as x (--x NAME) and the labels, if any, as y (--y NAME), or save them anew"
#: Names under which samples and labels are found.
KNOWN = {*X_NAMES, *Y_NAMES, *ID_NAMES, *(f"{v}_{part}" for v in "xXyY" for part in ("train", "test"))}


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


def under_known_names(arrays: dict[str, np.ndarray], notes: list[str]) -> dict[str, np.ndarray]:
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
        name: _one_per_sample(a) if name in Y_NAMES or name.endswith("labels") or name[:2] in ("y_", "Y_") else a
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
    known = {*X_NAMES, *Y_NAMES, *ID_NAMES, "x_train", "x_test", "X_train", "X_test"}
    samples = {a.shape[1:] for a in arrays.values()}
    named = any(name in known or name.split("_")[-1] in ("images", "labels", "embeddings", "data") for name in arrays)
    if len(arrays) >= fewest and len(samples) == 1 and () not in samples and not named:
        y = np.repeat(list(arrays), [len(a) for a in arrays.values()])
        return {"x": np.concatenate(list(arrays.values())), "y": y}
    return None


def picked(arrays: dict[str, np.ndarray], label: str) -> tuple[np.ndarray, np.ndarray | None, int | None, list[str]]:
    """Choose samples and labels by name: X, y or None, length of the training split or None, names used."""
    for first, second in _SPLIT_NAMES:
        if first in arrays and second in arrays:
            X = _joined(arrays, first, second, label)
            lengths = len(arrays[first]), len(arrays[second])
            n_train = lengths[0] if all(lengths) else None
            if "y_train" not in arrays or "y_test" not in arrays:
                return X, None, n_train, [first, second]
            for n, name in zip(lengths, ("y_train", "y_test"), strict=True):
                check_length(n, arrays[name], label, name)
            y = _joined(arrays, "y_train", "y_test", label).ravel()
            return X, y, n_train, [first, second, "y_train", "y_test"]
    names = [n for n in (*X_NAMES, "x_train", "X_train") if n in arrays]
    if not names:  # then the only one that can be samples is meant
        names = [n for n, a in arrays.items() if a.ndim >= 2 or len(arrays) == 1]
        names = names if len(names) == 1 else []
    if not names:
        raise ValueError(
            f"{label} holds the arrays {shorten(arrays)}, none of which is known as the samples. {_TO_CHOOSE}: {WANTED_ARRAYS[0].lower()}{WANTED_ARRAYS[1:]}."
        )
    X = arrays[names[0]]
    y_names = [n for n in (*Y_NAMES, "y_train") if n in arrays and n != names[0]]
    y_names = y_names or _like_labels(arrays, X, names[0])
    if not y_names:
        return X, None, None, names[:1]
    check_length(len(X) if X.ndim else 1, arrays[y_names[0]], label, y_names[0])
    return X, arrays[y_names[0]].ravel(), None, [names[0], y_names[0]]


def _like_labels(arrays: dict[str, np.ndarray], X: np.ndarray, x: str) -> list[str]:
    """The array that may be the labels, if there is one: by its name, or as the only one of few values, one per sample."""
    fitting = [
        name
        for name, a in arrays.items()
        if name not in (x, *ID_NAMES)
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


def check_length(n_samples: int, y: np.ndarray, label: str, name: str) -> None:
    if y.ndim == 0 or len(y) != n_samples or y.size != n_samples:  # (n, 1) is as good as (n,)
        raise ValueError(
            f"{label}: there are {n_samples:,} samples but the labels {name!r} have the shape {y.shape}. Exactly one label "
            f"per sample is needed, shape ({n_samples},): correct {name!r} or leave it out."
        )
