"""Folders as classes: which of them tell what a file shows, and which only part a set, hold masks, or give a date."""

from __future__ import annotations

import os
import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from pathlib import PurePosixPath

import numpy as np

_NO_CLASS = re.compile(
    r"(train|val|valid|test|dev|eval|training|validation|testing|holdout|unlabell?ed|extra|images?|imgs?|pictures|photos|jpe?gs?|pngs?"
    r"|jpegimages|raw|data|dataset)[-_ ]?(set|data|images?|imgs?|\d{0,4})"
    r"|(19|20)\d\d([-_. ]?\d\d?){0,2}|\d\d?[-_.]\d\d?[-_.](19|20)\d\d|(19|20)\d\d[-_]?(q[1-4]|w\d\d)",
    re.IGNORECASE,
)
_YEAR, _MONTH = re.compile(r"(19|20)\d\d"), re.compile(r"\d\d?")
_MASKS = re.compile(
    r"(masks?|annotations?|segmentations?|segmentationclass|segmentationobject|ground[-_ ]?truths?|gts?|labels?|annots?)"
    r"[-_ ]?(\d{0,4}|train|val|test|png)",
    re.IGNORECASE,
)
_IMAGES = re.compile(
    r"(images?|imgs?|pictures|photos|jpegimages|input|inputs|raw|rgb)[-_ ]?(\d{0,4}|train|val|test)", re.IGNORECASE
)
NO_FOLDER = "(no folder)"


def folder_classes(names: Sequence[str], level: int | None = None) -> tuple[np.ndarray | None, tuple[str, ...] | None]:
    """The folder that each file lies in as its class, if there are two or more of them: int64 ``(n,)`` and their names.

    Folders that part a set (train, val2017, images) or say when something was made (2021-01) are no classes: the folder
    above them is. Where folders of one name lie in several others (Greek/character01, Latin/character01), both count.
    level: how deep the folder of the class lies, 1 for the outermost; 0 for no classes.
    """
    if level == 0:
        return None, None
    folders = [folders_of(name) for name in names]
    if level is not None:
        called = [parts[level - 1] if len(parts) >= level else "" for parts in folders]
    else:
        folders = [_telling(parts) for parts in folders]
        last = {tuple(parts) for parts in folders if parts}
        doubled = len({parts[-1] for parts in last}) < len(last)
        called = ["/".join(parts) if doubled else parts[-1] if parts else "" for parts in folders]
        top = os.path.commonpath(sorted(set(called))) if doubled and all(called) else ""
        called = [name.removeprefix(f"{top}/") if top else name for name in called]
    if len(set(called) - {""}) < 2:
        return None, None
    class_names, y = np.unique([name or NO_FOLDER for name in called], return_inverse=True)
    return y.astype(np.int64), tuple(str(c) for c in class_names)


def _telling(folders: list[str]) -> list[str]:
    """The folders that may tell what is shown: not those of a set, and no years with their months and days."""
    told = []
    in_a_year = False
    for part in folders:
        if not _NO_CLASS.fullmatch(part) and not (in_a_year and _MONTH.fullmatch(part)):
            told.append(part)
        in_a_year = bool(_YEAR.fullmatch(part)) or (in_a_year and bool(_MONTH.fullmatch(part)))
    return told


def folders_of(name: str) -> list[str]:
    """The folders that a file lies in, from the top, in one normal form of their letters."""
    parts = PurePosixPath(unicodedata.normalize("NFC", name).replace("\\", "/")).parts[:-1]
    return [part for part in parts if part not in ("/", "..")]


def tree_of(names: Sequence[str]) -> dict[tuple[str, ...], int]:
    """Every folder by its path, and how many of the files lie in it or below it."""
    counts: Counter[tuple[str, ...]] = Counter()
    for name in names:
        parts = folders_of(name)
        counts.update(tuple(parts[: depth + 1]) for depth in range(len(parts)))
    return dict(sorted(counts.items()))


def levels_of(names: Sequence[str]) -> dict[int, tuple[str, ...]]:
    """The classes that the folders at each depth would give, where they are two or more."""
    depth = max((len(folders_of(name)) for name in names), default=0)
    found = {level: folder_classes(names, level)[1] for level in range(1, depth + 1)}
    return {level: classes for level, classes in found.items() if classes is not None}


def masks_among(names: Sequence[str]) -> list[str]:
    """The files in folders of masks or annotations that lie beside folders of pictures: they are no samples."""
    folders = {name: tuple(folders_of(name)) for name in names}
    beside = {parts[:i] for parts in folders.values() for i, part in enumerate(parts) if _IMAGES.fullmatch(part)}
    return [
        name
        for name, parts in folders.items()
        if any(_MASKS.fullmatch(part) and parts[:i] in beside for i, part in enumerate(parts))
    ]
