"""The process that trains one run: `python -m deepclust.engine.worker RUN_FOLDER`."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

from filelock import FileLock, Timeout

from deepclust.compute import likely_device
from deepclust.engine.launch import waiting_before
from deepclust.runs import Run, RunStore
from deepclust.runs.run import this_process

LOOK_AGAIN = 0.5  # seconds between two looks at the queue


def work(run: Run) -> None:
    """Wait for the run's device, train, and give the device back."""
    store = RunStore(run.folder.parent)
    run.set_status(**this_process(), state="queued")
    with _Slot(run, store) as granted:
        if granted:
            from deepclust.engine.train import train  # loads torch: not while waiting

            train(run, store)


class _Slot:
    """One slot per device, held as a lock on a file, which the system gives back however the process ends."""

    def __init__(self, run: Run, store: RunStore) -> None:
        self._run, self._store = run, store
        folder = store.root / "slots"
        folder.mkdir(exist_ok=True)
        self._lock = FileLock(folder / f"{likely_device(run.config.device).replace(':', '-')}.lock")

    def __enter__(self) -> bool:
        while True:
            if self._run.command() in ("stop", "discard"):
                self._run.set_status(state="stopped", message="Taken out of the queue.", ended=time.time())
                return False
            if not waiting_before(self._run, self._store):
                try:
                    self._lock.acquire(timeout=0)
                    return True
                except Timeout:
                    pass
            self._run.set_status(heartbeat=time.time())
            time.sleep(LOOK_AGAIN)

    def __exit__(self, *_: object) -> None:
        self._lock.release()


def main() -> None:
    """Entry point of the worker process."""
    os.nice(5)  # the page stays quick while a run trains
    work(Run(Path(sys.argv[1]).resolve()))


if __name__ == "__main__":
    main()
