"""Downloads of catalog data sets in a process of their own, which outlive the page; they speak in ROOT/fetching/NAME.json."""

from __future__ import annotations

import os
import sys
import time
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

from filelock import Timeout

from deepclust.data.catalog.table import CATALOG, data_folder
from deepclust.disk import make_folder
from deepclust.engine.detached.process import reap, yield_to_the_page
from deepclust.engine.detached.work import Report, Work
from deepclust.owner import this_process

SPEAK = 0.5  # seconds between two reports


@dataclass(frozen=True)
class Fetching(Report):
    """How far a download is: done and total are bytes of the file that it is at, total 0 where unknown."""

    done: int = 0
    total: int = 0

    @property
    def fraction(self) -> float | None:
        """Share of the present file, in [0, 1]; None where nobody knows."""
        return min(1.0, self.done / self.total) if self.total else None


def fetching_of(name: str, root: Path | str) -> Work[Fetching]:
    """The place of the download of a catalog data set."""
    return Work(Path(root).absolute() / "fetching" / f"{name}.json", "deepclust.engine.intake.fetching", Fetching)


def start_fetch(name: str, root: Path | str) -> None:
    """Start the download of a catalog data set unless it is under way. ValueError or OSError if it cannot be kept."""
    folder = data_folder()
    existing = next(path for path in (folder, *folder.parents) if path.exists())
    if not existing.is_dir() or not os.access(existing, os.W_OK):
        raise ValueError(
            f"{CATALOG[name].title} cannot be kept: the folder {folder} cannot be written. Set DEEPCLUST_DATA to a folder "
            "of your own and start the app again."
        )
    work = fetching_of(name, root)
    make_folder(work.path.parent)
    work.start(name, str(Path(root).absolute()), first=Fetching(doing="Starting"))


def fetching(name: str, root: Path | str) -> Fetching:
    """How far the download of a data set is. One whose process died has failed."""
    reap()
    report = fetching_of(name, root).read()
    if report.state == "lost":
        return replace(
            report, state="failed", error="The download ended without a word. Start it again: it goes on from there."
        )
    return report


def forget_fetch(name: str, root: Path | str) -> None:
    """Forget how a download ended."""
    fetching_of(name, root).path.unlink(missing_ok=True)


def fetch(name: str, work: Work[Fetching]) -> None:
    """Download one data set in this process, and write down how far it is."""
    report, spoken = Fetching("running", **this_process()), 0.0

    def tell(doing: str, done: int, total: int) -> None:
        nonlocal report, spoken
        moment = time.monotonic()
        if doing != report.doing or moment - spoken >= SPEAK:
            report, spoken = replace(report, doing=doing, done=done, total=total, heartbeat=time.time()), moment
            work.tell(report)

    tell("Starting", 0, 0)
    try:
        CATALOG[name].fetch(tell)
        report = replace(report, state="done")
    except (ValueError, OSError, MemoryError) as error:
        report = replace(report, state="failed", error=str(error) or type(error).__name__)
    work.tell(report)


def main() -> None:
    """Entry point of the process; a second one for the same data set ends at once."""
    yield_to_the_page()
    name, root = sys.argv[1:3]
    work = fetching_of(name, root)
    with suppress(Timeout), work.lock():
        fetch(name, work)


if __name__ == "__main__":
    main()
