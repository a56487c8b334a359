"""Pictures in a zip, a tar or a folder to a data set, one folder per class; nothing is ever unpacked to disk."""

from __future__ import annotations

import io
import re
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from deepclust.data.dataset import Dataset
from deepclust.data.reading.archives.bundles import Bundle, open_bundle
from deepclust.data.reading.pictures.decoding import (
    STARTS,
    Size,
    decode,
    decode_in_parallel,
    open_picture,
    pages_of,
    quiet_decoders,
    reason_of,
    upright_size,
)
from deepclust.data.reading.pictures.folders import folder_classes, levels_of, masks_among, tree_of
from deepclust.data.reading.pictures.sheets import Sheet, labels_of_sheet, sheets_of
from deepclust.data.reading.pictures.stack import Pictures, Stack, reasons_of
from deepclust.data.reading.source import MAX_BYTES, Source, file_name, shorten

SUFFIXES = (".png", ".jpg", ".jpeg", ".jpe", ".jfif", ".bmp", ".gif", ".webp", ".tif", ".tiff", ".pgm", ".ppm", ".pbm")
LARGEST_SUGGESTED = 64  # pixels; larger pictures are slow to learn on a CPU
LARGEST_SIDE = 2048
_SEVERAL = ("TIFF", "GIF", "WEBP")
FIRST, ALL = "first", "all"  # pages of a file that has several
_NAMED_BY_LETTERS = re.compile(r"\.[A-Za-z]+\d?")  # an ending that says what a file is
_ADVICE = f"Zip a folder of pictures ({', '.join(s[1:] for s in SUFFIXES)}), with one sub-folder per class if known"


class MixedSizes(ValueError):  # noqa: N818 (it names what a page offers to mend, not only a failure)
    """Pictures that cannot be stacked as they are: their sizes differ, or they are too large together.

    ``sizes`` counts the pictures by (height, width); ``suggested`` is a size to pass on to `read_pictures`.
    """

    def __init__(self, message: str, sizes: Counter[Size], suggested: Size) -> None:
        super().__init__(message)
        self.sizes = sizes
        self.suggested = suggested


@dataclass(frozen=True)
class PictureChoice:
    """How pictures are read. size: (height, width) of all. pages: "first" or "all" of files that have several.

    label: the column of a sheet beside the pictures that holds their classes, "" for no labels. level: how deep the
    folders lie that are the classes, 1 for the outermost, 0 for none. None: what suggests itself.
    """

    size: Size | None = None
    pages: str | None = None
    label: str | None = None
    level: int | None = None

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> PictureChoice:
        """From a reference, a form or the command line. ValueError for values that are not known."""
        size = tuple(int(side) for side in values.get("size") or ())
        pages, level = values.get("pages"), values.get("level")
        label = "" if "label" in values and values["label"] is None else values.get("label")
        if pages not in (None, FIRST, ALL):
            raise ValueError(f"pages={pages!r} is not known. Use {FIRST} or {ALL}.")
        return cls((size[0], size[1]) if size else None, pages, label, None if level is None else int(level))


@dataclass(frozen=True)
class PictureScan:
    """What the headers say: upright sizes (height, width), pictures that cannot be opened, and all other files.

    pages: the numbers of the pages of files that have several. tree: the folders and how many pictures lie in each. levels: the classes that
    the folders at each depth would give. classes: those that suggest themselves. sheets: tables that name the pictures.
    """

    names: tuple[str, ...]
    sizes: Counter[Size]
    broken: dict[str, str]
    strangers: tuple[str, ...]
    pages: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    tree: Mapping[tuple[str, ...], int] = field(default_factory=dict)
    levels: Mapping[int, tuple[str, ...]] = field(default_factory=dict)
    classes: tuple[str, ...] = ()
    sheets: tuple[Sheet, ...] = ()

    @property
    def suggested(self) -> Size:
        return suggest_size(self.sizes)

    @property
    def same_size(self) -> Size | None:
        """The size of all pictures, if there is one."""
        return next(iter(self.sizes)) if len(self.sizes) == 1 else None

    @property
    def is_clear(self) -> bool:
        """Whether there is nothing to ask but the size: no pages, and not more than one way to tell the classes."""
        suggested = [classes for classes in self.levels.values() if set(classes) == set(self.classes)]
        return not self.pages and not self.sheets and len(self.levels) <= len(suggested[:1])


def scan_pictures(source: Source, name: str = "") -> PictureScan:
    """Look at the header of every picture. ValueError if there is none, or none that can be opened."""
    label = name or file_name(source, "the file")
    with open_bundle(source, label, _ADVICE) as bundle:
        names, strangers = _samples(bundle)
        scan = _scan(bundle, names, strangers)
        sheets = sheets_of(bundle, names)
    members = sorted(scan.names)
    return replace(
        scan,
        tree=tree_of(members),
        levels=levels_of(members),
        classes=folder_classes(members)[1] or (),
        sheets=tuple(sheets),
    )


def read_pictures(
    source: Source,
    size: Size | None = None,
    name: str = "",
    max_bytes: int = MAX_BYTES,
    choice: PictureChoice | None = None,
) -> Dataset:
    """Read every picture of a zip, a tar or a folder, in the order of their names, float32 in [0, 1].

    size: (height, width) that all pictures are brought to: scaled to fill it, what stands out is cut off evenly.
    Grey pictures give ``(n, h, w)``, else ``(n, h, w, 3)``; transparent ground becomes white, cameras' rotation is undone.
    Pictures of more than 8 bits are brought to [0, 1] by one scale for all of them. Of an animation the first frame is
    taken, of a file of several pages the first one, or all where it is the only file or ``choice`` says so. With two or more
    folders, the folder that a picture lies in is its class; without, a sheet that names the pictures is looked for. Files
    that cannot be used are in ``left_out``.
    Raises MixedSizes where ``size`` is needed, ValueError for anything else that cannot be read.
    """
    choice = choice or PictureChoice(size)
    size = choice.size
    label = name or file_name(source, "the file")
    if size is not None and not all(1 <= side <= LARGEST_SIDE for side in size):
        raise ValueError(
            f"Pictures of {size[0]} × {size[1]} are not possible. Give a height and width from 1 to {LARGEST_SIDE}."
        )
    with open_bundle(source, label, _ADVICE) as bundle:
        names, strangers = _samples(bundle)
        every_page = choice.pages == ALL or (choice.pages is None and len(names) == 1)
        pictures = pictures_of(bundle, names, size, max_bytes, every_page)
        y, class_names = folder_classes(pictures.members, 0 if choice.label == "" else choice.level)
        of_sheets: list[str] = []
        if choice.label or (choice.label is None and y is None and choice.level is None):
            labels = labels_of_sheet(bundle, names, pictures.members, choice.label, of_sheets)
            if labels is not None:
                y, class_names, sheets = labels
                strangers = {n: why for n, why in strangers.items() if n not in sheets}
    notes = [*pictures.notes(strangers), *of_sheets]
    left_out = (f"{n} ({why})" for n, why in strangers.items())
    return Dataset(
        name or Path(label).stem,
        pictures.X,
        y=y,
        class_names=class_names,
        kind="image",
        notes=tuple(notes),
        left_out=(*pictures.reasons, *left_out),
        ids=np.array([n.encode() for n in pictures.kept]),
    )


class Contents(Bundle):
    """Files that are in memory already."""

    def __init__(self, label: str, contents: Mapping[str, bytes]) -> None:
        super().__init__(label, list(contents))
        self._contents = contents

    def streams(self, names: Collection[str]) -> Iterator[tuple[str, BinaryIO]]:
        for name in names:
            yield name, io.BytesIO(self._contents[name])


def pictures_of(
    bundle: Bundle, names: list[str], size: Size | None, max_bytes: int, every_page: bool = False
) -> Pictures:
    """Decode these files of a bundle, all at one size. MixedSizes where it has to be given; ValueError if none is read."""
    broken: dict[str, str] = {}
    pages: dict[str, list[int]] = {}
    if size is None or every_page:
        scan = _scan(bundle, names, {}, every_page)
        names, broken = list(scan.names), scan.broken
        size = size or _common_size(scan.sizes, bundle.label, max_bytes)
        pages = {name: list(scan.pages[name]) for name in scan.pages} if every_page else {}
    places = [(name, page) for name in names for page in pages.get(name, [0])]
    _check_memory(len(places), size, bundle.label, max_bytes)
    stack = Stack(places, size)
    with quiet_decoders():
        for name, page, decoded in decode_in_parallel(bundle.streams(names), size, pages):
            stack.put(name, page, decoded)
    broken |= stack.broken
    if not stack.done:
        raise _none_readable(bundle.label, broken)
    return stack.pictures(broken, every_page)


def read_picture(content: bytes, longest: int) -> NDArray[np.float32]:
    """One picture (h, w) or (h, w, 3) in [0, 1], upright, in its own proportions, no side above ``longest`` pixels.

    ValueError, with the reason, for what is no picture.
    """
    try:
        with quiet_decoders():
            height, width = upright_size(open_picture(io.BytesIO(content)))
            times = min(1.0, longest / max(height, width))
            size = (max(1, round(height * times)), max(1, round(width * times)))
            stack = Stack([("", 0)], size)
            stack.put("", 0, decode(content, size))
    except Exception as error:  # decoders meet strangers' bytes with every kind of exception
        raise ValueError(f"This picture cannot be read: {reason_of(error)}. Take another, as PNG or JPEG.") from error
    picture: NDArray[np.float32] = stack.pictures({}, every_page=False).X[0]
    return picture


def suggest_size(sizes: Counter[Size]) -> Size:
    """A (height, width) for pictures of mixed sizes: the median shape, at most 64 pixels, square if nearly so."""
    every = np.array([s for s, count in sizes.items() for _ in range(count)], dtype=np.float64)
    height, width = np.median(every, axis=0)
    if max(height, width) <= 1.25 * min(height, width):
        height = width = np.sqrt(height * width)
    shrink = min(1.0, LARGEST_SUGGESTED / max(height, width))
    return max(1, round(float(height * shrink))), max(1, round(float(width * shrink)))


def is_picture(name: str) -> bool:
    """Whether a file is taken for a picture, by its ending."""
    return name.lower().endswith(SUFFIXES)


def picture_names(bundle: Bundle) -> list[str]:
    """Files that end like pictures; those without an ending that says what they are, if they begin like pictures."""
    names = [n for n in bundle.names if is_picture(n)]
    unsaid = [n for n in bundle.names if not _NAMED_BY_LETTERS.fullmatch(PurePosixPath(n).suffix)]
    for name, stream in bundle.streams(unsaid) if unsaid else ():
        try:
            if stream.read(8).startswith(STARTS):
                names.append(name)
        except Exception:  # as in _scan
            continue
    return sorted(names)


def n_pages_of(path: Path) -> int:
    """How many pages a picture on the disk has; 1 also where it cannot be opened."""
    try:
        with open(path, "rb") as stream, quiet_decoders():
            return len(pages_of(open_picture(stream)))
    except Exception:  # as in _scan
        return 1


def _samples(bundle: Bundle) -> tuple[list[str], dict[str, str]]:
    """The files that are pictures and samples, and why all others are none. ValueError if there is no picture."""
    pictures = picture_names(bundle)
    masks = set(masks_among(pictures))
    samples = [n for n in pictures if n not in masks]
    others = sorted({*bundle.names, *bundle.left_out} - set(samples))
    if not samples:
        holds = f"only {shorten(others)}" if others else "no file at all"
        nested = any(n.lower().endswith((".zip", ".tar", ".gz", ".rar", ".7z")) for n in others)
        first = "Archives within archives are not opened: unpack it first. " if nested else ""
        raise ValueError(f"{bundle.label} holds no picture: {holds}. {first}{_ADVICE}.")
    return samples, {
        n: "a mask of another picture" if n in masks else bundle.left_out.get(n, "not a picture") for n in others
    }


def _scan(bundle: Bundle, pictures: list[str], strangers: Mapping[str, str], count: bool = True) -> PictureScan:
    """count: look also how many pages the files have."""
    sizes: Counter[Size] = Counter()
    broken = {}
    pages: dict[str, tuple[int, ...]] = {}
    with quiet_decoders():
        for name, stream in bundle.streams(pictures):
            try:
                picture = open_picture(stream)
                sizes[upright_size(picture)] += 1
                several = pages_of(picture) if count and picture.format in _SEVERAL else [0]
                if len(several) > 1:
                    pages[name] = tuple(several)
            except Exception as error:  # decoders meet strangers' bytes with every kind of exception
                broken[name] = reason_of(error)
    names = tuple(n for n in pictures if n not in broken)
    if not names:
        raise _none_readable(bundle.label, broken)
    return PictureScan(names, sizes, broken, tuple(strangers), pages)


def _common_size(sizes: Counter[Size], label: str, max_bytes: int) -> Size:
    """The one size of all pictures. MixedSizes if there are several or the pictures would not fit into memory."""
    suggested = suggest_size(sizes)
    advice = f"Give one size for all, for example {suggested[0]} × {suggested[1]}; they are resized on loading."
    total = sizes.total()
    common = sizes.most_common(3)
    if len(sizes) > 1:
        listed = ", ".join(f"{h} × {w} ({count:,})" for (h, w), count in common)
        more = f" and {len(sizes) - 3:,} more" if len(sizes) > 3 else ""
        raise MixedSizes(
            f"{label}: the {total:,} pictures have {len(sizes):,} different sizes: {listed}{more}. "
            f"All pictures of a data set need the same height and width. {advice}",
            sizes,
            suggested,
        )
    (height, width), _ = common[0]
    if 12 * total * height * width > max_bytes:
        raise MixedSizes(
            f"{label}: {total:,} pictures of {height} × {width} need {12 * total * height * width / 2**30:.1f} GiB, and "
            f"at most {max_bytes / 2**30:.1f} GiB are allowed. {advice}",
            sizes,
            suggested,
        )
    return height, width


def _check_memory(n: int, size: Size, label: str, max_bytes: int) -> None:
    needed = 12 * n * size[0] * size[1]  # float32 in three colours
    if needed > max_bytes:
        raise ValueError(
            f"{label}: {n:,} pictures of {size[0]} × {size[1]} need {needed / 2**30:.1f} GiB, and at most "
            f"{max_bytes / 2**30:.1f} GiB are allowed. Choose a smaller size or fewer pictures."
        )


def _none_readable(label: str, broken: dict[str, str]) -> ValueError:
    reasons = set(broken.values())
    if len(reasons) == 1 and ":" in (reason := reasons.pop()):  # it says what to do
        return ValueError(f"{label}: none of the {len(broken):,} pictures could be read: {reason}.")
    return ValueError(
        f"{label}: none of the {len(broken):,} pictures could be read ({shorten(reasons_of(broken), 3)}). "
        "Open one in a picture viewer to see whether the files are whole, and zip them again."
    )
