"""A reference opens any data set: one of the catalog, one that was kept, or a file."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from deepclust.data.catalog.table import load_dataset
from deepclust.data.dataset import Dataset
from deepclust.data.own import open_own
from deepclust.data.prepare import apply
from deepclust.data.reading.read import read_file

_FORMS = '{"name": "digits", "options": {}}, {"own": "<fingerprint>"} or {"file": "/path/to/data.npz"}'


def open_dataset(ref: Mapping[str, Any], own_folder: Path) -> Dataset:
    """Open what a reference names: a catalog entry, a data set kept in ``own_folder``, or a file.

    ref: ``{"name": "moons", "options": {"n_samples": 500}}``, ``{"own": key}`` or ``{"file": "/path/data.npz"}`` (any
    file or folder that is read, with ``"choices"`` such as ``{"size": [height, width]}`` or ``{"label": "species"}``).
    Each may hold ``"subset": {"n": 500, "seed": 0, "stratified": false}``, ``"prepare": {"how": "standardise"}`` and
    ``"part": "train"`` or ``"test"`` of an official split.
    ValueError for any other form and for data that cannot be opened.
    """
    kinds = [k for k in ("name", "own", "file") if k in ref]
    further = {"name": {"options"}, "file": {"choices", "size"}}.get(kinds[0] if kinds else "", set())
    if len(kinds) != 1 or set(ref) - {kinds[0], "subset", "prepare", "part"} - further:
        raise ValueError(f"{dict(ref)!r} does not name a data set. Use one of {_FORMS}.")
    if "name" in ref:
        dataset = load_dataset(ref["name"], **(ref.get("options") or {}))
    elif "own" in ref:
        dataset = open_own(str(ref["own"]), own_folder)
    else:
        choices = dict(ref.get("choices") or {})
        if ref.get("size"):
            choices["size"] = ref["size"]
        dataset = read_file(Path(str(ref["file"])).expanduser(), choices)
    return apply(dataset, ref)
