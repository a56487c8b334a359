"""Runs on a Dask cluster: a driver process sends them to the scheduler and brings what they tell into the run store.

The workers need DeepClust installed and nothing else in common with this machine: a run goes out as its config (own data
with it), and its folder comes back file by file while it is trained. Asks are files under ROOT/cluster, one per run.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

from filelock import Timeout

from deepclust.data.catalog.table import CATALOG
from deepclust.data.references import open_dataset
from deepclust.disk import append, make_folder, read_json, whole, write_json
from deepclust.engine.detached.work import Report, Work
from deepclust.engine.training import remote
from deepclust.owner import this_process
from deepclust.runs import Run, RunStatus, RunStore
from deepclust.runs.run import ENDED

if TYPE_CHECKING:
    from distributed import Client, Future

LOOK_EVERY = 0.5  # seconds between two looks at workers and asks
STAY = 20.0  # seconds that a driver waits for another run before it ends
CONNECT = 10.0  # seconds until a scheduler that does not answer is given up


def scheduler() -> str | None:
    """Address of the Dask scheduler that runs go to ($DEEPCLUST_SCHEDULER), or None: this machine trains."""
    return os.environ.get("DEEPCLUST_SCHEDULER") or None


def driver_of(root: Path, address: str) -> Work[Report]:
    """The place of the process that brings the runs of a folder to a scheduler and back."""
    name = "".join(c if c.isalnum() else "-" for c in address)
    return Work(root / "cluster" / f"driver-{name}.json", "deepclust.engine.training.cluster", Report)


def send(run: Run, address: str) -> None:
    """Ask for a run on the cluster of the scheduler at ``address``, and see that a driver looks after it."""
    driver = driver_of(run.folder.parent, address)
    make_folder(driver.path.parent)
    run.set_status(cluster=address, message=f"On its way to {address}.")
    write_json(_ask(run), {"address": address})  # before the driver is looked at: it may be about to end
    report = driver.start(str(run.folder.parent), address)
    run.set_status(**report.identity)


def drive(root: Path | str, address: str, stay: float = STAY) -> None:
    """Look after all runs that were asked for on this scheduler, until none has been for ``stay`` seconds."""
    store = RunStore(root)
    work = driver_of(store.root, address)
    make_folder(work.path.parent)
    try:
        with work.lock(CONNECT):
            try:
                client = _connect(address)
            except OSError as error:
                for run in _asked(store, address):
                    _end(run, "failed", str(error))
                return
            driver = Driver(store, client, address)
            try:
                _look_after(driver, work, stay)
            finally:
                driver.let_go()
                client.close()
    except Timeout:
        return  # another driver is there, and stays


def _look_after(driver: Driver, work: Work[Report], stay: float) -> None:
    """Look again and again until nothing has been asked for in a while; the report says who is here meanwhile."""
    idle_since = time.monotonic()
    while True:
        try:
            work.tell(Report("running", **this_process()))
            if driver.look():
                idle_since = time.monotonic()
        except OSError as error:
            # a message was lost on its way: the next look brings it, or the scheduler is gone
            print(error, file=sys.stderr, flush=True)
        if time.monotonic() - idle_since > stay:
            work.path.unlink(missing_ok=True)  # from now on a new run gets a new driver
            if not driver.look():
                return
        time.sleep(LOOK_EVERY)


class Driver:
    """The runs of one store on one cluster: which of them were sent, where they are trained, and what came back."""

    def __init__(self, store: RunStore, client: Client, address: str) -> None:
        self._store = store
        self._client = client
        self._address = address
        self._futures: dict[str, Future[Any]] = {}
        self._seen: dict[str, remote.Seen] = {}
        self._told: dict[str, str] = {}
        self._worker: dict[str, str] = {}

    def look(self) -> bool:
        """Send what was asked for, fetch what is new, pass commands on. Returns whether there is any run."""
        runs = _asked(self._store, self._address)
        for run in runs:
            if run.id not in self._futures:
                self._submit(run)
        self._fetch({run.id: run for run in runs if run.id in self._futures})
        for run in runs:
            if run.id in self._futures:
                self._settle(run)
        return bool(runs)

    def let_go(self) -> None:
        """Give up whatever has not ended: it reads as lost, and can be resumed."""
        for future in self._futures.values():
            future.cancel(force=True)

    def _submit(self, run: Run) -> None:
        config = run.config
        try:
            own = test_part = None
            if str(config.dataset.get("name")) not in CATALOG:
                own = open_dataset(config.dataset, self._store.datasets)  # the workers cannot know it
                if config.test_part is not None:
                    test_part = open_dataset(config.test_part, self._store.datasets)
        except (ValueError, OSError) as error:
            _end(run, "failed", str(error))
            return
        run.rewind(0, 0)
        config_text = (run.folder / "config.json").read_text(encoding="utf-8")
        self._futures[run.id] = self._client.submit(
            remote.train_here, run.id, config_text, own, test_part, pure=False, resources=self._resources(config.device)
        )
        self._seen[run.id] = remote.Seen()
        run.set_status(**this_process(), state="queued", message=f"Waiting for a worker of {self._address}.")

    def _resources(self, device: str) -> dict[str, int]:
        """A GPU of a worker that has one to offer (`dask worker --resources GPU=1`), where the run wants it."""
        workers = self._client.scheduler_info(n_workers=-1)["workers"].values()
        offered = any(worker.get("resources", {}).get("GPU") for worker in workers)
        return {"GPU": 1} if device.startswith("cuda") or (device == "auto" and offered) else {}

    def _fetch(self, runs: Mapping[str, Run]) -> None:
        """Bring new bytes of every run from whichever worker trains it."""
        if not runs:
            return
        seen = {run_id: self._seen[run_id] for run_id in runs}
        answers = self._client.run(remote.news, seen, on_error="ignore")
        for worker, of_runs in answers.items():
            for run_id, news in of_runs.items():
                self._take(runs[run_id], worker, news)
        for run_id, worker in list(self._worker.items()):
            if worker not in answers and run_id in runs:
                del self._worker[run_id]
                runs[run_id].set_status(state="queued", message="Its worker was lost. Waiting for another one.")

    def _take(self, run: Run, worker: str, news: remote.News) -> None:
        seen = self._seen[run.id]
        self._worker[run.id] = worker
        if news.attempt != seen.attempt:  # another worker has begun it anew
            if seen.attempt is not None:
                run.rewind(0, 0)
            self._seen[run.id] = remote.Seen(news.attempt)
            self._told[run.id] = "run"
            return  # what it has told so far comes with the next look
        for name, (offset, content) in news.files.items():
            if name == "status.json":
                self._show(run, json.loads(content))
            elif run.folder.exists():
                _write(run.folder / name, offset, content)
        seen.files.update(news.sizes)
        command = run.command()
        if command != self._told.get(run.id):
            heard = self._client.run(remote.tell, run.id, command, workers=[worker], on_error="ignore")
            if heard.get(worker):  # else it is told again with the next look
                self._told[run.id] = command

    def _show(self, run: Run, status: dict[str, Any]) -> None:
        """The worker's status as that of the run here; the process that answers for it is this one."""
        known = {f.name: status[f.name] for f in fields(RunStatus) if f.name in status}
        where = f"{status.get('device') or 'cpu'} of {status.get('host') or 'a worker'}"
        if known.get("state") in ENDED:
            known |= {"state": "running", "message": "Bringing the result."}
        if run.folder.exists():
            run.set_status(**{**known, **this_process(), "device": where, "cluster": self._address})

    def _settle(self, run: Run) -> None:
        """End a run whose task has ended, or that is not wanted any more; keep the heart of the others beating."""
        future = self._futures[run.id]
        waiting = self._seen[run.id].attempt is None
        if waiting and run.command() in ("stop", "discard"):
            future.cancel(force=True)
            self._drop(run, "stopped", "Taken out of the queue.")
        elif future.status == "finished":
            last: remote.Last = future.result()
            for name, content in last.files.items():
                if run.folder.exists():
                    _write(run.folder / name, 0, content)
            self._drop(run, **last.status)
        elif future.status in ("error", "cancelled", "lost"):
            self._drop(run, "failed", _reason(future))
        elif run.folder.exists():
            run.set_status(**this_process())

    def _drop(self, run: Run, state: str, message: str, **status: Any) -> None:
        del self._futures[run.id]
        self._told.pop(run.id, None)
        self._worker.pop(run.id, None)
        _end(run, state, message, **status)


def _connect(address: str) -> Client:
    """A client of the scheduler. OSError, in words, where none answers."""
    from distributed import Client

    try:
        return Client(address, timeout=CONNECT, set_as_default=False)
    except (OSError, ValueError) as error:
        raise OSError(
            f"The Dask scheduler at {address} does not answer. Start one with `dask scheduler`, correct "
            "DEEPCLUST_SCHEDULER, or unset it to train on this machine."
        ) from error


def _reason(future: Future[Any]) -> str:
    """Why a task failed, in words."""
    error = future.exception() if future.status == "error" else None
    if error is None:
        return "The cluster gave this run up. Resume sends it again."
    if type(error).__name__ == "KilledWorker":
        return "Every worker that tried this run died. Look at their logs: most often memory ran out."
    return f"The worker could not do it: {type(error).__name__}: {error}"


def _end(run: Run, state: str, message: str, **status: Any) -> None:
    """Write the last status of a run and forget that it was asked for."""
    _ask(run).unlink(missing_ok=True)
    if run.folder.exists():
        known = {name: status[name] for name in ("stage", "epoch", "n_epochs", "fraction", "seconds") if name in status}
        run.set_status(**known, **this_process(), state=state, message=message, eta=None, ended=time.time())


def _asked(store: RunStore, address: str) -> list[Run]:
    """The runs that were asked for on this scheduler, first asked first; those whose folder is gone are forgotten."""
    asks = []
    for path in (store.root / "cluster").glob("*.ask"):
        with suppress(ValueError, OSError, KeyError, TypeError):
            if read_json(path)["address"] != address:
                continue
            run = store.get(path.stem)
            asks.append((run.config.created, run))
            continue
        path.unlink(missing_ok=True)
    return [run for _, run in sorted(asks, key=lambda pair: pair[0])]


def _ask(run: Run) -> Path:
    return run.folder.parent / "cluster" / f"{run.id}.ask"


def _write(path: Path, offset: int, content: bytes) -> None:
    """Append at ``offset``, or write a whole file beside its place and rename it."""
    path.parent.mkdir(exist_ok=True)
    if offset:
        append(path, content)
        return
    with whole(path) as stream:
        stream.write(content)


def main() -> None:
    """Entry point of the driver process."""
    drive(sys.argv[1], sys.argv[2])


if __name__ == "__main__":
    main()
