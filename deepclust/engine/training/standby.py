"""One process per runs folder that has loaded torch already and waits for a run.

It speaks in files under ROOT/standby. `idle.json` says who waits; renaming it to `<run>.taken` gives it that run, and as
only one rename of a file can succeed, no two runs get the same process. From then on it is that run's worker.
"""

from __future__ import annotations

import json
import os
import sys
import time
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from deepclust.disk import write_json
from deepclust.engine.detached.process import reap, sameness, start_detached, yield_to_the_page
from deepclust.owner import Owner, this_process
from deepclust.runs import Run

LOOK_AGAIN = 0.1  # seconds between two looks at idle.json
STARTING = 60.0  # seconds that a fresh process may take to be ready


def ensure_standby(root: Path | str, idle_seconds: float = 20 * 60.0) -> None:
    """See that a process waits for the next run of this folder; one that waits already stays for longer.

    It ends by itself after ``idle_seconds`` in which neither a run nor a call of this function came.
    """
    reap()
    folder = Path(root) / "standby"
    idle, starting = folder / "idle.json", folder / "starting"
    waiting, same = _read(idle), sameness()
    if _usable(waiting, same):
        with suppress(FileNotFoundError):  # given a run at this moment
            os.utime(idle)
            return
    idle.unlink(missing_ok=True)  # dead, or it has loaded other code than this: then it ends
    if starting.exists() and time.time() - starting.stat().st_mtime < STARTING:
        return
    folder.mkdir(parents=True, exist_ok=True)
    starting.touch()
    with (folder / "log").open("wb") as log:
        start_detached("deepclust.engine.training.standby", str(folder.resolve()), same, str(idle_seconds), log=log)


def hand_over(run: Run) -> bool:
    """Give a run to the waiting process, if there is one that would do the same as a fresh worker."""
    folder = run.folder.parent / "standby"
    same, taken = sameness(), folder / f"{run.id}.taken"
    who = _read(folder / "idle.json")
    if not _usable(who, same):
        return False
    # before the rename: from then on the status is written by that process
    run.set_status(**asdict(Owner.of(who)))
    try:
        os.rename(folder / "idle.json", taken)
        if _usable(_read(taken), same):
            return True
        taken.unlink(missing_ok=True)
    except FileNotFoundError:
        pass  # another run got it
    run.set_status(pid=None, create_time=None)
    return False


def _read(path: Path) -> dict[str, Any]:
    try:
        return dict(json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return {}


def _usable(who: dict[str, Any], same: str) -> bool:
    """Whether the process lives, on this machine, and was started as this one would start it."""
    owner = Owner.of(who)
    return owner.here and owner.alive and who.get("same") == same


def _wait(folder: Path, same: str, idle_seconds: float) -> Run | None:
    """Load torch, and wait for a run. None if no run came, or if another process waits already."""
    idle = folder / "idle.json"
    try:
        with FileLock(folder / "lock", timeout=2):
            _warm_up()
            write_json(idle, {**this_process(), "same": same})
            (folder / "starting").unlink(missing_ok=True)
            while idle.exists():
                time.sleep(LOOK_AGAIN)
                with suppress(FileNotFoundError):  # given a run at this moment
                    if time.time() - idle.stat().st_mtime > idle_seconds:
                        os.rename(idle, folder / "ended.json")
    except Timeout:
        return None
    for taken in folder.glob("*.taken"):
        if _read(taken).get("pid") == os.getpid():
            taken.unlink()
            return Run(folder.parent / taken.stem)
    return None


def _warm_up() -> None:
    """Load whatever training needs by training for a moment: torch, its optimisers and kernels, k-means."""
    import numpy as np

    import deepclust.engine.training.train
    import deepclust.engine.training.worker  # noqa: F401
    from deepclust.methods import METHODS

    pictures = np.random.default_rng(0).random((64, 8, 8))
    METHODS["AEKMeans"](n_clusters=2, max_epochs=1, n_init=1, device="cpu").fit(pictures)


def main() -> None:
    """Entry point of the process: wait for a run and train it."""
    yield_to_the_page()
    run = _wait(Path(sys.argv[1]), sys.argv[2], float(sys.argv[3]))
    if run is None or not run.folder.exists():
        return
    with open(run.folder / "worker.log", "ab") as log:
        os.dup2(log.fileno(), 1)
        os.dup2(log.fileno(), 2)

    from deepclust.engine.training.worker import work

    work(run)


if __name__ == "__main__":
    main()
