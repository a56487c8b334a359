"""A strip of samples for each card of the catalog, made once by a process of its own, and kept as ROOT/thumbnails/NAME.png."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np

from deepclust.data.catalog.table import CATALOG, Entry
from deepclust.data.dataset import Dataset
from deepclust.disk import make_folder, whole
from deepclust.engine.detached.process import yield_to_the_page
from deepclust.engine.detached.work import Report, Work

SHOWN, CELL = 6, 40  # samples, and pixels of one
NONE = "none"  # the ending of a file that says why there is no picture


def thumbnail(name: str, root: Path | str) -> Path | None:
    """The picture of a data set of the catalog; None where it was not made yet, or its files are not here."""
    path = _folder(root) / f"{name}.png"
    return path if path.is_file() else None


def keep_thumbnails(root: Path | str) -> Report:
    """See that a process makes the pictures that are missing; "done" where none is."""
    if not _missing(root):
        return Report("done")
    try:
        make_folder(_folder(root))
    except OSError as error:
        return Report("failed", error=str(error))
    work = _work(root)
    last = work.read()
    return last if last.state == "failed" else work.keep(str(Path(root).absolute()))


def make_thumbnails(root: Path | str) -> None:
    """Make the pictures that are missing in this process; a data set that cannot be opened has none."""
    work = _work(root)
    make_folder(work.path.parent)
    work.carry_out(Report(), _pictures(Path(root)))


def _pictures(root: Path) -> Iterator[dict[str, Any]]:
    from deepclust.figures.pictures import png_bytes

    for entry in _missing(root):
        yield {"doing": entry.title}
        try:
            picture, ending = png_bytes(_drawn(entry.load())), "png"
        except (ValueError, OSError, MemoryError) as error:
            picture, ending = str(error).encode(), NONE
        with whole(_folder(root) / f"{entry.name}.{ending}") as file:
            file.write(picture)


def _drawn(data: Dataset) -> Any:
    from deepclust.figures.pictures import sprite
    from deepclust.figures.plane_points import plane_picture

    if data.feature_shape == (2,):
        return plane_picture(data.X, SHOWN * CELL, 54)  # as wide as a card shows it
    rows = np.random.default_rng(0).permutation(data.n_samples)[:SHOWN]
    value_range = (data.X.min(axis=0), data.X.max(axis=0)) if data.X.ndim == 2 else None
    return sprite(data.X[rows], SHOWN, CELL, value_range=value_range)


def _missing(root: Path | str) -> list[Entry]:
    """What can be shown and is not: numbers of words make no picture."""
    entries = (e for e in CATALOG.values() if e.kind != "text" and e.available())
    return [e for e in entries if not any((_folder(root) / f"{e.name}.{end}").is_file() for end in ("png", NONE))]


def _folder(root: Path | str) -> Path:
    return Path(root).absolute() / "thumbnails"


def _work(root: Path | str) -> Work[Report]:
    return Work(_folder(root) / "making.json", "deepclust.engine.intake.thumbnails", Report)


def main() -> None:
    """Entry point of the process; a second one ends at once."""
    yield_to_the_page()
    with suppress(ValueError):
        make_thumbnails(sys.argv[1])


if __name__ == "__main__":
    main()
