"""One process per runs folder that has loaded torch already and waits for a run.

It speaks in files under ROOT/standby. `idle.json` says who waits; renaming it to `<run>.taken` gives it that run, and as
only one rename of a file can succeed, no two runs get the same process. From then on it is that run's worker.
"""

from __future__ import annotations

import os
import sys
import time
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

from filelock import Timeout

from deepclust.disk import make_folder
from deepclust.engine.detached.process import Untouched, sameness, yield_to_the_page
from deepclust.engine.detached.work import Report, Work, failure
from deepclust.methods import METHODS
from deepclust.owner import this_process
from deepclust.runs import Run

LOOK_AGAIN = 0.1  # seconds between two looks at idle.json


@dataclass(frozen=True)
class Standby(Report):
    """Who stands by; same: `sameness` when it was started."""

    same: str = ""

    def would_do(self, same: str) -> bool:
        """Whether it lives, on this machine, and does the same as a process that were started now."""
        return self.live and self.here and self.same == same


def standby_of(root: Path | str) -> Work[Standby]:
    """The place of the process that waits for the next run of a runs folder."""
    return Work(Path(root).absolute() / "standby" / "idle.json", "deepclust.engine.training.standby", Standby)


def ensure_standby(root: Path | str, idle_seconds: float = 20 * 60.0) -> Standby:
    """See that a process waits for the next run of this folder; one that waits already stays for longer.

    It ends by itself after ``idle_seconds`` in which neither a run nor a call of this function came. Nothing is raised:
    where it cannot be started, the report says why.
    """
    work, same = standby_of(root), sameness()
    try:
        make_folder(work.path.parent)
        waiting = work.read()
        if waiting.would_do(same):
            with suppress(FileNotFoundError):  # given a run at this moment
                os.utime(work.path)
                return waiting
        elif waiting.live:  # it has loaded other code than this: it ends
            work.path.unlink(missing_ok=True)
    except OSError as error:
        return Standby("failed", error=failure(error))
    return work.keep(str(work.path.parent.parent), same, str(idle_seconds), first=Standby(same=same))


def hand_over(run: Run) -> bool:
    """Give a run to the waiting process, if there is one that would do the same as a fresh worker.

    It has loaded torch, with which other libraries may quarrel: a method that needs no torch gets a process without.
    """
    method = METHODS.get(run.config.method)  # one that is not known fails in the process, where the run says so
    if method is not None and "torch" not in method.needs:
        return False
    work, same = standby_of(run.folder.parent), sameness()
    waiting = work.read()
    if waiting.state != "running" or not waiting.would_do(same):
        return False
    # before the rename: from then on the status is written by that process
    run.set_status(**waiting.identity)
    taken = replace(work, path=work.path.with_name(f"{run.id}.taken"))
    try:
        os.rename(work.path, taken.path)
        if taken.read().would_do(same):
            return True
        taken.path.unlink(missing_ok=True)
    except FileNotFoundError:
        pass  # another run got it
    run.set_status(pid=None, create_time=None)
    return False


def _wait(root: Path, same: str, idle_seconds: float) -> Run | None:
    """Load torch, and wait for a run. None if no run came, or if another process waits already."""
    work = standby_of(root)
    idle, folder = work.path, work.path.parent
    try:
        with work.lock():
            _warm_up()
            work.tell(Standby("running", doing="waiting for a run", same=same, **this_process()))
            untouched = Untouched(idle)
            while idle.exists():
                time.sleep(LOOK_AGAIN)
                if untouched.seconds() > idle_seconds:
                    with suppress(FileNotFoundError):  # given a run at this moment
                        os.rename(idle, folder / "ended.json")
    except Timeout:
        return None
    for path in folder.glob("*.taken"):
        owner = replace(work, path=path).read()
        if owner.pid == os.getpid() and owner.alive:
            path.unlink()
            return Run(folder.parent / path.stem)
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
