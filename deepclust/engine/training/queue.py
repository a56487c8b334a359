"""The queue of runs for a device: who is served before whom, and the slot of the one whose turn it is.

One run trains on a device at a time: two on one card would take each other's memory, and neither would end sooner. A run
for "auto" takes the first card that is free, where there are several.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from filelock import FileLock, Timeout

from deepclust.compute import likely_device
from deepclust.disk import DiskFullError
from deepclust.engine.training.cards import likely_cards
from deepclust.methods import METHODS
from deepclust.owner import this_process
from deepclust.runs import Run, RunConfig, RunStatus, RunStore

LOOK_AGAIN = 0.5  # seconds between two looks at the queue


def slots_for(config: RunConfig) -> tuple[str, ...]:
    """The devices whose queues a run may wait in: one, or each card for "auto"; a method without torch is for the CPU."""
    method = METHODS.get(config.method)
    if config.device == "auto" and method is not None and "torch" not in method.needs:
        return ("cpu",)
    if config.device == "auto" and (cards := likely_cards()):
        return tuple(f"cuda:{number}" for number in range(cards))
    device = likely_device(config.device)
    return ("cuda:0" if device == "cuda" else device,)


def slots_taken(config: RunConfig, status: RunStatus) -> tuple[str, ...]:
    """The devices that a live run keeps others from: that on which it trains, or all that it waits for.

    Where "auto" has become a card that nothing foretold, both that and what it was granted.
    """
    slots = slots_for(config)
    if status.state not in ("running", "paused") or not status.device:
        return slots
    return (status.device,) if status.device in slots else (*slots, status.device)


def ahead_by_slot(run: Run, store: RunStore) -> dict[str, list[Run]]:
    """For each device that a run may take the live runs that it serves before: in training, or queued earlier."""
    ahead: dict[str, list[Run]] = {slot: [] for slot in slots_for(run.config)}
    for other in reversed(store.runs()):
        if other.id != run.id:
            status = other.status()
            if status.cluster:
                continue
            earlier = other.config.created < run.config.created
            if status.state in ("running", "paused") or (status.state == "queued" and earlier):
                for slot in ahead.keys() & set(slots_taken(other.config, status)):
                    ahead[slot].append(other)
    return ahead


def waiting_for(run: Run, store: RunStore) -> tuple[str, list[Run]]:
    """The device that a run is likely to get, and the live runs that it serves before."""
    return min(ahead_by_slot(run, store).items(), key=lambda item: len(item[1]))


def waiting_before(run: Run, store: RunStore) -> list[Run]:
    """Live runs that are served before this one on the device that it is likely to get."""
    return waiting_for(run, store)[1]


@contextmanager
def slot(run: Run, store: RunStore) -> Iterator[str]:
    """One slot per device, held as a lock on a file, which the system gives back however the process ends.

    Gives the device that was granted; nothing ("") to a run that was stopped while it waited.
    """
    folder = store.root / "slots"
    folder.mkdir(exist_ok=True)
    while True:
        if run.command() in ("stop", "discard"):
            run.set_status(state="stopped", message="Taken out of the queue.", ended=time.time())
            yield ""
            return
        free = (device for device, ahead in ahead_by_slot(run, store).items() if not ahead)
        taken = next(((device, lock) for device in free if (lock := _lock(folder, device))), None)
        if taken is not None:
            break
        with suppress(DiskFullError):  # maybe only while it waits
            run.set_status(**this_process())
        time.sleep(LOOK_AGAIN)
    device, lock = taken
    try:
        yield device
    finally:
        lock.release()


def _lock(folder: Path, device: str) -> FileLock | None:
    """The lock of a device, if it is not held."""
    lock = FileLock(folder / f"{device.replace(':', '-')}.lock")
    try:
        lock.acquire(timeout=0)
    except Timeout:
        return None
    return lock
