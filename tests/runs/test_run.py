"""One run's folder: status and when it is lost, commands, events as they grow, snapshots, labels for every k."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import time
from dataclasses import asdict

import numpy as np
import pytest

from deepclust.disk import save_arrays, write_json
from deepclust.events import Note, Progress, Snapshot, Stage
from deepclust.owner import process_of, this_process
from deepclust.results import ClusterResult


@pytest.fixture
def run(ask):
    return ask()


def progress(epoch: int) -> Progress:
    return Progress("Pre-training", epoch, {"loss": 1.0 / epoch}, 0.1)


def age(run, seconds: float) -> None:
    """Make the run look as if it had been created that long ago."""
    path = run.folder / "config.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), "created": time.time() - seconds}))
    run.__dict__.pop("config", None)


# -- status -----------------------------------------------------------------------------------------------------------


def test_status_is_written_in_steps_and_read_by_anyone(run, store):
    run.set_status(**this_process(), state="running", epoch=3)
    run.set_status(fraction=0.5)
    status = store.get(run.id).status()
    assert (status.state, status.epoch, status.fraction, status.alive) == ("running", 3, 0.5, True)
    assert not list(run.folder.glob(".status*"))


@pytest.mark.parametrize("text", ["", "{", "[]", "null", "3", '{"state": "flying"}', "\xff"])
def test_a_damaged_status_is_as_if_there_were_none(run, text):
    (run.folder / "status.json").write_text(text, encoding="latin-1")
    assert run.status().state == "queued"
    age(run, 60)
    assert run.status().state == "lost"


def test_fields_of_a_later_version_are_passed_over(run):
    write_json(run.folder / "status.json", {"state": "done", "invented_later": 1})
    assert run.status().state == "done"


def test_a_young_run_without_a_worker_is_not_lost(run):
    assert run.status().state == "queued"
    age(run, 60)
    assert run.status().state == "lost"
    run.set_status(heartbeat=time.time())  # launched again just now
    assert run.status().state == "queued"


@pytest.mark.parametrize("ahead", [60, 1e9])
def test_what_was_written_before_the_clock_was_set_back_does_not_count_as_young(run, ahead):
    age(run, -ahead)
    run.set_status(heartbeat=time.time() + ahead)
    assert run.status().state == "lost"
    run.set_status(heartbeat=time.time())  # launched again by the new clock
    assert run.status().state == "queued"
    run.set_status(state="running", pid=1, host="elsewhere", heartbeat=time.time() + ahead)
    assert run.status().state == "lost"


def test_lost_is_computed_for_a_dead_process_and_never_stored(run):
    child = subprocess.Popen([sys.executable, "-c", "pass"])
    owner = process_of(child.pid)
    child.wait()
    run.set_status(state="running", **asdict(owner))
    status = run.status()
    assert status.state == "lost"
    assert "without a word" in status.message
    assert json.loads((run.folder / "status.json").read_text())["state"] == "running"


def test_on_another_host_the_heartbeat_decides(run):
    run.set_status(state="running", pid=1, create_time=0.0, host="elsewhere", heartbeat=time.time() - 5)
    assert run.status().state == "running"
    run.set_status(heartbeat=time.time() - 120)
    assert run.status().state == "lost"


@pytest.mark.parametrize("state", ["done", "stopped", "failed"])
def test_a_run_that_ended_is_not_lost(run, state):
    run.set_status(state=state, pid=2**22 + 1, create_time=0.0, host=socket.gethostname())
    age(run, 1000)
    assert run.status().state == state


# -- commands ---------------------------------------------------------------------------------------------------------


def test_the_last_command_counts(run):
    assert run.command() == "run"
    for command in ("pause", "run", "stop", "discard"):
        run.send(command)
        assert run.command() == command


@pytest.mark.parametrize("text", ["", "{", "[]", "null", "{}", '{"command": "explode"}', '{"command": []}'])
def test_a_damaged_command_means_go_on(run, text):
    (run.folder / "command.json").write_text(text)
    assert run.command() == "run"


# -- events -----------------------------------------------------------------------------------------------------------


def test_events_are_read_as_they_grow(run):
    assert run.events() == ([], 0)
    run.record(Stage("Pre-training", 2, {"loss": "falls"}))
    run.record(progress(1))
    first, offset = run.events()
    assert [e["kind"] for e in first] == ["stage", "progress"]
    assert first[0]["terms"] == {"loss": "falls"}
    assert offset == run.events_size
    assert run.events(offset) == ([], offset)
    run.record(Note("warning", "Größe"))
    new, end = run.events(offset)
    assert [(e["kind"], e["text"]) for e in new] == [("note", "Größe")]
    assert end == run.events_size


def test_a_half_written_last_line_waits_for_the_next_call(run):
    run.record(progress(1))
    whole = json.dumps({"kind": "note", "level": "info", "text": "later"}).encode() + b"\n"
    with open(run.folder / "events.jsonl", "ab") as file:
        file.write(whole[:9])
    first, offset = run.events()
    assert [e["kind"] for e in first] == ["progress"]
    with open(run.folder / "events.jsonl", "ab") as file:
        file.write(whole[9:])
    second, _ = run.events(offset)
    assert [e["text"] for e in second] == ["later"]


def test_damaged_lines_are_left_out(run):
    run.record(progress(1))
    with open(run.folder / "events.jsonl", "ab") as file:
        file.write(b"{broken\n\n3\n[]\n\xff\xfe\n")
    run.record(progress(2))
    records, offset = run.events()
    assert [e["epoch"] for e in records] == [1, 2]
    assert offset == run.events_size


def test_losses_that_are_not_finite_survive(run):
    run.record(Progress("a", 1, {"loss": float("nan")}, 0.1))
    (record,), _ = run.events()
    assert np.isnan(record["losses"]["loss"])


# -- snapshots --------------------------------------------------------------------------------------------------------


def snapshot(epoch: int, scale: float = 1.0) -> Snapshot:
    embedding = np.arange(12, dtype=np.float32).reshape(4, 3) * scale
    return Snapshot("Stage I", epoch, np.arange(4), embedding, np.array([0, 1, 1, 0]))


def test_snapshots_are_numbered_files_with_points(run):
    run.record(snapshot(1), np.ones((4, 2), np.float32))
    run.record(snapshot(5))
    assert run.n_snapshots == 2
    first, last = run.snapshot(0), run.snapshot(-1)
    assert (int(first["epoch"]), int(last["epoch"])) == (1, 5)
    assert str(first["stage"]) == "Stage I"
    np.testing.assert_array_equal(first["embedding"], snapshot(1).embedding)
    np.testing.assert_array_equal(first["labels"], [0, 1, 1, 0])
    assert first["points"].shape == (4, 2)
    assert last["points"].shape == (0, 2)
    assert run.events() == ([], 0)


def test_large_numbers_are_not_cut_to_half_precision(run):
    run.record(snapshot(1, scale=1e6))
    np.testing.assert_array_equal(run.snapshot(0)["embedding"], snapshot(1, scale=1e6).embedding)


@pytest.mark.parametrize("number", [0, 1, -1, -2])
def test_a_snapshot_that_is_not_there(run, number):
    with pytest.raises(IndexError, match="has no snapshot"):
        run.snapshot(number)


@pytest.mark.parametrize("content", [b"", b"garbage", b"PK\x03\x04 truncated"])
def test_a_damaged_snapshot_is_a_value_error(run, content):
    run.record(snapshot(1))
    (run.folder / "snapshots" / "00000.npz").write_bytes(content)
    with pytest.raises(ValueError):  # noqa: PT011 - numpy's own words for some of them
        run.snapshot(0)


def test_rewind_forgets_what_was_told_after_a_checkpoint(run):
    run.record(progress(1))
    run.record(snapshot(1))
    size, count = run.events_size, run.n_snapshots
    for epoch in (2, 3):
        run.record(progress(epoch))
        run.record(snapshot(epoch))
    with open(run.folder / "events.jsonl", "ab") as file:
        file.write(b'{"kind": "prog')
    run.rewind(size, count)
    assert [e["epoch"] for e in run.events()[0]] == [1]
    assert [int(run.snapshot(i)["epoch"]) for i in range(run.n_snapshots)] == [1]
    run.rewind(10**9, 10**9)  # a checkpoint that is newer than the events makes nothing longer
    assert run.events_size == size
    run.rewind(0, 0)
    assert (run.events_size, run.n_snapshots) == (0, 0)


# -- what was found ---------------------------------------------------------------------------------------------------


def test_labels_for_every_k_come_back_in_the_order_of_k(run):
    save_arrays(run.folder / "labels_by_k.npz", {"10": np.arange(5, dtype=np.int16), "2": np.zeros(5, np.int16)})
    found = run.labels_by_k()
    assert list(found) == [2, 10]
    assert found[10].dtype == np.int64
    np.testing.assert_array_equal(found[10], np.arange(5))


@pytest.mark.parametrize("content", [None, b"", b"garbage", b"PK\x03\x04 truncated"])
def test_missing_or_damaged_labels_are_none_at_all(run, content):
    if content is not None:
        (run.folder / "labels_by_k.npz").write_bytes(content)
    assert run.labels_by_k() == {}


def test_a_result_comes_back(run):
    assert not run.has_result
    with pytest.raises(OSError, match=r"result\.npz"):
        run.result()
    ClusterResult(np.array([0, 1]), np.eye(2, dtype=np.float32), seconds=2.5).save(run.folder / "result.npz")
    assert run.has_result
    assert run.result().seconds == 2.5


@pytest.mark.parametrize("content", [b"", b"garbage", b"PK\x03\x04 truncated"])
def test_a_damaged_result_is_a_value_error(run, content):
    (run.folder / "result.npz").write_bytes(content)
    with pytest.raises(ValueError):  # noqa: PT011 - numpy's own words for some of them
        run.result()


@pytest.mark.parametrize("text", [None, "", "{", "3"])
def test_missing_or_damaged_metrics_are_empty(run, text):
    if text is not None:
        (run.folder / "metrics.json").write_text(text)
    assert run.metrics() == {}


def test_the_end_of_the_log(run):
    assert run.log_tail() == ""
    (run.folder / "worker.log").write_bytes(b"\xff\n" + b"".join(b"line %d\n" % i for i in range(5000)))
    assert run.log_tail(2) == "line 4998\nline 4999"
