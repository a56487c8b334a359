"""Start runs as processes of their own: they outlive the page, the browser and the server."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path
from typing import IO

import deepclust
from deepclust.compute import likely_device
from deepclust.runs import Run, RunStore
from deepclust.runs.run import ENDED, process_alive

_children: list[subprocess.Popen[bytes]] = []


def launch(run: Run) -> None:
    """Start (or resume) a run in a detached worker process, which waits in the queue for its device.

    A session of its own keeps it alive when the server is interrupted or killed.
    """
    run.send("run")
    run.set_status(state="queued", pid=None, create_time=None, message="", ended=None, heartbeat=time.time())
    with open(run.folder / "worker.log", "ab") as log:
        start_detached("deepclust.engine.worker", str(run.folder), log=log)


def start_detached(module: str, *arguments: str, log: IO[bytes]) -> None:
    """Start ``python -m module`` in a session of its own, from any working directory; output goes to ``log``."""
    here = str(Path(deepclust.__file__).resolve().parent.parent)
    path = os.pathsep.join([here, *filter(None, [os.environ.get("PYTHONPATH")])])
    process = subprocess.Popen(
        [sys.executable, "-m", module, *arguments],
        stdin=subprocess.DEVNULL,
        stdout=log,
        stderr=subprocess.STDOUT,
        start_new_session=True,
        env={**os.environ, "PYTHONPATH": path},
    )
    _children.append(process)


def reap() -> None:
    """Collect workers that have ended, so that they do not stay as zombies while the server lives."""
    _children[:] = [child for child in _children if child.poll() is None]


def resume(run: Run) -> None:
    """Go on with a paused run, or start a worker for one that was lost, stopped or failed."""
    status = run.status()
    if status.state in ENDED:
        launch(run)
    else:
        run.send("run")


def discard(run: Run, store: RunStore, patience: float = 10.0) -> None:
    """End a run at once and delete its folder. A worker that does not answer is killed after ``patience`` seconds."""
    run.send("discard")
    deadline = time.monotonic() + patience
    while run.status().state not in ENDED and time.monotonic() < deadline:
        reap()
        time.sleep(0.05)
    status = run.status()
    if status.pid is not None and status.state not in ENDED and process_alive(status.pid, status.create_time):
        import psutil

        psutil.Process(status.pid).kill()
        psutil.Process(status.pid).wait(5)
        reap()
    store.delete(run)


def waiting_before(run: Run, store: RunStore) -> list[Run]:
    """Live runs that the device serves before this one: the one in training, and those queued earlier."""
    slot = likely_device(run.config.device)
    ahead = []
    for other in reversed(store.runs()):
        if other.id != run.id and likely_device(other.config.device) == slot:
            status = other.status()
            earlier = other.config.created < run.config.created
            if status.state in ("running", "paused") or (status.state == "queued" and earlier):
                ahead.append(other)
    return ahead
