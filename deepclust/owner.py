"""Whose work something on disk is: host, boot, pid and creation time together, so that no other process is taken for it."""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, fields
from functools import cache
from pathlib import Path
from typing import Annotated, Any

import psutil

from deepclust.records import Moment, Within, from_record

ELSEWHERE = 30.0  # seconds after its last heartbeat for which a process that cannot be looked at counts as alive


@dataclass(frozen=True, kw_only=True)
class Owner:
    """The process that a record on disk belongs to; no pid: none has taken it yet.

    create_time: when it was created, in seconds since the boot that ``boot`` names (Linux: a clock that is set does not
    change it), else since 1970. heartbeat: when it last spoke, in seconds since 1970.
    """

    pid: Annotated[int, Within(1, 2**31)] | None = None
    create_time: Moment | None = None
    host: str = ""
    boot: str = ""
    heartbeat: Moment = 0.0

    @classmethod
    def of(cls, record: Mapping[str, Any]) -> Owner:
        """The owner that a decoded record names; nobody where it names none, or not rightly."""
        try:
            return from_record(Owner, {name: value for name, value in record.items() if value is not None})
        except ValueError:
            return Owner()

    @property
    def identity(self) -> dict[str, Any]:
        """The fields that say which process it is, to be taken over into another record."""
        return {f.name: getattr(self, f.name) for f in fields(Owner)}

    @property
    def here(self) -> bool:
        """Whether its pid means anything to this process: the same host, boot and table of processes."""
        return self.host == socket.gethostname() and self.boot in ("", _boot())

    @property
    def alive(self) -> bool:
        """Whether this very process runs; one that cannot be looked at from here does if it has spoken lately."""
        if self.pid is None:
            return False
        if not self.here:
            return recent(self.heartbeat, ELSEWHERE)
        created = _created(self.pid, self.boot)
        # only times since 1970 move with the clock, and are rounded differently from process to process
        return created is not None and abs(created - (self.create_time or 0.0)) < (1e-3 if self.boot else 1.0)

    def kill(self, patience: float = 5.0) -> None:
        """End this very process at once. One of another host, and one that has got its pid since, are left alone."""
        with suppress(psutil.Error):  # it may end by itself at this moment
            if self.here and self.pid is not None:
                process = psutil.Process(self.pid)
                if self.alive:
                    process.kill()
                    process.wait(patience)


def this_process() -> dict[str, Any]:
    """The fields of an `Owner` that say: this process, now."""
    return process_of(os.getpid()).identity


def process_of(pid: int) -> Owner:
    """The process that has a pid of this host now, whose heart beats now."""
    boot = _boot()
    return Owner(pid=pid, create_time=_created(pid, boot), host=socket.gethostname(), boot=boot, heartbeat=time.time())


def recent(moment: float, seconds: float) -> bool:
    """Whether a time since 1970 lies within so many seconds of now, to either side: after the clock was set back, what
    was written before must not count as fresh until the clock has caught up."""
    return abs(time.time() - moment) < seconds


def _created(pid: int, boot: str) -> float | None:
    """When a process of this host was created, in the terms of `Owner`; None if there is none, or only its zombie."""
    if boot:
        try:
            fields = Path(f"/proc/{pid}/stat").read_bytes().rpartition(b")")[2].split()  # from the third on: proc(5)
        except OSError:
            return None
        return None if fields[0] in b"ZX" else int(fields[19]) / os.sysconf("SC_CLK_TCK")
    try:
        process = psutil.Process(pid)
        return None if process.status() == psutil.STATUS_ZOMBIE else float(process.create_time())
    except psutil.Error:
        return None


@cache
def _boot() -> str:
    """Which boot of the system, and which of its tables of processes, this process counts by; "" where none has a name."""
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="utf-8").strip()
        return f"{boot} {os.readlink('/proc/self/ns/pid')}"
    except OSError:
        return ""
