"""What kind of data a file or folder holds: arrays, pictures, texts or a table."""

from __future__ import annotations

from pathlib import Path, PurePosixPath
from typing import Literal, cast

from deepclust.data.reading.archives.bundles import TAR_ENDINGS, open_bundle
from deepclust.data.reading.archives.packed import PACKED_ENDINGS, open_packed, read_bounded
from deepclust.data.reading.arrays.cifar_stl import binary_archive
from deepclust.data.reading.arrays.idx import IDX_ENDINGS, is_idx
from deepclust.data.reading.arrays.libsvm import LIBSVM_ENDINGS, ROW
from deepclust.data.reading.arrays.together import ARRAY_ENDINGS, belong_together
from deepclust.data.reading.pictures.collection import SUFFIXES, PictureChoice, is_picture, n_pages_of, picture_names
from deepclust.data.reading.sentences import in_words
from deepclust.data.reading.source import MAX_BYTES, shorten
from deepclust.data.reading.tables.columns import TableChoice
from deepclust.data.reading.tables.open import TABLE_ENDINGS
from deepclust.data.reading.texts import is_text

#: "together": files of a zip, tar or folder that make one data set; "inside": one file of it, or of a packed one.
FileKind = Literal[
    "npz",
    "npy",
    "hdf5",
    "table",
    "pictures",
    "texts",
    "mat",
    "idx",
    "libsvm",
    "binary",
    "h5ad",
    "safetensors",
    "together",
    "inside",
]

HDF5_ENDINGS = (".h5", ".hdf5", ".hdf")
BUNDLE_ENDINGS = (".zip", *TAR_ENDINGS)
ENDINGS = (
    ".npz",
    ".npy",
    *HDF5_ENDINGS,
    ".mat",
    ".h5ad",
    ".safetensors",
    *TABLE_ENDINGS,
    *BUNDLE_ENDINGS,
    *SUFFIXES,
    *IDX_ENDINGS,
    *LIBSVM_ENDINGS,
    *PACKED_ENDINGS,
)
#: What is read where it lies in a zip, a tar or a folder, or is packed by itself.
INNER = (*(e for e in TABLE_ENDINGS if e != ".txt"), *ARRAY_ENDINGS, ".mat", *HDF5_ENDINGS, ".h5ad", ".safetensors")
WANTED = (
    "Give a .zip or .tar of pictures or of .txt files, a folder of them, an array (.npz, .npy, .h5, .mat), or a table "
    "(.csv, .tsv, .parquet, .feather, .xlsx, .arff)"
)
#: What may be chosen for each kind, in a reference or a form.
_OF_ARRAYS = ("x", "y", "pictures")
CHOICES: dict[FileKind, tuple[str, ...]] = {
    "npz": _OF_ARRAYS,
    "npy": ("pictures",),
    "hdf5": _OF_ARRAYS,
    "mat": _OF_ARRAYS,
    "h5ad": _OF_ARRAYS,
    "safetensors": _OF_ARRAYS,
    "together": _OF_ARRAYS,
    "table": tuple(TableChoice.__dataclass_fields__),
    "pictures": tuple(PictureChoice.__dataclass_fields__),
    "texts": (),
    "idx": (),
    "libsvm": (),
    "binary": (),
    "inside": ("file",),
}
#: Kinds that people bring and that are not read: why, and what to do, after the name of the file.
_UNREAD = {
    (
        ".pkl",
        ".pickle",
        ".joblib",
    ): "is pickled, and pickled files can run programs when they are read. Save the table with "
    "frame.to_csv('data.csv'), or the arrays with numpy.savez('data.npz', x=x, y=y)",
    (
        ".pt",
        ".pth",
    ): "is a file of torch, which is not read. Save the tensor with numpy.savez('data.npz', x=tensor.cpu().numpy())",
    (".heic", ".heif", ".avif"): "holds HEIC pictures, which are not read. Export them as JPEG",
    (".dcm", ".dicom"): "holds DICOM files, which are not read. Export them as PNG",
    (".rar", ".7z"): "is packed in a way that is not read. Unpack it and zip the folder",
    (".svg",): "holds drawings (SVG), which are not read. Export them as PNG",
    (".mp4", ".avi", ".mov", ".mkv"): "holds films, which are not read. Save their frames as PNG files in a zip",
    (".wav", ".mp3", ".flac"): "holds sounds, which are not read. Save their spectrograms as .npy",
    (".rds", ".rdata"): "is a file of R, which is not read. Save the table with write.csv(x, 'data.csv')",
    (".sav", ".dta"): "is a file of SPSS or Stata, which is not read. Save the table as .csv",
    (".tfrecord", ".record", ".lmdb"): "is not read. Save the samples with numpy.savez('data.npz', x=x, y=y)",
}
_PROSE = (
    "readme",
    "license",
    "licence",
    "changelog",
    "citation",
    "classes",
    "notes",
)  # what a .txt besides data is called
_MAGIC: tuple[tuple[bytes, FileKind], ...] = (
    (b"\x93NUMPY", "npy"),
    (b"\x89HDF", "hdf5"),
    (b"PAR1", "table"),
    (b"ARROW1", "table"),
)


def kind_of_file(path: Path, label: str = "") -> FileKind:
    """By the ending of the name, and inside an archive or folder by what is in it. ValueError if it is none that is known."""
    label = label or path.name
    with in_words(label):
        return _kind(path, label)


def _kind(path: Path, label: str) -> FileKind:
    if not path.exists():
        raise ValueError(f"There is no file {path}. Check the path.")
    ending = path.suffix.lower()
    if path.is_dir() or path.name.lower().endswith(BUNDLE_ENDINGS):
        return _kind_of_bundle(path, label)
    if path.stat().st_size == 0:
        raise ValueError(f"{label} is empty (0 bytes). Copy or save it again.")
    if ending in (".npz", ".npy", ".h5ad", ".safetensors"):
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
        return _packed_kind(path, label)
    if is_picture(path.name):
        if n_pages_of(path) > 1:
            return "pictures"
        raise ValueError(f"{label} is a single picture, and one sample cannot be clustered. {WANTED}.")
    refuse_unread(path.name, label)
    with open(path, "rb") as stream:
        start = stream.read(8)
    found = next((kind for magic, kind in _MAGIC if start.startswith(magic)), None)
    hint = f" It looks like {found}: give its name that ending." if found else ""
    raise ValueError(
        f"{label} is neither an .npz file nor a .zip of pictures, nor of any other kind that is read.{hint} {WANTED}."
    )


def refuse_unread(name: str, label: str) -> None:
    """ValueError for a kind that is known and not read, with the way out."""
    if why := _why_unread(name):
        raise ValueError(f"{label} {why}.")


def _why_unread(name: str) -> str:
    return next((why for endings, why in _UNREAD.items() if name.lower().endswith(endings)), "")


def _kind_of_bundle(path: Path, label: str) -> FileKind:
    """The kind of most files; a table or two beside pictures, and a picture or two beside arrays, only go with them."""
    with open_bundle(path, label, WANTED, MAX_BYTES) as bundle:
        names = [n for n in bundle.names if not _is_prose(n)]
        if binary_archive(names):
            return "binary"
        data = [n for n in names if n.lower().endswith(INNER)]
        texts = [n for n in names if is_text(n)]
        unread = [n for n in names if _why_unread(n)]
        n_pictures = sum(map(is_picture, names)) or len(picture_names(bundle))
        if len(unread) > n_pictures + len(texts) + len(data):
            refuse_unread(unread[0], label)
        if n_pictures and n_pictures >= max(len(data), len(texts), 1) and not (n_pictures == 1 and data):
            return "pictures"
        if belong_together(names):
            plain = path.suffix.lower() == ".zip" and all(n.lower().endswith(".npy") for n in bundle.names)
            return "npz" if plain else "together"
        if any(is_idx(n) for n in names):
            return "idx"
        several = len(data) > 1 and path.is_dir()  # of a folder, someone has to say which is meant
        if (data and len(data) >= len(texts) and not several) or (len(texts) == 1 == len(names)):
            return "inside"
        if len(texts) > 1:
            return "texts"
        if n_pictures:
            return "pictures"
        if path.is_dir():
            holds = f"it holds {shorten(data or bundle.names)}" if bundle.names else "it is empty"
            holds += ", of which one has to be named" if several else ""
            raise ValueError(
                f"{label} is neither an .npz file nor a folder of pictures or .txt files: {holds}. {WANTED}."
            )
    return "pictures"  # whose reader says what is missing


def _is_prose(name: str) -> bool:
    last = PurePosixPath(name).name.lower()
    return last.endswith((".txt", ".md", ".html")) and last.startswith(_PROSE)


def _packed_kind(path: Path, label: str) -> FileKind:
    """What a file packed by gzip, bzip2 or xz holds. ValueError for anything that is not known."""
    if Path(path.stem).suffix.lower() in INNER:
        return "inside"
    start = read_bounded(open_packed(path, label), label, 2**16, cut=True)
    if start[:2] == b"\0\0" and start[2:3] in (b"\x08", b"\x0b", b"\x0c", b"\x0d", b"\x0e"):
        return "idx"
    if ROW.match(start.split(b"\n", 1)[0]):
        return "libsvm"
    raise ValueError(
        f"{label} is packed, and what it holds is not known. Unpack it and give the file itself, with the ending of its kind."
    )
