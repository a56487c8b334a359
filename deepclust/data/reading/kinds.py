"""What kind of data a file or folder holds, and the reader for it: arrays, pictures, texts or a table."""

from __future__ import annotations

import zipfile
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, Literal, cast

from deepclust.data.dataset import Dataset
from deepclust.data.reading.archives import MAX_BYTES, shorten
from deepclust.data.reading.arrays import read_hdf5, read_npy, read_npz
from deepclust.data.reading.bundles import TAR_ENDINGS, open_bundle
from deepclust.data.reading.pictures import SUFFIXES, PictureScan, is_picture, read_pictures, scan_pictures
from deepclust.data.reading.published_files import (
    IDX_ENDINGS,
    LIBSVM_ENDINGS,
    PACKED_ENDINGS,
    binary_archive,
    is_idx,
    packed_kind,
    read_binary_archive,
    read_idx_files,
    read_libsvm_file,
    read_mat,
)
from deepclust.data.reading.tables.columns import TableChoice, TableLook, look_at_table
from deepclust.data.reading.tables.files import TABLE_ENDINGS
from deepclust.data.reading.tables.reading import read_table
from deepclust.data.reading.texts import is_text, read_texts

FileKind = Literal["npz", "npy", "hdf5", "table", "pictures", "texts", "mat", "idx", "libsvm", "binary"]

HDF5_ENDINGS = (".h5", ".hdf5", ".hdf")
BUNDLE_ENDINGS = (".zip", *TAR_ENDINGS)
ENDINGS = (
    ".npz",
    ".npy",
    *HDF5_ENDINGS,
    ".mat",
    *TABLE_ENDINGS,
    *BUNDLE_ENDINGS,
    *SUFFIXES,
    *IDX_ENDINGS,
    *LIBSVM_ENDINGS,
    *PACKED_ENDINGS,
)
WANTED = (
    "Give a .zip or .tar of pictures or of .txt files, a folder of them, an array (.npz, .npy, .h5, .mat), or a table "
    "(.csv, .tsv, .parquet, .feather, .xlsx, .arff)"
)
#: What may be chosen for each kind, in a reference or a form.
CHOICES: dict[FileKind, tuple[str, ...]] = {
    "npz": ("x", "y"),
    "npy": (),
    "hdf5": ("x", "y"),
    "table": tuple(TableChoice.__dataclass_fields__),
    "pictures": ("size",),
    "texts": (),
    "mat": ("x", "y"),
    "idx": (),
    "libsvm": (),
    "binary": (),
}
#: Kinds at which there is nothing to choose.
_WHOLE = {"idx": read_idx_files, "libsvm": read_libsvm_file, "binary": read_binary_archive}
_MAGIC: tuple[tuple[bytes, FileKind], ...] = (
    (b"\x93NUMPY", "npy"),
    (b"\x89HDF", "hdf5"),
    (b"PAR1", "table"),
    (b"ARROW1", "table"),
)


def kind_of_file(path: Path, label: str = "") -> FileKind:
    """By the ending of the name, and inside an archive or folder by what is in it. ValueError if it is none that is known."""
    label = label or path.name
    if not path.exists():
        raise ValueError(f"There is no file {path}. Check the path.")
    ending = path.suffix.lower()
    if path.is_dir() or path.name.lower().endswith(BUNDLE_ENDINGS):
        return _kind_of_bundle(path, label)
    if path.stat().st_size == 0:
        raise ValueError(f"{label} is empty (0 bytes). Copy or save it again.")
    if ending in (".npz", ".npy"):
        return cast(FileKind, ending[1:])
    if ending in HDF5_ENDINGS:
        return "hdf5"
    if path.name.lower().endswith(TABLE_ENDINGS):
        return "table"
    if ending == ".mat":
        return "mat"
    if is_idx(path.name):
        return "idx"
    if path.name.lower().endswith(LIBSVM_ENDINGS):
        return "libsvm"
    if ending in PACKED_ENDINGS:
        return cast(FileKind, packed_kind(path, label))
    if is_picture(path.name):
        raise ValueError(f"{label} is a single picture, and one sample cannot be clustered. {WANTED}.")
    with open(path, "rb") as stream:
        start = stream.read(8)
    found = next((kind for magic, kind in _MAGIC if start.startswith(magic)), None)
    hint = f" It looks like {found}: give its name that ending." if found else ""
    raise ValueError(
        f"{label} is neither an .npz file nor a .zip of pictures, nor of any other kind that is read.{hint} {WANTED}."
    )


def read_file(
    path: Path, choices: Mapping[str, Any] | None = None, name: str = "", max_bytes: int = MAX_BYTES
) -> Dataset:
    """Read any file or folder that is known. choices: keys of ``CHOICES`` of its kind; name: the title, else the file's.

    ValueError for unknown choices and for data that cannot be read, MixedSizes where pictures need a size.
    """
    label = name or path.name
    kind, chosen = kind_of_file(path, label), dict(choices or {})
    unknown = sorted(set(chosen) - set(CHOICES[kind]))
    if unknown:
        allowed = f"has {', '.join(CHOICES[kind])}" if CHOICES[kind] else "has none"
        raise ValueError(f"{label}: {', '.join(map(repr, unknown))} cannot be chosen; a file of this kind {allowed}.")
    if kind == "npz":
        return read_npz(path, name, max_bytes, **chosen)
    if kind == "hdf5":
        return read_hdf5(path, name, max_bytes, **chosen)
    if kind == "mat":
        return read_mat(path, name, max_bytes, **chosen)
    if kind in _WHOLE:
        return _WHOLE[kind](path, name, max_bytes)
    if kind == "npy":
        return read_npy(path, name, max_bytes)
    if kind == "table":
        choice = TableChoice.from_json({**look_at_table(path, label).suggested.to_json(), **chosen}) if chosen else None
        return read_table(path, choice, name, max_bytes, label)
    if kind == "texts":
        found = read_texts(path, name, max_bytes)
    else:
        size = chosen.get("size")
        found = read_pictures(path, (int(size[0]), int(size[1])) if size else None, name, max_bytes)
    return found if name else replace(found, name=_stem(path), title=_stem(path))


def look_at_file(path: Path, label: str = "") -> PictureScan | TableLook | None:
    """What there is to choose in a file before it is read; None where there is nothing. ValueError as for `read_file`."""
    kind = kind_of_file(path, label)
    if kind == "pictures":
        return scan_pictures(path, label or path.name)
    if kind == "table":
        return look_at_table(path, label or path.name)
    return None


def _kind_of_bundle(path: Path, label: str) -> FileKind:
    if path.name.lower().endswith(".zip") and zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()
            if names and all(n.endswith(".npy") for n in names):
                return "npz"
    with open_bundle(path, label, WANTED) as bundle:
        if any(is_picture(n) for n in bundle.names):
            return "pictures"
        if sum(is_text(n) for n in bundle.names) > 1:
            return "texts"
        if any(is_idx(n) for n in bundle.names):
            return "idx"
        if binary_archive(bundle.names):
            return "binary"
        if path.is_dir():
            found = f"it holds {shorten(bundle.names)}" if bundle.names else "it is empty"
            raise ValueError(
                f"{label} is neither an .npz file nor a folder of pictures or .txt files: {found}. {WANTED}."
            )
    return "pictures"  # whose reader says what is missing


def _stem(path: Path) -> str:
    name = path.name
    ending = next((e for e in TAR_ENDINGS if name.lower().endswith(e)), path.suffix)
    return name[: len(name) - len(ending)] or name
