"""The process that waits with torch loaded: given to one run only, ended when nobody needs it, never in the way."""

from __future__ import annotations

import json
import os
import threading
import time

import numpy as np
import psutil
import pytest

import deepclust.engine.training.standby
from deepclust.disk import write_json
from deepclust.engine.detached.process import sameness
from deepclust.engine.training.launch import launch
from deepclust.engine.training.standby import ensure_standby, hand_over, standby_of
from deepclust.engine.training.train import train
from deepclust.methods import METHODS
from deepclust.owner import this_process


@pytest.fixture
def idle(store):
    """Make it look as if this very process stood by; changes are to what it says of itself."""

    def make(**changes):
        folder = store.root / "standby"
        folder.mkdir(parents=True, exist_ok=True)
        write_json(folder / "idle.json", {**this_process(), "state": "running", "same": "the same", **changes})
        return folder / "idle.json"

    return make


@pytest.fixture(autouse=True)
def same(request, monkeypatch):
    """The code counts as unchanged, though someone may be working on it while the tests run."""
    if "sameness" not in request.node.name:
        monkeypatch.setattr(deepclust.engine.training.standby, "sameness", lambda: "the same")


# -- the hand-over, without processes ---------------------------------------------------------------------------------


def test_a_run_is_given_to_the_waiting_process(ask, idle, started):
    run, path = ask("AEKMeans"), idle()
    launch(run)
    assert started == []
    assert not path.exists()
    assert json.loads((path.parent / f"{run.id}.taken").read_text())["pid"] == os.getpid()
    assert (run.status().state, run.status().pid) == ("queued", os.getpid())


def test_the_next_run_gets_a_worker_of_its_own(ask, idle, started):
    idle()
    launch(ask("AEKMeans"))
    launch(ask("AEKMeans"))
    assert started == ["deepclust.engine.training.worker"]


@pytest.mark.parametrize("method", METHODS)
def test_a_method_that_needs_no_torch_gets_a_process_without(ask, idle, started, method):
    path = idle()
    launch(ask(method))
    assert path.exists() == ("torch" not in METHODS[method].needs)
    assert len(started) == ("torch" not in METHODS[method].needs)


def test_of_many_launches_at_once_one_gets_it(ask, idle):
    runs, path = [ask("AEKMeans") for _ in range(8)], idle()
    gate, got = threading.Barrier(len(runs)), []

    def take(run):
        gate.wait()
        if hand_over(run):
            got.append(run.id)

    threads = [threading.Thread(target=take, args=(run,)) for run in runs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(got) == 1
    assert [p.name for p in path.parent.glob("*.taken")] == [f"{got[0]}.taken"]
    assert sum(run.status().pid is not None for run in runs) == 1


@pytest.mark.parametrize(
    "changes",
    [{"pid": 2**22 + 1}, {"create_time": 0.0}, {"host": "elsewhere"}, {"same": "other code or another environment"}],
)
def test_a_process_that_is_dead_or_different_gets_no_run(ask, store, idle, started, changes):
    run, path = ask("AEKMeans"), idle(**changes)
    launch(run)
    assert started == ["deepclust.engine.training.worker"]
    assert path.exists()
    ensure_standby(store.root)  # it is replaced
    assert started[1:] == ["deepclust.engine.training.standby"]
    assert (standby_of(store.root).read().state, standby_of(store.root).read().same) == ("starting", "the same")


@pytest.mark.parametrize("text", ["", "{", "[]", "null", "3"])
def test_a_damaged_file_is_nobody(ask, store, idle, started, text):
    idle().write_text(text)
    launch(ask("AEKMeans"))
    assert started == ["deepclust.engine.training.worker"]


def test_without_a_standby_folder_a_worker_is_started(ask, started):
    launch(ask("AEKMeans"))
    assert started == ["deepclust.engine.training.worker"]


def test_ensure_starts_one_and_only_one(store, started):
    for _ in range(3):
        ensure_standby(store.root)
    assert started == ["deepclust.engine.training.standby"]


def test_a_folder_that_cannot_be_used_is_said_and_no_page_falls(tmp_path, started):
    (tmp_path / "file").write_text("")
    report = ensure_standby(tmp_path / "file" / "runs")
    assert (report.state, started) == ("failed", [])
    assert "cannot be written" in report.error


def test_ensure_tells_the_waiting_one_to_stay(store, idle, started):
    path = idle()
    os.utime(path, (time.time() - 1000, time.time() - 1000))
    ensure_standby(store.root)
    assert time.time() - path.stat().st_mtime < 10
    assert started == []


def test_sameness_is_cheap():
    begun = time.process_time()
    for _ in range(10):
        sameness()
    assert (time.process_time() - begun) / 10 < 0.1


def test_sameness_heeds_the_environment_that_training_depends_on(monkeypatch, tmp_path):
    monkeypatch.delenv("DEEPCLUST_DATA", raising=False)
    before = sameness()
    monkeypatch.setenv("DEEPCLUST_DATA", "/elsewhere")
    assert sameness() != before
    monkeypatch.delenv("DEEPCLUST_DATA")
    assert sameness() == before
    monkeypatch.setenv("WINDOWID", "7")
    assert sameness() == before
    monkeypatch.chdir(tmp_path)  # a relative $DEEPCLUST_DATA would mean something else there
    assert sameness() != before


# -- real processes ---------------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_the_waiting_process_becomes_the_worker_of_a_run(ask, store, workers, wait_until):
    run, twin = ask("DDLS"), ask("DDLS")
    idle = store.root / "standby" / "idle.json"
    ensure_standby(store.root)
    wait_until(lambda: standby_of(store.root).read().state == "running", "the standby process")
    pid = json.loads(idle.read_text())["pid"]
    process = psutil.Process(pid)
    assert process.nice() >= 5
    assert os.getsid(pid) == pid
    launch(run)
    assert run.status().pid == pid
    wait_until(lambda: run.status().state == "done", "the end of the run")
    assert not list(idle.parent.glob("*.taken"))
    wait_until(lambda: not process.is_running() or process.status() == psutil.STATUS_ZOMBIE, "its end", 20)
    train(twin, store)
    np.testing.assert_array_equal(run.result().labels, twin.result().labels)  # the warm-up left no trace


@pytest.mark.slow
def test_its_words_go_to_the_log_of_the_run(ask, store, workers, wait_until):
    run = ask("AEKMeans")
    (store.root.parent / "small.npz").unlink()
    ensure_standby(store.root)
    wait_until(lambda: standby_of(store.root).read().state == "running", "the standby process")
    launch(run)
    wait_until(lambda: run.status().state == "failed", "the failure")
    assert "Traceback" in run.log_tail()


@pytest.mark.slow
def test_it_ends_when_nobody_needs_it_and_a_second_one_ends_at_once(store, workers, wait_until):
    idle = store.root / "standby" / "idle.json"
    ensure_standby(store.root, idle_seconds=1.5)
    second = standby_of(store.root).spawn(str(store.root), sameness(), "1.5")  # past all that keeps to one
    wait_until(lambda: standby_of(store.root).read().state == "running", "the standby process")
    pid = json.loads(idle.read_text())["pid"]
    wait_until(lambda: not second.alive, "the end of the second", 20)
    wait_until(lambda: not idle.exists(), "its idle end", 20)
    wait_until(
        lambda: not psutil.pid_exists(pid) or psutil.Process(pid).status() == psutil.STATUS_ZOMBIE, "its end", 20
    )
