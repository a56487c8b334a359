"""Start runs as processes of their own: they outlive the page, the browser and the server."""

from __future__ import annotations

import time
from typing import Any

from filelock import Timeout

from deepclust.engine.detached.process import reap
from deepclust.engine.training import cluster
from deepclust.engine.training.standby import hand_over
from deepclust.engine.training.worker import worker_of
from deepclust.runs import Run, RunStore
from deepclust.runs.run import ENDED


def launch(run: Run) -> None:
    """Start (or resume) a run in a detached worker process, which waits in the queue for its device.

    The standby process takes it where one is ready (see `standby`), else a fresh one is started. A session of its own
    keeps it alive when the server is interrupted or killed. A run that has a worker already goes on with that one. Where
    DEEPCLUST_SCHEDULER names a Dask scheduler, the run goes there instead (see `cluster`).
    """
    run.send("run")
    worker = worker_of(run)
    try:
        with worker.starting():
            status = run.status()
            if status.state not in ENDED and status.alive:
                return  # another tab was quicker
            nobody: dict[str, Any] = {"pid": None, "create_time": None, "heartbeat": time.time(), "cluster": ""}
            run.set_status(**nobody, state="queued", message="", ended=None)
            if address := cluster.scheduler():
                cluster.send(run, address)
            elif not hand_over(run):
                run.set_status(**worker.spawn(str(run.folder)).identity)
    except Timeout:
        return  # another tab is at it


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
    if run.status().state not in ENDED:  # a full disk may not take the command, and this is the way to free it
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
