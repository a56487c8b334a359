"""Runs on a Dask cluster: a real scheduler and two worker processes, one of which is killed in mid-run."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from deepclust.engine.training import cluster
from deepclust.engine.training.launch import discard, launch
from deepclust.engine.training.queue import waiting_before
from deepclust.runs import Run

REPOSITORY = Path(__file__).parents[3]
LONG = {"max_epochs": 10_000, "batch_size": 4}  # far longer than any test waits


class Dask:
    """A scheduler and its workers as processes of their own."""

    def __init__(self, folder: Path) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        self.address = f"tcp://127.0.0.1:{port}"
        self._folder = folder
        self._scheduler = self._start("scheduler", "--host", "127.0.0.1", "--port", str(port))
        self.workers: list[subprocess.Popen[bytes]] = []

    def add_worker(self) -> None:
        threads = ("--nthreads", "1", "--no-nanny", "--local-directory", str(self._folder))
        self.workers.append(self._start("worker", self.address, *threads))

    def _start(self, kind: str, *arguments: str) -> subprocess.Popen[bytes]:
        environment = {**os.environ, "PYTHONPATH": str(REPOSITORY), "OMP_NUM_THREADS": "1"}
        environment.pop("DEEPCLUST_SCHEDULER", None)
        with (self._folder / f"{kind}.log").open("ab") as log:
            return subprocess.Popen(
                [sys.executable, "-m", "dask", kind, "--no-dashboard", *arguments],
                env=environment,
                stdout=log,
                stderr=log,
            )

    def close(self) -> None:
        for process in (*self.workers, self._scheduler):
            process.kill()
            process.wait()


@pytest.fixture(scope="module")
def dask(tmp_path_factory) -> Iterator[Dask]:
    started = Dask(tmp_path_factory.mktemp("dask"))
    started.add_worker()
    started.add_worker()
    yield started
    started.close()


@pytest.fixture
def driver(dask, store, started, monkeypatch) -> Iterator[None]:
    """Runs go to the cluster, and a thread of this process looks after them."""
    monkeypatch.setenv("DEEPCLUST_SCHEDULER", dask.address)
    store.root.mkdir(parents=True, exist_ok=True)
    thread = threading.Thread(target=cluster.drive, args=(store.root, dask.address, 2.0))
    thread.start()
    yield
    thread.join(60)
    assert not thread.is_alive()


def state(run: Run) -> str:
    return run.status().state


def test_without_a_scheduler_runs_stay_here(monkeypatch):
    monkeypatch.delenv("DEEPCLUST_SCHEDULER", raising=False)
    assert cluster.scheduler() is None
    monkeypatch.setenv("DEEPCLUST_SCHEDULER", "tcp://10.0.0.1:8786")
    assert cluster.scheduler() == "tcp://10.0.0.1:8786"


def test_a_scheduler_that_does_not_answer_is_named(ask, store, started, monkeypatch):
    monkeypatch.setattr(cluster, "CONNECT", 0.5)
    monkeypatch.setenv("DEEPCLUST_SCHEDULER", "tcp://127.0.0.1:9")
    run = ask("KMeans")
    launch(run)
    cluster.drive(store.root, "tcp://127.0.0.1:9", 0.0)
    assert state(run) == "failed"
    assert "127.0.0.1:9 does not answer. Start one with `dask scheduler`" in run.status().message


@pytest.mark.slow
@pytest.mark.usefixtures("driver")
def test_a_run_comes_back_as_if_it_had_been_trained_here(ask, dask, store, wait_until):
    from deepclust.engine.training.train import train

    there, here = ask("AEKMeans", seed=3), ask("AEKMeans", seed=3)
    launch(there)
    assert waiting_before(here, store) == []  # the cluster's runs do not use this machine
    wait_until(lambda: state(there) == "done", "the run on the cluster")
    train(here, store)
    np.testing.assert_array_equal(there.result().labels, here.result().labels)
    told = [[(e["kind"], e.get("epoch")) for e in run.events()[0]] for run in (there, here)]
    assert told[0] == told[1]
    assert there.n_snapshots == here.n_snapshots
    assert there.metrics().keys() == here.metrics().keys()
    assert there.status().cluster == dask.address
    assert (there.folder / "model.pt").exists()
    assert not list((store.root / "cluster").glob("*.ask"))


@pytest.mark.slow
@pytest.mark.usefixtures("driver")
def test_the_run_of_a_killed_worker_begins_anew_on_another(ask, dask, wait_until):
    runs = [ask("AEKMeans", seed=seed, **LONG) for seed in (0, 1)]
    for run in runs:
        launch(run)
    wait_until(lambda: all(run.status().epoch > 1 for run in runs), "both workers at work")
    killed = dask.workers.pop(0)
    killed.kill()
    killed.wait()
    wait_until(lambda: any("was lost" in run.status().message for run in runs), "the loss to be seen")
    lost = next(run for run in runs if "was lost" in run.status().message)
    assert state(lost) == "queued"
    dask.add_worker()
    wait_until(lambda: state(lost) == "running" and lost.status().epoch > 1, "another worker")
    epochs = [e["epoch"] for e in lost.events()[0] if e["kind"] == "progress"]
    assert epochs == list(range(1, len(epochs) + 1))  # the first attempt is not told twice
    for run in runs:
        run.send("stop")
    wait_until(lambda: all(state(run) == "stopped" for run in runs), "both to stop")
    assert all(run.has_result for run in runs)  # stopped, and what was learned is kept


@pytest.mark.slow
@pytest.mark.usefixtures("driver")
def test_a_run_can_be_paused_resumed_and_discarded(ask, store, wait_until):
    run = ask("AEKMeans", **LONG)
    launch(run)
    wait_until(lambda: run.status().epoch > 1, "the first epochs")
    run.send("pause")
    wait_until(lambda: state(run) == "paused", "the pause")
    run.send("run")
    wait_until(lambda: state(run) == "running", "the way on")
    discard(run, store)
    assert not run.folder.exists()


@pytest.mark.slow
@pytest.mark.usefixtures("driver")
def test_what_goes_wrong_there_is_told_here(ask, wait_until):
    run = ask("AEKMeans", device="cuda:7")
    launch(run)
    run.send("stop")  # no worker offers a GPU, so it would wait for ever
    wait_until(lambda: state(run) == "stopped", "the queue to let it go")
    assert run.status().message == "Taken out of the queue."
    bad = ask("AEKMeans")
    (bad.folder / "config.json").write_text(
        (bad.folder / "config.json").read_text().replace('"max_epochs": 3', '"max_epochs": -3')
    )
    launch(bad)
    wait_until(lambda: state(bad) == "failed", "the refusal")
    assert "max_epochs" in bad.status().message
