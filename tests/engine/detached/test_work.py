"""Work of a detached process: started once, watched, stopped, locked; and nothing that a clock or a disk does falls on a page."""

from __future__ import annotations

import errno
import json
import os
import subprocess
import threading
import time
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest
from filelock import FileLock, Timeout

from deepclust.disk import DiskError
from deepclust.engine.detached import work as module
from deepclust.engine.detached.process import Untouched
from deepclust.engine.detached.work import Report, Work
from deepclust.owner import Owner, this_process


@dataclass(frozen=True)
class Counted(Report):
    count: int = 0


@pytest.fixture
def work(tmp_path: Path) -> Work[Counted]:
    return Work(tmp_path / "some.json", "a.module", Counted)


@pytest.fixture
def stillborn(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Processes end before their first word."""
    modules: list[str] = []

    def start(module: str, *arguments: str, log: object) -> Owner:
        modules.append(module)
        return Owner.of({**this_process(), "pid": 2**22 + 1})

    monkeypatch.setattr(module, "start_detached", start)
    return modules


# -- read and tell ----------------------------------------------------------------------------------------------------


def test_what_is_told_is_read(work):
    assert work.read() == Counted()
    report = Counted("running", 3, doing="counting", **this_process())
    work.tell(report)
    assert work.read() == report
    assert work.read().live


def test_fields_of_other_versions_are_passed_over(work):
    work.path.write_text(json.dumps({"state": "done", "count": 7, "now": "x", "invented_later": 1}))
    assert work.read() == Counted("done", 7)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        "null",
        "3",
        '{"state": "flying"}',
        '{"state": []}',
        '{"state": "done", "seconds": "x"}',
        "[" * 9999,
        '{"state": "done", "doing": 3}',
        '{"state": "failed", "error": {}}',
    ],
)
def test_a_damaged_report_is_none(work, text):
    work.path.write_text(text)
    assert work.read() == Counted()


def test_a_process_that_ended_without_a_word_is_lost(work):
    work.tell(Counted("running", 3, **{**this_process(), "pid": 2**22 + 1}))
    report = work.read()
    assert (report.state, report.count) == ("lost", 3)
    assert "without a word" in report.error
    assert not report.live


def test_a_lock_that_is_held_is_believed_more_than_a_report(work):
    """Where creation times move with the clock, a step of it makes the living look dead, but not the lock."""
    work.tell(Counted("running", **{**this_process(), "create_time": 0.0}))
    assert work.read().state == "lost"
    with FileLock(work.path.with_suffix(".lock")):
        assert work.read().state == "running"


# -- start ------------------------------------------------------------------------------------------------------------


def test_it_is_started_once(work, started):
    first = work.start("x", first=Counted(count=9))
    assert (first.state, first.count, first.pid) == ("starting", 9, os.getpid())
    assert [work.start("x") for _ in range(5)] == [first] * 5
    assert started == ["a.module"]


def test_what_one_that_was_killed_left_unfinished_is_removed(work, started):
    unfinished = work.path.with_name(f".{work.path.name}.{2**22 + 1}.0a1b2c3d.part")
    unfinished.write_text("{")
    os.utime(unfinished, (time.time() - 3600, time.time() - 3600))
    work.start("x")
    assert not unfinished.exists()


def test_of_many_starts_at_once_one_starts(work, started):
    gate = threading.Barrier(8)

    def start():
        gate.wait()
        work.start("x")

    threads = [threading.Thread(target=start) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert started == ["a.module"]


def test_what_has_ended_is_started_again(work, started):
    for state in ("done", "stopped", "failed"):
        work.tell(Counted(state))
        assert work.start("x").state == "starting"
    assert len(started) == 3


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="creation times are since the boot on Linux")
def test_a_step_of_the_clock_starts_nothing(work, started, monkeypatch):
    work.keep("x")
    booted, today = psutil.boot_time(), time.time
    for step in (2.0, 1e6, -1e6):
        monkeypatch.setattr("psutil._pslinux.boot_time", lambda step=step: booted + step)
        monkeypatch.setattr(time, "time", lambda step=step: today() + step)
        assert {work.keep("x").state for _ in range(12)} == {"starting"}
    assert started == ["a.module"]


def test_a_helper_that_ends_before_its_first_word_is_not_started_at_every_look(work, stillborn):
    assert work.keep("x").state == "starting"
    assert {work.keep("x").state for _ in range(12)} == {"lost"}
    assert "may tell why" in work.read().error
    assert len(stillborn) == 1
    last = json.loads(work.path.read_text())
    for heartbeat in (time.time() - 90, time.time() + 90):  # a minute ago, or of a clock that was set back since
        work.path.write_text(json.dumps({**last, "heartbeat": heartbeat}))
        work.keep("x")
    assert len(stillborn) == 3


def test_what_somebody_asks_for_is_tried_at_once(work, stillborn):
    work.start("x")
    work.start("x")
    assert len(stillborn) == 2


def test_a_machine_that_starts_no_process_is_said(work, monkeypatch):
    def refused(*a, **k):
        raise BlockingIOError(11, "Resource temporarily unavailable")

    monkeypatch.setattr(subprocess, "Popen", refused)
    with pytest.raises(OSError, match=r"starts no further process \(Resource temporarily unavailable\)\. Close"):
        work.start("x")
    report = work.keep("x")
    assert report.state == "failed"
    assert "starts no further process" in report.error
    assert not work.path.exists()


def test_a_disk_that_takes_nothing_is_said(tmp_path, started):
    (tmp_path / "file").write_text("")
    report = Work(tmp_path / "file" / "some.json", "a.module", Counted).keep("x")
    assert report.state == "failed"
    assert "not there any more" in report.error
    assert started == []


def test_a_folder_that_takes_no_lock_is_said(work, monkeypatch):
    def refused(lock: FileLock, timeout: float) -> None:
        raise OSError(errno.EROFS, os.strerror(errno.EROFS), lock.lock_file)

    monkeypatch.setattr(FileLock, "acquire", refused)
    with pytest.raises(DiskError, match=r"^The folder .* cannot be written \(Read-only file system\)\. Choose another"):
        work.carry_out(Counted(), steps(1))


def test_a_folder_that_was_removed_is_not_brought_back(tmp_path, started):
    work = Work(tmp_path / "gone" / "some.json", "a.module", Counted)
    with pytest.raises(FileNotFoundError):
        work.start("x")
    with pytest.raises(FileNotFoundError), work.lock():
        pass
    with pytest.raises(FileNotFoundError):
        work.tell(Counted())
    assert not (tmp_path / "gone").exists()


def test_a_real_process_is_known_from_its_start_on(tmp_path, monkeypatch):
    (tmp_path / "sleeper.py").write_text("import sys, time\nprint('awake', flush=True)\ntime.sleep(600)\n")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    work = Work(tmp_path / "some.json", "sleeper", Report)
    report = work.start()
    try:
        assert report.alive
        assert psutil.Process(report.pid).cmdline()[-2:] == ["-m", "sleeper"]
        assert work.start() == report
    finally:
        report.kill()
    assert work.read().state == "lost"


# -- the work itself --------------------------------------------------------------------------------------------------


def steps(*counts: int):
    for count in counts:
        yield {"count": count, "doing": f"number {count}"}


def test_every_step_is_told(work):
    seen = []
    last = work.carry_out(Counted(), steps(1, 2), lambda report: seen.append(work.read()))
    assert [(r.state, r.count, r.doing) for r in seen] == [
        ("running", 1, "number 1"),
        ("running", 2, "number 2"),
        ("done", 2, ""),
    ]
    assert last == work.read()
    assert last.pid == os.getpid()


def test_it_stops_after_the_step_that_it_is_at(work):
    work.stop()  # meant for the one before
    last = work.carry_out(Counted(), steps(1, 2, 3), lambda report: work.stop() if report.count == 1 else None)
    assert (last.state, last.count) == ("stopped", 2)
    assert not work.path.with_suffix(".stop").exists()


def test_an_error_ends_it_in_a_sentence(work):
    def fails():
        yield {"count": 1}
        raise ValueError("It cannot be counted further.")

    last = work.carry_out(Counted(), fails())
    assert (last.state, last.count, last.error) == ("failed", 1, "It cannot be counted further.")
    assert work.read() == last


def test_a_folder_that_is_removed_meanwhile_ends_it(tmp_path):
    folder = tmp_path / "run"
    folder.mkdir()
    work = Work(folder / "some.json", "a.module", Counted)

    def removes():
        yield {"count": 1}
        for path in folder.iterdir():
            path.unlink()
        folder.rmdir()
        yield {"count": 2}

    assert work.carry_out(Counted(), removes()).state == "failed"
    assert not folder.exists()


def test_two_at_once_are_one_too_many(work):
    with work.lock():
        with pytest.raises(Timeout), work.lock(timeout=0):
            pass
        with pytest.raises(ValueError, match="Another process"):
            work.carry_out(Counted(), steps(1))


def test_the_work_begins_once_it_is_written_down_that_it_was_started(work):
    order = []

    def process():
        with work.lock():
            order.append("begun")

    thread = threading.Thread(target=process)
    with work.starting():
        thread.start()
        time.sleep(0.2)
        order.append("written down")
    thread.join()
    assert order == ["written down", "begun"]


# -- files that tell whether anybody is there ---------------------------------------------------------------------------


def test_untouched_counts_by_a_clock_that_nobody_sets(tmp_path, monkeypatch):
    clock = [100.0]
    monkeypatch.setattr(time, "monotonic", lambda: clock[0])
    path = tmp_path / "touched"
    untouched = Untouched(path)
    clock[0] += 5
    assert untouched.seconds() == 5  # never there
    path.touch()
    assert untouched.seconds() == 0
    os.utime(path, (1e9, 4e9))  # the clock was set
    clock[0] += 3
    assert untouched.seconds() == 0
    clock[0] += 3
    assert untouched.seconds() == 3
