"""Pictures in a zip, a tar or a folder to a data set, one folder per class; nothing is ever unpacked to disk."""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import numpy as np

from deepclust.data.dataset import Dataset
from deepclust.data.reading.archives.bundles import Bundle, folder_classes, open_bundle
from deepclust.data.reading.pictures.decoding import (
    Size,
    decode_in_parallel,
    open_picture,
    quiet_decoders,
    reason_of,
    upright_size,
)
from deepclust.data.reading.source import MAX_BYTES, Source, file_name, shorten

SUFFIXES = (".png", ".jpg", ".jpeg", ".jfif", ".bmp", ".gif", ".webp", ".tif", ".tiff", ".pgm", ".ppm", ".pbm")
LARGEST_SUGGESTED = 64  # pixels; larger pictures are slow to learn on a CPU
LARGEST_SIDE = 2048
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
class PictureScan:
    """What the headers say: upright sizes (height, width), pictures that cannot be opened, and all other files."""

    names: tuple[str, ...]
    sizes: Counter[Size]
    broken: dict[str, str]
    strangers: tuple[str, ...]

    @property
    def suggested(self) -> Size:
        return suggest_size(self.sizes)

    @property
    def same_size(self) -> Size | None:
        """The size of all pictures, if there is one."""
        return next(iter(self.sizes)) if len(self.sizes) == 1 else None


def scan_pictures(source: Source, name: str = "") -> PictureScan:
    """Look at the header of every picture. ValueError if there is none, or none that can be opened."""
    label = name or file_name(source, "the file")
    with open_bundle(source, label, _ADVICE) as bundle:
        return _scan(bundle, *_picture_names(bundle))


def read_pictures(source: Source, size: Size | None = None, name: str = "", max_bytes: int = MAX_BYTES) -> Dataset:
    """Read every picture of a zip, a tar or a folder, in the order of their names, float32 in [0, 1].

    size: (height, width) that all pictures are brought to: scaled to fill it, what stands out is cut off evenly.
    Grey pictures give ``(n, h, w)``, else ``(n, h, w, 3)``; transparent ground becomes white, 16-bit grey is
    read at 8 bits, cameras' rotation is undone, of an animation the first frame is taken. With two or more
    folders, the folder that a picture lies in is its class. Files that cannot be used are in ``left_out``.
    Raises MixedSizes where ``size`` is needed, ValueError for anything else that cannot be read.
    """
    label = name or file_name(source, "the file")
    if size is not None and not all(1 <= side <= LARGEST_SIDE for side in size):
        raise ValueError(
            f"Pictures of {size[0]} × {size[1]} are not possible. Give a height and width from 1 to {LARGEST_SIDE}."
        )
    with open_bundle(source, label, _ADVICE) as bundle:
        names, strangers = _picture_names(bundle)
        pictures = pictures_of(bundle, names, size, max_bytes)
    y, class_names = folder_classes(pictures.kept)
    left_out = (f"{n} ({bundle.left_out.get(n, 'not a picture')})" for n in strangers)
    return Dataset(
        name or Path(label).stem,
        pictures.X,
        y=y,
        class_names=class_names,
        kind="image",
        notes=tuple(pictures.notes(strangers)),
        left_out=(*pictures.reasons, *left_out),
        ids=np.array([n.encode() for n in pictures.kept]),
    )


@dataclass(frozen=True)
class Pictures:
    """Decoded pictures: X float32 ``(n, h, w[, 3])`` in [0, 1] of those that are ``kept``, and why others are not.

    sizes: those that they had.
    """

    X: np.ndarray
    kept: list[str]
    sizes: Counter[Size]
    broken: dict[str, str]

    @property
    def reasons(self) -> list[str]:
        return _reasons(self.broken)

    def notes(self, strangers: list[str]) -> list[str]:
        return _notes(strangers, self.broken, self.sizes, (self.X.shape[1], self.X.shape[2]))


class Contents(Bundle):
    """Files that are in memory already."""

    def __init__(self, label: str, contents: Mapping[str, bytes]) -> None:
        super().__init__(label, list(contents))
        self._contents = contents

    def streams(self, names: Collection[str]) -> Iterator[tuple[str, BinaryIO]]:
        for name in names:
            yield name, io.BytesIO(self._contents[name])


def pictures_of(bundle: Bundle, names: list[str], size: Size | None, max_bytes: int) -> Pictures:
    """Decode these files of a bundle, all at one size. MixedSizes where it has to be given; ValueError if none is read."""
    broken: dict[str, str] = {}
    if size is None:
        scan = _scan(bundle, names)
        names, broken = list(scan.names), scan.broken
        size = _common_size(scan.sizes, bundle.label, max_bytes)
    _check_memory(len(names), size, bundle.label, max_bytes)
    stack, kept, sizes, undecodable = _decode_all(bundle, names, size)
    broken |= undecodable
    if not kept:
        raise _none_readable(bundle.label, broken)
    return Pictures(np.divide(stack, np.float32(255.0), dtype=np.float32), kept, sizes, broken)


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


def _picture_names(bundle: Bundle) -> tuple[list[str], list[str]]:
    """Files that end like pictures, and all others. ValueError if there is no picture."""
    pictures = [n for n in bundle.names if is_picture(n)]
    strangers = sorted({*bundle.names, *bundle.left_out} - set(pictures))
    if not pictures:
        found = f"only {shorten(strangers)}" if strangers else "no file at all"
        nested = any(n.lower().endswith((".zip", ".tar", ".gz", ".rar", ".7z")) for n in strangers)
        first = "Archives within archives are not opened: unpack it first. " if nested else ""
        raise ValueError(f"{bundle.label} holds no picture: {found}. {first}{_ADVICE}.")
    return pictures, strangers


def _scan(bundle: Bundle, pictures: list[str], strangers: list[str] | None = None) -> PictureScan:
    sizes: Counter[Size] = Counter()
    broken = {}
    with quiet_decoders():
        for name, stream in bundle.streams(pictures):
            try:
                sizes[upright_size(open_picture(stream))] += 1
            except Exception as error:  # decoders meet strangers' bytes with every kind of exception
                broken[name] = reason_of(error)
    names = tuple(n for n in pictures if n not in broken)
    if not names:
        raise _none_readable(bundle.label, broken)
    return PictureScan(names, sizes, broken, tuple(strangers or ()))


def _decode_all(
    bundle: Bundle, names: list[str], size: Size
) -> tuple[np.ndarray, list[str], Counter[Size], dict[str, str]]:
    """All pictures as uint8 ``(n, h, w)`` or ``(n, h, w, 3)`` in the order of names, their names, the sizes that they
    had, and the broken ones.
    """
    sizes: Counter[Size] = Counter()
    place = {name: i for i, name in enumerate(names)}
    stack = np.empty((len(names), *size, 3), dtype=np.uint8)
    is_grey = True
    done: set[str] = set()
    broken = dict.fromkeys(names, "cut short")
    with quiet_decoders():
        for name, decoded in decode_in_parallel(bundle.streams(names), size):
            if isinstance(decoded, Exception):
                broken[name] = reason_of(decoded)
                continue
            pixels, had = decoded
            sizes[had] += 1
            if pixels.ndim == 2:
                pixels = pixels[..., None]
            elif is_grey:
                is_grey = bool((pixels == pixels[..., :1]).all())
            stack[place[name]] = pixels
            done.add(name)
    kept = [n for n in names if n in done]
    if len(kept) < len(names):
        stack = stack[[place[n] for n in kept]]
    return (
        np.ascontiguousarray(stack[..., 0]) if is_grey else stack,
        kept,
        sizes,
        {n: why for n, why in broken.items() if n not in done},
    )


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
    return ValueError(
        f"{label}: none of the {len(broken):,} pictures could be read ({shorten(_reasons(broken), 3)}). "
        "Open one in a picture viewer to see whether the files are whole, and zip them again."
    )


def _notes(strangers: list[str], broken: dict[str, str], sizes: Counter[Size], size: Size | None) -> list[str]:
    found = []
    if strangers:
        found.append(f"Left out, not a picture: {shorten(strangers)}.")
    if broken:
        found.append(f"Left out, could not be read: {shorten(_reasons(broken))}.")
    n_resized = sum(count for s, count in sizes.items() if s != size)
    if n_resized and size is not None:
        found.append(
            f"{n_resized:,} pictures were resized to {size[0]} × {size[1]} (scaled to fill, edges cut evenly)."
        )
    return found


def _reasons(broken: dict[str, str]) -> list[str]:
    return [f"{name} ({reason})" for name, reason in broken.items()]
