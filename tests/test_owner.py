"""Whose work it is: alive only as host, boot, pid and creation time together say, whatever happens to the clock."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import asdict, replace
from pathlib import Path

import psutil
import pytest

from deepclust.owner import Owner, process_of, recent, this_process

needs_boot = pytest.mark.skipif(
    not Path("/proc/self/stat").exists(), reason="creation times are since the boot on Linux"
)


@pytest.fixture
def sleeper() -> Iterator[subprocess.Popen[bytes]]:
    child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
    yield child
    child.kill()
    child.wait()


def test_this_process_lives_also_when_read_back_from_a_file():
    assert Owner.of(json.loads(json.dumps({**this_process(), "state": "running"}))).alive
    assert this_process()["pid"] == os.getpid()


def test_nobody_is_not_alive():
    assert not Owner().alive
    assert process_of(2**22 + 1).create_time is None
    assert not process_of(2**22 + 1).alive


def test_a_pid_that_was_given_to_another_process_is_not_alive():
    mine = Owner.of(this_process())
    assert mine.create_time is not None
    assert not replace(mine, create_time=mine.create_time - 1000).alive
    assert not replace(mine, create_time=None).alive


def test_a_zombie_is_not_alive():
    child = subprocess.Popen([sys.executable, "-c", "import sys; sys.stdin.read()"], stdin=subprocess.PIPE)
    owner = process_of(child.pid)
    assert owner.alive
    child.stdin.close()
    deadline = time.monotonic() + 10
    while psutil.Process(child.pid).status() != psutil.STATUS_ZOMBIE and time.monotonic() < deadline:
        time.sleep(0.02)
    assert psutil.pid_exists(child.pid)
    assert not owner.alive
    child.wait()


@needs_boot
def test_a_step_of_the_clock_changes_nothing(monkeypatch):
    """Linux tells creation times since the boot, and psutil adds the boot's time of day, which moves with the clock."""
    mine = Owner.of(this_process())
    booted = psutil.boot_time()
    for step in (2.0, -3600.0):
        monkeypatch.setattr("psutil._pslinux.boot_time", lambda step=step: booted + step)
        assert mine.alive
        assert asdict(process_of(os.getpid())) | {"heartbeat": 0} == asdict(mine) | {"heartbeat": 0}


@needs_boot
def test_the_same_pid_and_time_after_another_boot_is_another_process():
    mine = Owner.of(this_process())
    other = replace(mine, boot="another boot", heartbeat=time.time() - 120)
    assert not other.here
    assert not other.alive


def test_records_without_a_boot_are_read_by_the_time_of_day():
    created = psutil.Process().create_time()
    old = replace(Owner.of(this_process()), boot="", create_time=created)
    assert old.alive
    assert not replace(old, create_time=created - 5).alive


@pytest.mark.parametrize(("ago", "alive"), [(5, True), (120, False), (-120, False)])
def test_of_a_process_elsewhere_the_heartbeat_decides_unless_it_lies_in_the_future(ago, alive):
    elsewhere = Owner(pid=os.getpid(), create_time=0.0, host="elsewhere", heartbeat=time.time() - ago)
    assert elsewhere.alive is alive
    assert not elsewhere.here


@pytest.mark.parametrize(
    "damage",
    [{"pid": "12"}, {"pid": 1.5}, {"pid": []}, {"pid": -1}, {"create_time": "x"}, {"heartbeat": "x"}, {"host": 3}],
)
def test_a_damaged_record_names_nobody(damage):
    assert not Owner.of({**this_process(), **damage}).alive


def test_only_the_very_process_is_killed(sleeper):
    owner = process_of(sleeper.pid)
    assert owner.create_time is not None
    for other in (
        replace(owner, host="elsewhere"),
        replace(owner, boot="another boot"),
        replace(owner, create_time=owner.create_time - 60),
        Owner(heartbeat=time.time()),
    ):
        other.kill()
    assert sleeper.poll() is None
    owner.kill()
    assert sleeper.wait(5) is not None
    owner.kill()  # gone already


def test_recent_is_near_to_now_on_either_side():
    assert recent(time.time() - 5, 10)
    assert recent(time.time() + 5, 10)
    assert not recent(time.time() - 15, 10)
    assert not recent(time.time() + 15, 10)
