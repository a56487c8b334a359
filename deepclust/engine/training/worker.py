"""The process that trains one run: `python -m deepclust.engine.training.worker RUN_FOLDER`."""

from __future__ import annotations

import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from filelock import Timeout

from deepclust.engine.detached.process import yield_to_the_page
from deepclust.engine.detached.work import Report, Work
from deepclust.engine.training.queue import slot
from deepclust.owner import this_process
from deepclust.runs import Run, RunStatus, RunStore

if TYPE_CHECKING:
    from deepclust.data.dataset import Dataset
    from deepclust.events import Event

LAST_WORKER = 3.0  # seconds that the worker before may take to let go of a run that it has ended


def worker_of(run: Run) -> Work[Report]:
    """The place of a run's worker; what it reports is the status of the run."""
    return Work(run.folder / "worker.json", "deepclust.engine.training.worker", Report)


def work(run: Run, *, watch: Callable[[Event], None] | None = None, dataset: Dataset | None = None) -> RunStatus:
    """Wait for the run's device, train, and give the device back. Returns the run's last status.

    Does nothing where another process works on the same run. Ctrl-C stops the run and keeps what was learned.
    """
    store = RunStore(run.folder.parent)
    try:
        with worker_of(run).lock(LAST_WORKER), _interrupt_stops(run):
            run.set_status(**this_process(), state="queued")
            with slot(run, store) as granted:
                if granted:
                    from deepclust.engine.training.train import train  # loads torch: not while waiting

                    return train(run, store, device=granted, watch=watch, dataset=dataset)
    except Timeout:
        print("Another process works on this run.", file=sys.stderr)
    return run.status()


@contextmanager
def _interrupt_stops(run: Run) -> Iterator[None]:
    """The first Ctrl-C stops the run and keeps what was learned, a second one ends the process as usual."""
    before = signal.getsignal(signal.SIGINT)
    if before is not signal.default_int_handler or threading.current_thread() is not threading.main_thread():
        yield  # whoever handles or ignores Ctrl-C already goes on to do so
        return

    def stop(*_: Any) -> None:
        signal.signal(signal.SIGINT, before)
        run.send("stop")

    signal.signal(signal.SIGINT, stop)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def main() -> None:
    """Entry point of the worker process."""
    yield_to_the_page()
    work(Run(Path(sys.argv[1]).resolve()))


if __name__ == "__main__":
    main()
