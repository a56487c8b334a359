"""Downloads of catalog data sets in a process of their own, which outlive the page; they speak in ROOT/fetching/NAME.json."""

from __future__ import annotations

import json
import os
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from deepclust.data.catalog.table import CATALOG, data_folder
from deepclust.disk import write_json
from deepclust.engine.detached.process import reap, start_detached, yield_to_the_page
from deepclust.owner import Owner, recent, this_process

SPEAK = 0.5  # seconds between two reports


@dataclass(frozen=True)
class Fetching:
    """How far a download is. state: "running", "done" or "failed"; done and total in bytes, total 0 where unknown."""

    state: str
    what: str = ""
    done: int = 0
    total: int = 0
    message: str = ""

    @property
    def fraction(self) -> float | None:
        """Share of the present file, in [0, 1]; None where nobody knows."""
        return min(1.0, self.done / self.total) if self.total else None


def start_fetch(name: str, root: Path | str) -> None:
    """Start the download of a catalog data set unless it is under way. ValueError if its folder cannot be written."""
    now = fetching(name, root)
    if now is not None and now.state == "running":
        return
    folder = data_folder()
    existing = next(path for path in (folder, *folder.parents) if path.exists())
    if not existing.is_dir() or not os.access(existing, os.W_OK):
        raise ValueError(
            f"{CATALOG[name].title} cannot be kept: the folder {folder} cannot be written. Set DEEPCLUST_DATA to a folder "
            "of your own and start the app again."
        )
    place = Path(root) / "fetching"
    place.mkdir(parents=True, exist_ok=True)
    # said before the process can say it: it is there for a moment without a word
    write_json(place / f"{name}.json", {"state": "running", "what": "Starting", "started": time.time()})
    with (place / f"{name}.log").open("wb") as log:
        start_detached("deepclust.engine.intake.fetching", name, str(place.resolve()), log=log)


def fetching(name: str, root: Path | str, starting: float = 60.0) -> Fetching | None:
    """How far the download of a data set is; None if none was started. One whose process died has failed."""
    reap()
    try:
        told = dict(json.loads((Path(root) / "fetching" / f"{name}.json").read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return None
    state = str(told.get("state"))
    if state == "running":
        alive = Owner.of(told).alive if "pid" in told else recent(told.get("started", 0), starting)
        if not alive:
            return Fetching(
                "failed", message="The download ended without a word. Start it again: it goes on from there."
            )
    return Fetching(
        state,
        str(told.get("what", "")),
        int(told.get("done", 0)),
        int(told.get("total", 0)),
        str(told.get("message", "")),
    )


def forget_fetch(name: str, root: Path | str) -> None:
    """Forget how a download ended."""
    (Path(root) / "fetching" / f"{name}.json").unlink(missing_ok=True)


def main() -> None:
    """Entry point of the process: download one data set and write down how far it is."""
    yield_to_the_page()
    name, place = sys.argv[1], Path(sys.argv[2])
    told: dict[str, Any] = {**this_process(), "state": "running"}
    spoken = 0.0

    def report(what: str, done: int, total: int) -> None:
        nonlocal spoken
        now = time.monotonic()
        if what != told.get("what") or now - spoken >= SPEAK:
            told.update(what=what, done=done, total=total)
            write_json(place / f"{name}.json", told)
            spoken = now

    report("Starting", 0, 0)
    try:
        CATALOG[name].fetch(report)
        told.update(state="done")
    except (ValueError, OSError, MemoryError) as error:
        told.update(state="failed", message=str(error) or type(error).__name__)
    write_json(place / f"{name}.json", told)


if __name__ == "__main__":
    main()
