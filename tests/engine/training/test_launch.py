"""Runs as processes: the queue, a killed parent, a killed worker, discard; the queue's rules also without processes."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import textwrap
import threading
import time
from dataclasses import asdict, replace
from pathlib import Path

import pytest
from filelock import FileLock

from deepclust.engine.training import queue
from deepclust.engine.training.launch import discard, launch, resume
from deepclust.engine.training.queue import slots_for, waiting_before, waiting_for
from deepclust.engine.training.worker import work
from deepclust.owner import process_of, this_process

REPOSITORY = Path(__file__).parents[3]
LONG = {"pretrain_epochs": 10_000, "n_channels": 8}  # longer than any test waits


# -- rules, without processes -----------------------------------------------------------------------------------------


def test_launch_puts_a_run_into_the_queue(ask, started):
    run = ask()
    run.set_status(state="failed", message="before", pid=1, create_time=0.0, host=socket.gethostname(), ended=1.0)
    run.send("stop")
    launch(run)
    status = run.status()
    assert (status.state, status.message, status.pid, status.ended) == ("queued", "", os.getpid(), None)
    assert run.command() == "run"
    assert started == ["deepclust.engine.training.worker"]


def test_a_run_that_has_a_worker_gets_no_second_one(ask, started):
    run = ask()
    run.set_status(**this_process(), state="paused")
    launch(run)
    assert started == []
    assert run.status().state == "paused"


def test_resume_lets_a_paused_run_go_on_and_starts_a_worker_for_one_that_ended(ask, started):
    run = ask()
    run.set_status(**this_process(), state="paused")
    run.send("pause")
    resume(run)
    assert (run.command(), started) == ("run", [])
    run.set_status(state="stopped")
    resume(run)
    assert started == ["deepclust.engine.training.worker"]


def test_a_second_worker_leaves_a_run_alone(ask, capsys, monkeypatch):
    monkeypatch.setattr("deepclust.engine.training.worker.LAST_WORKER", 0.1)
    run = ask()
    run.set_status(**this_process(), state="running", epoch=7)
    with FileLock(run.folder / "worker.lock"):
        other = threading.Thread(target=work, args=(run,))
        other.start()
        other.join()
    assert "Another process works on this run" in capsys.readouterr().err
    assert (run.status().state, run.status().epoch) == ("running", 7)


def test_the_order_of_the_queue_is_that_of_creation(ask, store):
    first, second, third = ask(), ask(), ask()
    for run in (third, second, first):
        run.set_status(**this_process(), state="queued")
    assert waiting_before(first, store) == []
    assert [r.id for r in waiting_before(third, store)] == [first.id, second.id]
    first.set_status(state="done")
    third.set_status(state="paused")  # it holds the device, though created later
    assert [r.id for r in waiting_before(second, store)] == [third.id]


def test_dead_runs_and_other_devices_do_not_block_the_queue(ask, store):
    dead, elsewhere, mine = ask(), ask(device="cuda:1"), ask()
    dead.set_status(state="running", pid=2**22 + 1, create_time=0.0, host=socket.gethostname())
    elsewhere.set_status(**this_process(), state="running")
    assert waiting_before(mine, store) == []


def test_cuda_and_its_first_gpu_are_one_device(ask):
    one, same, other = (slots_for(ask(device=device).config) for device in ("cuda", "cuda:0", "cuda:1"))
    assert one == same == ("cuda:0",)
    assert other == ("cuda:1",)


@pytest.fixture
def two_cards(monkeypatch):
    monkeypatch.setattr(queue, "likely_cards", lambda: 2)


def test_auto_takes_the_first_card_that_is_free(ask, store, two_cards):
    first, second, third = (ask("AEKMeans", device="auto") for _ in range(3))
    assert slots_for(first.config) == ("cuda:0", "cuda:1")
    assert slots_for(ask("KMeans", device="auto").config) == ("cpu",), "which computes without torch"
    first.set_status(**this_process(), state="running", device="cuda:0")
    second.set_status(**this_process(), state="queued")
    assert waiting_for(second, store) == ("cuda:1", [])
    with queue.slot(second, store) as granted:
        assert granted == "cuda:1"
        second.set_status(**this_process(), state="running", device=granted)
        device, ahead = waiting_for(third, store)
        assert (device, [run.id for run in ahead]) == ("cuda:0", [first.id]), "one at a time on each"
        only = ask("AEKMeans", device="cuda:1")
        assert [run.id for run in waiting_before(only, store)] == [second.id, third.id]
    second.set_status(state="done")
    assert waiting_for(third, store) == ("cuda:1", [])


def test_a_card_that_nothing_foretold_is_not_shared(ask, store):
    training, waits = ask("AEKMeans", device="auto"), ask("AEKMeans", device="cuda:0")
    training.set_status(**this_process(), state="running", device="cuda:0")  # in a container that hides what it has
    assert [run.id for run in waiting_before(waits, store)] == [training.id]


def test_a_run_that_is_queued_for_a_busy_card_keeps_nobody_from_the_free_one(ask, store, two_cards):
    training, waits, auto = (
        ask("AEKMeans", device="cuda:0"),
        ask("AEKMeans", device="cuda:0"),
        ask("AEKMeans", device="auto"),
    )
    training.set_status(**this_process(), state="running", device="cuda:0")
    waits.set_status(**this_process(), state="queued")
    assert waiting_for(auto, store) == ("cuda:1", [])


def test_a_queued_run_that_is_stopped_leaves_the_queue(ask):
    ahead, run = ask(), ask()
    ahead.set_status(**this_process(), state="running")
    threading.Timer(0.7, run.send, ["stop"]).start()
    status = work(run)
    assert (status.state, status.message) == ("stopped", "Taken out of the queue.")
    assert not run.events()[0]


def test_a_queued_run_trains_as_soon_as_the_device_is_free(ask):
    ahead, run = ask(), ask()
    ahead.set_status(**this_process(), state="running")
    threading.Timer(0.7, lambda: ahead.set_status(state="done")).start()
    begun = time.monotonic()
    assert work(run).state == "done"
    assert time.monotonic() - begun > 0.6


def test_discard_of_a_run_that_was_never_taken_up(ask, store):
    run = ask()
    discard(run, store, patience=0.2)
    assert not run.folder.exists()
    discard(run, store)  # a second click


def test_a_worker_that_does_not_answer_is_killed(ask, store):
    run = ask()
    deaf = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
    try:
        run.set_status(state="running", **asdict(process_of(deaf.pid)))
        discard(run, store, patience=0.2)
        assert deaf.wait(5) is not None
        assert not run.folder.exists()
    finally:
        deaf.kill()


@pytest.mark.parametrize("other", [{"host": "elsewhere"}, {"boot": "of a machine of the same name"}])
def test_discard_never_kills_a_process_of_another_machine(ask, store, other):
    run = ask()
    neighbour = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
    try:
        run.set_status(state="running", **asdict(replace(process_of(neighbour.pid), **other)))
        assert run.status().state == "running"  # its heart has beaten just now
        discard(run, store, patience=0.2)
        assert neighbour.poll() is None
        assert not run.folder.exists()
    finally:
        neighbour.kill()
        neighbour.wait()


def test_a_run_of_the_future_blocks_neither_the_queue_nor_its_own_resume(ask, store, started):
    """The clock was set back: what was written before that lies in the future."""
    mine = ask()
    ahead = store.create(replace(mine.config, created=mine.config.created - 7200))
    ahead.set_status(heartbeat=time.time() + 3600)
    assert waiting_before(mine, store) == []
    resume(ahead)
    assert started == ["deepclust.engine.training.worker"]


# -- real workers -----------------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_a_run_goes_on_when_whoever_started_it_is_killed(ask, store, workers, wait_until, tmp_path):
    run = ask("AEKMeans")
    script = tmp_path / "page.py"
    script.write_text(
        textwrap.dedent(
            """
            import sys, time
            from deepclust.engine.training.launch import launch
            from deepclust.runs import RunStore
            launch(RunStore(sys.argv[1]).get(sys.argv[2]))
            launch(RunStore(sys.argv[1]).get(sys.argv[2]))  # a double click
            print("launched", flush=True)
            time.sleep(600)
            """
        )
    )
    page = subprocess.Popen(
        [sys.executable, str(script), str(store.root), run.id],
        cwd=REPOSITORY,
        env={**os.environ, "PYTHONPATH": str(REPOSITORY)},
        stdout=subprocess.PIPE,
    )
    try:
        assert page.stdout is not None
        assert page.stdout.readline() == b"launched\n"
    finally:
        page.send_signal(signal.SIGKILL)
        page.wait()
        page.stdout.close()
    wait_until(lambda: run.status().state not in ("queued", "running"), "the end of the run")
    assert run.status().state == "done", run.log_tail()
    assert run.has_result
    epochs = [e["epoch"] for e in run.events()[0] if e["kind"] == "progress"]
    assert epochs == [1, 2, 3]  # one worker told it, not two


@pytest.mark.slow
def test_a_killed_worker_is_lost_and_its_run_goes_on_from_the_checkpoint(ask, workers, wait_until):
    run = ask("DDLS", **LONG)
    launch(run)
    wait_until((run.folder / "checkpoint.pt").exists, "the first checkpoint")
    wait_until(lambda: run.status().epoch > 2, "some epochs")
    worker = workers(run)
    assert worker.nice() >= 5
    worker.kill()
    wait_until(lambda: run.status().state == "lost", "the loss to be noticed", 5)
    assert not run.status().alive  # a zombie of this process, not alive
    with open(run.folder / "worker.log", "a") as log:
        log.write("Killed\n")
    assert run.log_tail().endswith("Killed")
    told = sum(e["kind"] == "progress" for e in run.events()[0])
    resume(run)
    assert run.status().state == "queued"
    wait_until(lambda: run.status().epoch > told, "epochs after those before")

    run.send("pause")  # and it listens
    wait_until(lambda: run.status().state == "paused", "the pause", 10)
    size, beat = run.events_size, run.status().heartbeat
    wait_until(lambda: run.status().heartbeat > beat, "a heartbeat while it is paused", 10)
    assert run.events_size == size
    resume(run)
    wait_until(lambda: run.status().state == "running" and run.events_size > size, "training again", 10)
    run.send("stop")
    wait_until(lambda: run.status().state == "stopped", "the stop", 30)
    assert run.has_result
    epochs = [e["epoch"] for e in run.events()[0] if e["kind"] == "progress"]
    assert epochs == list(range(1, len(epochs) + 1))
    assert len(epochs) > told > 1


@pytest.mark.slow
def test_one_run_at_a_time_and_the_next_when_it_is_discarded(ask, store, workers, wait_until):
    first, second, third, fourth = ask("DDLS", **LONG), ask("AEKMeans"), ask(), ask()
    launch(first)
    wait_until(lambda: first.status().epoch > 0, "the first run to train")
    for run in (fourth, third, second):
        launch(run)
    wait_until(lambda: all(r.status().pid for r in (second, third, fourth)), "workers in the queue")
    time.sleep(1.0)
    assert [r.status().state for r in (first, second, third, fourth)] == ["running"] + ["queued"] * 3
    third.send("stop")
    wait_until(lambda: third.status().state == "stopped", "the third to leave the queue", 10)
    discard(fourth, store)
    assert not fourth.folder.exists()
    assert first.status().state == "running"
    begun = time.monotonic()
    discard(first, store)
    assert time.monotonic() - begun < 8
    assert not first.folder.exists()
    wait_until(lambda: second.status().state == "done", "the second run")
    assert second.result().labels.shape == (90,)
    assert sorted(r.id for r in store.runs()) == sorted([second.id, third.id])
    assert not list(store.root.glob(".deleted*"))
