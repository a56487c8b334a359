"""A zip of pictures to a data set, one folder per class; nothing is ever unpacked to disk."""

from __future__ import annotations

import io
import zipfile
from collections import Counter
from pathlib import Path, PurePosixPath

import numpy as np
from PIL import Image, ImageOps

from deepclust.data.archives import MAX_BYTES, Source, check_sizes, file_name, open_zip, shorten
from deepclust.data.dataset import Dataset

Size = tuple[int, int]  # height, width

# The decoders offered to strangers' bytes: no format that starts another program (EPS) or is rarely looked after.
FORMATS = ("PNG", "JPEG", "BMP", "GIF", "WEBP", "TIFF", "PPM")
SUFFIXES = (".png", ".jpg", ".jpeg", ".bmp", ".gif", ".webp", ".tif", ".tiff", ".pgm", ".ppm", ".pbm")
MAX_PIXELS = 50_000_000  # of one picture, looked up in its header before it is decoded
LARGEST_SUGGESTED = 64  # pixels; larger pictures are slow to learn on a CPU
_ORIENTATION = 0x0112  # the EXIF tag that says how the camera was held
_ADVICE = (
    f"Zip a folder of pictures ({', '.join(s[1:] for s in SUFFIXES)}), with one sub-folder per class if known"
)


class MixedSizes(ValueError):  # noqa: N818 (it names what a page offers to mend, not only a failure)
    """Pictures that cannot be stacked as they are: their sizes differ, or they are too large together.

    ``sizes`` counts the pictures by (height, width); ``suggested`` is a size to pass on to `read_picture_zip`.
    """

    def __init__(self, message: str, sizes: Counter[Size], suggested: Size) -> None:
        super().__init__(message)
        self.sizes = sizes
        self.suggested = suggested


def read_picture_zip(
    source: Source, size: Size | None = None, name: str = "", max_bytes: int = MAX_BYTES
) -> Dataset:
    """Read every picture of a zip, in the order of their names, float32 in [0, 1].

    size: (height, width) that all pictures are brought to: scaled to fill it, what stands out is cut off evenly.
    Grey pictures give ``(n, h, w)``, else ``(n, h, w, 3)``; transparent ground becomes white, 16-bit grey is
    read at 8 bits, cameras' rotation is undone, of an animation the first frame is taken. With two or more
    folders, the folder that a picture lies in is its class. Files that cannot be used are named in ``notes``.
    Raises MixedSizes where ``size`` is needed, ValueError for anything else that cannot be read.
    """
    label = name or file_name(source, "the file")
    if size is not None and not all(1 <= side <= 2048 for side in size):
        raise ValueError(
            f"Pictures of {size[0]} × {size[1]} are not possible. Give a height and width from 1 to 2048."
        )
    with open_zip(source, label, "a zip file", _ADVICE) as archive:
        members, strangers = _picture_members(archive)
        if not members:
            found = f"only {shorten(strangers)}" if strangers else "no file at all"
            raise ValueError(f"{label} holds no picture: {found}. {_ADVICE}.")
        check_sizes(members, label, max_bytes)
        sizes, broken = _read_sizes(archive, members)
        members = [m for m in members if m.filename not in broken]
        if members:
            size = size or _common_size(sizes, label, max_bytes)
            _check_memory(len(members), size, label, max_bytes)
            stack, kept, undecodable = _decode_all(archive, members, size)
            broken |= undecodable
        if not members or not kept:
            raise ValueError(
                f"{label}: none of the {len(broken):,} pictures could be read ({shorten(_reasons(broken), 3)}). "
                "Open one in a picture viewer to see whether the files are whole, and zip them again."
            )
    y, class_names = _classes([m.filename for m in kept])
    return Dataset(
        name or Path(label).stem,
        stack.astype(np.float32) / np.float32(255.0),
        y=y,
        class_names=class_names,
        kind="image",
        notes=tuple(_notes(strangers, broken, sizes, size)),
    )


def to_grey_or_rgb(picture: Image.Image) -> Image.Image:
    """A decoded picture of any mode as 8-bit "L" or "RGB", upright, transparent parts on white."""
    picture = ImageOps.exif_transpose(picture)
    mode = picture.mode
    if mode.startswith("I") or mode == "F":
        values = np.asarray(picture, dtype=np.float64)
        top = (
            65535.0
            if mode.startswith("I;16") or values.max() > 255.0
            else 255.0
            if values.max() > 1.0
            else 1.0
        )
        return Image.fromarray(np.rint(np.clip(values / top, 0.0, 1.0) * 255.0).astype(np.uint8))
    if mode in ("L", "1"):
        return picture.convert("L")
    if mode in ("RGBA", "LA", "PA", "La", "RGBa") or "transparency" in picture.info:
        grey = mode in ("LA", "La")
        picture = picture.convert("RGBA")
        ground = Image.new("RGBA", picture.size, (255, 255, 255, 255))
        picture = Image.alpha_composite(ground, picture)
        return picture.convert("L" if grey else "RGB")
    return picture.convert("RGB")


def suggest_size(sizes: Counter[Size]) -> Size:
    """A (height, width) for pictures of mixed sizes: the median shape, at most 64 pixels, square if nearly so."""
    every = np.array([s for s, count in sizes.items() for _ in range(count)], dtype=np.float64)
    height, width = np.median(every, axis=0)
    if max(height, width) <= 1.25 * min(height, width):
        height = width = np.sqrt(height * width)
    shrink = min(1.0, LARGEST_SUGGESTED / max(height, width))
    return max(1, round(float(height * shrink))), max(1, round(float(width * shrink)))


def _picture_members(archive: zipfile.ZipFile) -> tuple[list[zipfile.ZipInfo], list[str]]:
    """Pictures by their ending, in the order of names, and the names of other files; hidden files are passed over."""
    pictures, strangers = [], []
    for member in sorted(archive.infolist(), key=lambda m: m.filename):
        parts = [
            p for p in PurePosixPath(member.filename.replace("\\", "/")).parts if p not in ("/", ".", "..")
        ]
        if (
            member.filename.endswith("/")
            or not parts
            or any(p.startswith(".") or p == "__MACOSX" for p in parts)
        ):
            continue
        if parts[-1].lower() in ("thumbs.db", "desktop.ini"):
            continue
        if parts[-1].lower().endswith(SUFFIXES):
            pictures.append(member)
        else:
            strangers.append(member.filename)
    return pictures, strangers


def _open(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> Image.Image:
    """Open a picture, header only. ValueError if it is too large to be decoded."""
    with archive.open(member) as stream:
        picture = Image.open(io.BytesIO(stream.read()), formats=FORMATS)
    width, height = picture.size
    if width * height > MAX_PIXELS:
        raise ValueError(f"{height} × {width} pixels, at most {MAX_PIXELS:,} are allowed")
    return picture


def _read_sizes(
    archive: zipfile.ZipFile, members: list[zipfile.ZipInfo]
) -> tuple[Counter[Size], dict[str, str]]:
    """Count the upright sizes from the headers; pictures that cannot be opened, each with the reason."""
    sizes: Counter[Size] = Counter()
    broken = {}
    for member in members:
        try:
            picture = _open(archive, member)
            width, height = picture.size
            lies = picture.getexif().get(_ORIENTATION, 1) in (5, 6, 7, 8)
            sizes[(width, height) if lies else (height, width)] += 1
        except Exception as error:  # decoders meet strangers' bytes with every kind of exception
            broken[member.filename] = _reason(error)
    return sizes, broken


def _decode_all(
    archive: zipfile.ZipFile, members: list[zipfile.ZipInfo], size: Size
) -> tuple[np.ndarray, list[zipfile.ZipInfo], dict[str, str]]:
    """All pictures as uint8 ``(n, h, w)`` or ``(n, h, w, 3)``, the members they came from, and the broken ones."""
    height, width = size
    stack = np.empty((len(members), height, width, 3), dtype=np.uint8)
    kept: list[zipfile.ZipInfo] = []
    broken = {}
    for member in members:
        try:
            picture = to_grey_or_rgb(_open(archive, member))
            if picture.size != (width, height):
                picture = ImageOps.fit(picture, (width, height), Image.Resampling.BICUBIC)
            pixels = np.asarray(picture)
        except Exception as error:  # as above
            broken[member.filename] = _reason(error)
            continue
        stack[len(kept)] = pixels if pixels.ndim == 3 else pixels[..., None]
        kept.append(member)
    stack = stack[: len(kept)]
    is_grey = all(np.array_equal(stack[..., 0], stack[..., c]) for c in (1, 2))
    return (np.ascontiguousarray(stack[..., 0]) if is_grey else stack), kept, broken


def _common_size(sizes: Counter[Size], label: str, max_bytes: int) -> Size:
    """The one size of all pictures. MixedSizes if there are several or the pictures would not fit into memory."""
    suggested = suggest_size(sizes)
    advice = (
        f"Give one size for all, for example {suggested[0]} × {suggested[1]}; they are resized on loading."
    )
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


def _classes(names: list[str]) -> tuple[np.ndarray | None, tuple[str, ...] | None]:
    """Class of each picture = the folder it lies in, if there are two or more folders."""
    folders = [PurePosixPath(n.replace("\\", "/")).parent.name for n in names]
    if len({f for f in folders if f not in ("", "..")}) < 2:
        return None, None
    class_names, y = np.unique([f or "(no folder)" for f in folders], return_inverse=True)
    return y.astype(np.int64), tuple(str(c) for c in class_names)


def _notes(
    strangers: list[str], broken: dict[str, str], sizes: Counter[Size], size: Size | None
) -> list[str]:
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


def _reason(error: Exception) -> str:
    if isinstance(error, (Image.DecompressionBombError, Image.DecompressionBombWarning)):
        return f"more than {MAX_PIXELS:,} pixels"
    if isinstance(error, Image.UnidentifiedImageError):
        return "not a picture that can be read"
    text = str(error).strip().splitlines()
    return text[0][:80] if text else type(error).__name__
