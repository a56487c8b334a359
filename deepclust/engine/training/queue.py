"""The queue of runs for a device: who is served before whom, and the slot of the one whose turn it is."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from filelock import FileLock, Timeout

from deepclust.compute import likely_device
from deepclust.disk import DiskFullError
from deepclust.owner import this_process
from deepclust.runs import Run, RunStore

LOOK_AGAIN = 0.5  # seconds between two looks at the queue


def slot_of(run: Run) -> str:
    """The device whose queue a run waits in."""
    return slot_for(run.config.device)


def slot_for(device: str) -> str:
    """The queue of a device by the name that it was asked for."""
    device = likely_device(device)
    return "cuda:0" if device == "cuda" else device


def waiting_before(run: Run, store: RunStore) -> list[Run]:
    """Live runs that the device serves before this one: the one in training, and those queued earlier."""
    ahead = []
    for other in reversed(store.runs()):
        if other.id != run.id and slot_of(other) == slot_of(run):
            status = other.status()
            if status.cluster:
                continue
            earlier = other.config.created < run.config.created
            if status.state in ("running", "paused") or (status.state == "queued" and earlier):
                ahead.append(other)
    return ahead


@contextmanager
def slot(run: Run, store: RunStore) -> Iterator[bool]:
    """One slot per device, held as a lock on a file, which the system gives back however the process ends.

    Gives whether the slot was granted; it is not to a run that was stopped while it waited.
    """
    folder = store.root / "slots"
    folder.mkdir(exist_ok=True)
    lock = FileLock(folder / f"{slot_of(run).replace(':', '-')}.lock")
    while True:
        if run.command() in ("stop", "discard"):
            run.set_status(state="stopped", message="Taken out of the queue.", ended=time.time())
            yield False
            return
        if not waiting_before(run, store):
            try:
                lock.acquire(timeout=0)
                break
            except Timeout:
                pass
        with suppress(DiskFullError):  # maybe only while it waits
            run.set_status(**this_process())
        time.sleep(LOOK_AGAIN)
    try:
        yield True
    finally:
        lock.release()
