"""Files that belong together in a zip, a tar or a folder: X and y, one array per class or sample, tensors and metadata."""

from __future__ import annotations

import io
import re
import tempfile
from collections import Counter
from collections.abc import Sequence
from pathlib import Path, PurePosixPath

import numpy as np

from deepclust.data.reading.archives.bundles import open_bundle
from deepclust.data.reading.arrays.names import Named, by_class, role_of
from deepclust.data.reading.arrays.npz import of_records, read_array, read_arrays
from deepclust.data.reading.pictures.folders import folder_classes
from deepclust.data.reading.source import check_unpacked
from deepclust.data.reading.tables.cells import texts_of
from deepclust.data.reading.tables.dataset import read_table
from deepclust.data.reading.tables.open import TABLE_ENDINGS, open_table
from deepclust.data.reading.tables.roles import look_at_table

ARRAY_ENDINGS = (".npy", ".npz")
_MANY = 20  # files of the same shape


def belong_together(names: Sequence[str]) -> list[str]:
    """Those of these files that are parts of one data set: arrays, or a table of samples and one of labels; [] if none."""
    arrays = [n for n in names if n.lower().endswith(ARRAY_ENDINGS)]
    roles = roles_of([n for n in names if n.lower().endswith((*ARRAY_ENDINGS, *TABLE_ENDINGS))])
    paired = set(roles.values())
    if paired >= {"x", "y"} or paired >= {"x_train", "x_test"} or paired >= {"x_train", "y_train"}:
        return list(roles)
    return arrays if any(n.lower().endswith(".npy") for n in arrays) else []


def roles_of(names: Sequence[str]) -> dict[str, str]:
    """x, y, x_train, ... for the files whose names say so, and where no two say the same."""
    found = {name: role for name in names if (role := role_of(str(PurePosixPath(name).with_suffix(""))))}
    counts = Counter(found.values())
    return {name: role for name, role in found.items() if counts[role] == 1}


def read_together(path: Path, label: str, max_bytes: int) -> Named:
    """The arrays of such files by name; see `belong_together`. ValueError, before memory is taken, as for `read_arrays`."""
    with open_bundle(path, label, "Give the arrays themselves") as bundle:
        names = belong_together(bundle.names)
        contents: dict[str, bytes] = {}
        total = 0
        for name, stream in bundle.streams(names):
            contents[name] = stream.read(max_bytes + 1)
            total += len(contents[name])
            check_unpacked(total, 2**62, label, max_bytes)
    roles = roles_of(names)
    arrays: dict[str, np.ndarray] = {}
    notes: list[str] = []
    for name in sorted(names, key=lambda n: roles.get(n, "").startswith("y")):  # first the samples, that labels go with
        key = roles.get(name, str(PurePosixPath(name).with_suffix("")))
        if name.lower().endswith(".npz"):
            parts = read_arrays(io.BytesIO(contents[name]), name, max_bytes)
            arrays |= {part if len(names) == 1 else f"{key}/{part}": array for part, array in parts.items()}
            continue
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / f"part{''.join(PurePosixPath(name.lower()).suffixes[-2:])}"
            file.write_bytes(contents.pop(name))
            if name.lower().endswith(".npy"):
                arrays[key] = read_array(file, name, max_bytes)
            elif key.startswith("x"):
                table = read_table(file, look_at_table(file, name, {"label": None}).suggested, label=name)
                arrays[key] = table.X
                notes += [f"{name}: {note}" for note in table.notes if "first line" not in note]
            else:
                samples = arrays.get(key.replace("y", "x", 1))
                arrays[key] = _labels(file, name, None if samples is None else len(samples), notes)
    if not roles and all(name.lower().endswith(".npy") for name in names):
        arrays = _one_per_file(arrays, notes)
    plain = of_records(arrays)
    return Named(plain.arrays, notes)


def _labels(file: Path, name: str, n: int | None, notes: list[str]) -> np.ndarray:
    """The column of classes of a table of ``n`` rows, which has a header or not, whichever gives as many."""
    for header in (None, False, True):
        look = look_at_table(file, name, {"header": header})
        table = open_table(file, name, header)
        columns = [c.name for c in look.columns]
        label = look.suggested.label or next((c.name for c in look.columns if c.kind == "category"), columns[0])
        values = np.concatenate([texts_of(frame[label]) for _, frame in table.blocks([label])])
        if n in (None, len(values)):
            if len(columns) > 1:
                notes.append(f"Labels are the column {label} of {name}.")
            return values
    return values


def _one_per_file(arrays: dict[str, np.ndarray], notes: list[str]) -> dict[str, np.ndarray]:
    """Files of one shape are a sample each where there are many, or where they are numbered; else each is a class."""
    numbered = all(re.search(r"\d", PurePosixPath(name).name) for name in arrays)
    if len({a.shape for a in arrays.values()}) == 1 and len(arrays) > 1 and (numbered or len(arrays) > _MANY):
        y, classes = folder_classes(list(arrays))
        notes.append(f"Each of the {len(arrays):,} files is a sample.")
        labels = {} if y is None or classes is None else {"y": np.array(classes)[y]}
        return {"x": np.stack(list(arrays.values())), **labels, "ids": np.array(list(arrays))}
    return by_class(arrays, fewest=2) or arrays
