"""Data sets of one's own, kept in a folder under a name made from their content: keep, open, list, rename, delete."""

from __future__ import annotations

import hashlib
import json
import re
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from deepclust.data.dataset import Dataset, Kind, OwnColumn
from deepclust.data.reading.arrays.npz import read_arrays
from deepclust.disk import DiskError, make_folder, read_json, sweep, whole
from deepclust.records import Count, from_record

_KEY = re.compile(r"[0-9a-f]{16}(-[0-9a-f]{8})?")
_NO_LIMIT = 2**62  # kept by ourselves, so only the header and the size of the file have to agree


@dataclass(frozen=True)
class _About:
    """What stands beside the arrays of a kept data set."""

    name: str
    title: str
    kind: Kind
    class_names: list[str] | None
    n_train: Count | None
    notes: tuple[str, ...]
    left_out: tuple[str, ...] = ()
    features: str = ""
    n_samples: Count = 0
    feature_shape: tuple[Count, ...] = ()
    n_classes: Count | None = None
    columns: tuple[str, ...] = ()  # names; their values are arrays column-0, column-1...
    words: tuple[list[str], ...] = ()  # of each column, none for one of numbers
    feature_names: tuple[str, ...] = ()


def keep_dataset(dataset: Dataset, own_folder: Path) -> dict[str, str]:
    """Write a data set into ``own_folder`` and return the reference ``{"own": fingerprint}`` that opens it again.

    The key is the fingerprint of the samples, followed by one of the labels if there are any: the same data
    give the same file, the same pictures with other labels another. Both files appear whole or not at all.
    ValueError where the disk is full or the folder cannot be written.
    """
    key = key_of(dataset)
    target = own_folder / f"{key}.npz"
    make_folder(own_folder)
    sweep(own_folder)  # whoever was killed while it kept another one
    with whole(target, sync=True) as stream:
        arrays = {"x": small(dataset), "y": dataset.y, "ids": dataset.ids, "pictures": dataset.pictures}
        arrays |= {f"column-{i}": column.values for i, column in enumerate(dataset.columns)}
        np.savez(stream, **{name: array for name, array in arrays.items() if array is not None})  # type: ignore[arg-type]
    about = {
        "name": dataset.name,
        "title": dataset.title,
        "kind": dataset.kind,
        "n_samples": dataset.n_samples,
        "feature_shape": list(dataset.feature_shape),
        "n_classes": dataset.n_classes,
        "class_names": None if dataset.class_names is None else list(dataset.class_names),
        "n_train": dataset.n_train,
        "notes": list(dataset.notes),
        "left_out": list(dataset.left_out),
        "features": dataset.features,
        "columns": [column.name for column in dataset.columns],
        "words": [list(column.words or ()) for column in dataset.columns],
        "feature_names": list(dataset.feature_names),
    }
    _write_about(target.with_suffix(".json"), about)
    return {"own": key}


def rename_own(key: str, title: str, own_folder: Path) -> None:
    """Give a kept data set another title; its key, and so every run on it, stays. ValueError for an empty title."""
    title = " ".join(title.split())[:80]
    if not title:
        raise ValueError("A data set needs a title of at least one letter.")
    path = _own_path(key, own_folder).with_suffix(".json")
    try:
        about = read_json(path)
        _write_about(path, {**about, "title": title})
    except DiskError:
        raise
    except (OSError, TypeError, ValueError) as error:
        raise ValueError(f"The own data set {key} is damaged ({error}) and can only be deleted.") from error


def delete_own(key: str, own_folder: Path) -> None:
    """Remove a kept data set from the disk. ValueError if it is not there."""
    path = _own_path(key, own_folder)
    # the description first: without it, the data set is in no list
    path.with_suffix(".json").unlink(missing_ok=True)
    path.unlink(missing_ok=True)


def list_own(own_folder: Path) -> list[dict[str, Any]]:
    """The kept data sets, newest first: own, title, n_samples, feature_shape, kind, n_classes. Broken files are passed over."""
    found = []
    for path in own_folder.glob("*.json"):
        try:
            if not _KEY.fullmatch(path.stem):
                continue
            arrays = path.with_suffix(".npz")
            if not zipfile.is_zipfile(arrays):
                continue
            changed = arrays.stat().st_mtime
            about = from_record(_About, read_json(path))
            row = {k: getattr(about, k) for k in ("title", "n_samples", "feature_shape", "kind", "n_classes")}
        except (OSError, ValueError):
            continue
        found.append((changed, {"own": path.stem, **row}))
    return [row for _, row in sorted(found, key=lambda pair: (-pair[0], pair[1]["own"]))]


def small(dataset: Dataset) -> np.ndarray:
    """The samples, pictures as whole numbers 0 to 255 where these give the very same pixels again: a quarter of the size on disk."""
    if dataset.kind != "image":
        return dataset.X
    small = np.empty(dataset.X.shape, np.uint8)
    block = max(1, 2**22 // dataset.X[0].size)
    for start in range(0, dataset.n_samples, block):
        X = dataset.X[start : start + block]
        whole_numbers = np.rint(X * np.float32(255.0))
        if X.min() < 0 or X.max() > 1 or not np.array_equal(whole_numbers / np.float32(255.0), X):
            return dataset.X
        small[start : start + block] = whole_numbers
    return small


def _own_path(key: str, own_folder: Path) -> Path:
    path = own_folder / f"{key}.npz"
    # the key comes from a configuration or an address line: it must not lead out of the folder
    if not _KEY.fullmatch(key) or not path.is_file():
        raise ValueError(
            f"There is no own data set {key!r} in {own_folder}: it was deleted, or comes from another computer. Load the same "
            "file again on the Data page: it gives the same data set, and its runs find it again."
        )
    return path


def _write_about(path: Path, about: Mapping[str, Any]) -> None:
    with whole(path) as stream:
        stream.write(json.dumps(about, ensure_ascii=False, indent=1).encode("utf-8", "replace"))


def open_own(key: str, own_folder: Path) -> Dataset:
    """A kept data set. ValueError if it is not there, or damaged."""
    path = _own_path(key, own_folder)
    try:
        about = from_record(_About, read_json(path.with_suffix(".json")))
        arrays = read_arrays(path, path.name, _NO_LIMIT)
        names = about.class_names
        X = arrays["x"]
        if X.dtype == np.uint8:  # pictures, as `small` keeps them
            X = np.divide(X, np.float32(255.0), dtype=np.float32)
        dataset = Dataset(
            about.name,
            X,
            y=arrays.get("y"),
            class_names=None if names is None else tuple(names),
            kind=about.kind,
            n_train=about.n_train,
            title=about.title,
            notes=about.notes,
            ids=arrays.get("ids"),
            left_out=about.left_out,
            pictures=arrays.get("pictures"),
            features=about.features,
            columns=tuple(
                OwnColumn(name, arrays[f"column-{i}"], tuple(words) or None)
                for i, (name, words) in enumerate(zip(about.columns, about.words, strict=True))
            ),
            feature_names=about.feature_names,
        )
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ValueError(
            f"The own data set {key} in {own_folder} is damaged ({error}). Load the original file again on the Data page."
        ) from error
    return dataset


def key_of(dataset: Dataset) -> str:
    if dataset.y is None:
        return dataset.fingerprint
    digest = hashlib.sha256(dataset.y.tobytes())
    digest.update(json.dumps(dataset.class_names).encode())
    return f"{dataset.fingerprint}-{digest.hexdigest()[:8]}"
