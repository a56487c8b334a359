"""Data sets of one's own, kept in a folder under a name made from their content; a reference opens any data set."""

from __future__ import annotations

import hashlib
import json
import os
import re
import tempfile
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

import numpy as np

from deepclust.data.archives import read_arrays
from deepclust.data.catalog import load_dataset
from deepclust.data.dataset import Dataset
from deepclust.data.readers import read_npz, read_picture_zip

_KEY = re.compile(r"[0-9a-f]{16}(-[0-9a-f]{8})?")
_FORMS = '{"name": "digits", "options": {}}, {"own": "<fingerprint>"} or {"file": "/path/to/data.npz"}'
_NO_LIMIT = 2**62  # kept by ourselves, so only the header and the size of the file have to agree


def open_dataset(ref: Mapping[str, Any], own_folder: Path) -> Dataset:
    """Open what a reference names: a catalog entry, a data set kept in ``own_folder``, or a file.

    ref: ``{"name": "moons", "options": {"n_samples": 500}}``, ``{"own": fingerprint}`` or
    ``{"file": "/path/data.npz"}`` (also a .zip of pictures, with an optional ``"size": [height, width]``).
    ValueError for any other form and for data that cannot be opened.
    """
    kinds = [k for k in ("name", "own", "file") if k in ref]
    extra = set(ref) - {"name": {"name", "options"}, "file": {"file", "size"}}.get(
        kinds[0] if kinds else "", {"own"}
    )
    if len(kinds) != 1 or extra:
        raise ValueError(f"{dict(ref)!r} does not name a data set. Use one of {_FORMS}.")
    if "name" in ref:
        return load_dataset(ref["name"], **(ref.get("options") or {}))
    if "own" in ref:
        return _open_own(str(ref["own"]), own_folder)
    path = Path(str(ref["file"])).expanduser()
    if path.suffix.lower() == ".npz":
        return read_npz(path)
    if path.suffix.lower() == ".zip":
        size = ref.get("size")
        return read_picture_zip(path, (int(size[0]), int(size[1])) if size else None)
    raise ValueError(f"{path} is neither an .npz file nor a .zip of pictures. Convert it to one of these.")


def keep_dataset(dataset: Dataset, own_folder: Path) -> dict[str, str]:
    """Write a data set into ``own_folder`` and return the reference ``{"own": fingerprint}`` that opens it again.

    The key is the fingerprint of the samples, followed by one of the labels if there are any: the same data
    give the same file, the same pictures with other labels another. Both files appear whole or not at all.
    """
    key = _key_of(dataset)
    own_folder.mkdir(parents=True, exist_ok=True)
    target = own_folder / f"{key}.npz"
    with _whole(target) as stream:
        if dataset.y is None:
            np.savez(stream, x=dataset.X)
        else:
            np.savez(stream, x=dataset.X, y=dataset.y)
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
    }
    with _whole(target.with_suffix(".json")) as stream:
        stream.write(json.dumps(about, ensure_ascii=False, indent=1).encode())
    return {"own": key}


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
            about = json.loads(path.read_text(encoding="utf-8"))
            row = {k: about[k] for k in ("title", "n_samples", "feature_shape", "kind", "n_classes")}
        except (OSError, ValueError, KeyError, TypeError):
            continue
        row["feature_shape"] = tuple(row["feature_shape"])
        found.append((changed, {"own": path.stem, **row}))
    return [row for _, row in sorted(found, key=lambda pair: (-pair[0], pair[1]["own"]))]


def _open_own(key: str, own_folder: Path) -> Dataset:
    path = own_folder / f"{key}.npz"
    # the key comes from a configuration or an address line: it must not lead out of the folder
    if not _KEY.fullmatch(key) or not path.is_file():
        raise ValueError(
            f"There is no own data set {key!r} in {own_folder}. Load the file again on the Data page."
        )
    try:
        about = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))
        arrays = read_arrays(path, path.name, _NO_LIMIT)
        names = about["class_names"]
        dataset = Dataset(
            about["name"],
            arrays["x"],
            y=arrays.get("y"),
            class_names=None if names is None else tuple(names),
            kind=about["kind"],
            n_train=about["n_train"],
            title=about["title"],
            notes=tuple(about["notes"]),
        )
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ValueError(
            f"The own data set {key} in {own_folder} is damaged ({error}). Load the original file again on the Data page."
        ) from error
    return dataset


def _key_of(dataset: Dataset) -> str:
    if dataset.y is None:
        return dataset.fingerprint
    digest = hashlib.sha256(dataset.y.tobytes())
    digest.update(json.dumps(dataset.class_names).encode())
    return f"{dataset.fingerprint}-{digest.hexdigest()[:8]}"


@contextmanager
def _whole(target: Path) -> Iterator[IO[bytes]]:
    """A file that takes the place of ``target`` when it is complete, and disappears if writing it fails."""
    # a name of its own for every writer: two browser tabs may keep the same upload at the same moment
    with tempfile.NamedTemporaryFile(dir=target.parent, prefix=".", suffix=".part", delete=False) as stream:
        try:
            yield stream
            stream.close()
            os.replace(stream.name, target)
        except BaseException:
            Path(stream.name).unlink(missing_ok=True)
            raise
