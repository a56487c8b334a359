"""Start runs as processes of their own: they outlive the page, the browser and the server."""

from __future__ import annotations

import time
from typing import Any

from deepclust.compute import likely_device
from deepclust.engine.detached.process import reap, start_detached
from deepclust.engine.training import cluster
from deepclust.engine.training.standby import hand_over
from deepclust.runs import Run, RunStore
from deepclust.runs.run import ENDED


def launch(run: Run) -> None:
    """Start (or resume) a run in a detached worker process, which waits in the queue for its device.

    The standby process takes it where one is ready (see `standby`), else a fresh one is started. A session of its own
    keeps it alive when the server is interrupted or killed. A run that has a worker already goes on with that one. Where
    DEEPCLUST_SCHEDULER names a Dask scheduler, the run goes there instead (see `cluster`).
    """
    run.send("run")
    status = run.status()
    if status.state not in ENDED and status.alive:
        return  # another tab was quicker
    asked: dict[str, Any] = {"state": "queued", "message": "", "ended": None, "heartbeat": time.time()}
    run.set_status(**asked, pid=None, create_time=None, cluster="")
    if address := cluster.scheduler():
        cluster.send(run, address)
    elif not hand_over(run):
        with open(run.folder / "worker.log", "ab") as log:
            start_detached("deepclust.engine.training.worker", str(run.folder), log=log)


def resume(run: Run) -> None:
    """Go on with a paused run, or start a worker for one that was lost, stopped or failed."""
    status = run.status()
    if status.state in ENDED:
        launch(run)
    else:
        run.send("run")


def discard(run: Run, store: RunStore, patience: float = 10.0) -> None:
    """End a run at once and delete its folder. A worker that does not answer is killed after ``patience`` seconds."""
    if not run.folder.exists():
        return
    run.send("discard")
    deadline = time.monotonic() + patience
    while run.status().state not in ENDED and time.monotonic() < deadline:
        reap()
        time.sleep(0.05)
    status = run.status()
    if status.state not in ENDED:
        status.kill()
    reap()
    store.delete(run, force=True)


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
