"""Work of a detached process: how it is started, watched, told to stop, and kept to one process at a time."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import KW_ONLY, asdict, dataclass, replace
from pathlib import Path
from typing import Any, Generic, Literal, Self, TypeVar

from filelock import FileLock, Timeout

from deepclust.disk import read_json, refusals, sweep, write_json
from deepclust.engine.detached.process import log_trace, reap, start_detached
from deepclust.owner import Owner, recent, this_process
from deepclust.records import Seconds, from_record

State = Literal["missing", "starting", "running", "done", "stopped", "failed", "lost"]
ENDED = ("missing", "done", "stopped", "failed", "lost")
STARTING = 60.0  # seconds after which a helper that ended before its first word is tried again
AT_ONCE = 5.0  # seconds that starting a process may take on a busy machine
LOOK_AGAIN = 0.05  # seconds between two looks at a lock


@dataclass(frozen=True)
class Report(Owner):
    """How far some work is, as the process that owns it last wrote it. doing: what at this moment; error: a sentence."""

    state: State = "missing"
    _: KW_ONLY
    doing: str = ""
    seconds: Seconds = 0.0
    error: str = ""

    @property
    def live(self) -> bool:
        """Whether a process works on it, or is about to."""
        return self.state not in ENDED

    def to_json(self) -> dict[str, Any]:
        """As a dict that `json` can write."""
        return asdict(self)

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> Self:
        """The report of a decoded file; fields of other versions are passed over. ValueError if it is damaged."""
        return from_record(cls, values)


R = TypeVar("R", bound=Report)


@dataclass(frozen=True)
class Work(Generic[R]):
    """Some work and its place on disk, in a folder that is there.

    path: the report (NAME.json); beside it lie NAME.log, NAME.stop, and two locks: NAME.lock is held by the process that
    does the work, NAME.start by whoever starts one. module: what ``python -m`` runs. kind: the class of the report.
    """

    path: Path
    module: str
    kind: type[R]

    def read(self) -> R:
        """The report as it is on disk: "missing" where there is none, "lost" where its process ended without a word."""
        report = self._last()
        if not report.live or report.alive or self._locked():
            return report
        return replace(
            report, state="lost", error=f"The process ended without a word. {self._beside('log')} may tell why."
        )

    def tell(self, report: R) -> None:
        """Write the report. DiskError where the disk does not take it, FileNotFoundError where the folder is gone."""
        write_json(self.path, report.to_json())

    def start(self, *arguments: str, first: R | None = None) -> R:
        """See that a process works on it: one that does already, or a new one. Returns its report.

        first: what is to be read until the new process speaks for itself. OSError or ValueError, in a sentence, where none
        can be started.
        """
        try:
            with self.starting():
                report = self.read()
                if not report.live:
                    sweep(self.path.parent)  # the one before may have been killed while it wrote
                    self._beside("stop").unlink(missing_ok=True)
                    report = replace(first or self.kind(), state="starting", **self.spawn(*arguments).identity)
                    self.tell(report)
                return report
        except Timeout:
            return self.read()  # another page is starting it

    def keep(self, *arguments: str, first: R | None = None) -> R:
        """`start` for a helper that no page depends on: where it cannot be started, its report says why.

        One that ended before its first word is left alone for a minute, as pages ask for helpers again and again.
        """
        try:
            last = self._last()
            if last.live and last.alive:
                return last
            if last.state == "starting" and recent(last.heartbeat, STARTING):
                return self.read()
            return self.start(*arguments, first=first)
        except (OSError, ValueError) as error:
            return self.kind("failed", error=failure(error))

    @contextmanager
    def starting(self) -> Iterator[None]:
        """Held while a process is started and this is written down, so that no second one is."""
        reap()
        with refusals(self.path.parent), self._hold("start", AT_ONCE):
            yield

    def spawn(self, *arguments: str) -> Owner:
        """Start a process, whatever there is already; what it prints goes to the log."""
        with refusals(self.path.parent), self._beside("log").open("ab") as log:
            return start_detached(self.module, *arguments, log=log)

    @contextmanager
    def lock(self, timeout: float = 2.0) -> Iterator[None]:
        """Held by the one process that does the work. `filelock.Timeout` where another one does."""
        with self._hold("start", -1):
            pass  # whoever started this process has written that down
        with self._hold("lock", timeout):
            yield

    def stop(self) -> None:
        """Ask the process to end after the step that it is at."""
        with refusals(self.path.parent):
            self._beside("stop").touch()

    def carry_out(self, report: R, steps: Iterable[Mapping[str, Any]], watch: Callable[[R], object] | None = None) -> R:
        """Do the work in this process: each step gives what changes in the report.

        The last report is "done", "stopped" (after a step, when it was asked to) or "failed". ``watch`` sees every one.
        ValueError where another process is at it.
        """
        try:
            with self.lock(timeout=1.0):
                return self._carry_out(report, steps, watch)
        except Timeout:
            raise ValueError("Another process is at this very work. Wait for it, or stop it.") from None

    def _carry_out(self, report: R, steps: Iterable[Mapping[str, Any]], watch: Callable[[R], object] | None) -> R:
        begun, stop = time.monotonic(), self._beside("stop")
        report = replace(report, state="running", **this_process())

        def tell(changes: Mapping[str, Any]) -> None:
            nonlocal report
            report = replace(report, **{"seconds": time.monotonic() - begun, "heartbeat": time.time(), **changes})
            self.tell(report)
            if watch is not None:
                watch(report)

        stop.unlink(missing_ok=True)
        try:
            for step in steps:
                if stop.exists():
                    tell({**step, "state": "stopped", "doing": ""})
                    break
                tell(step)
            else:
                tell({"state": "done", "doing": ""})
        except Exception as error:
            log_trace()
            with suppress(OSError):  # its folder may be gone, or the disk full
                tell({"state": "failed", "doing": "", "error": failure(error)})
        finally:
            stop.unlink(missing_ok=True)
        return report

    def _last(self) -> R:
        """The report as it was last written."""
        try:
            return self.kind.from_json(read_json(self.path))
        except (OSError, ValueError, TypeError, KeyError, AttributeError):
            return self.kind()

    def _locked(self) -> bool:
        """Whether a process holds the lock. The system knows this even where a report seems to be of a dead one."""
        try:
            with self._hold("lock", 0):
                return False
        except Timeout:
            return True
        except OSError:
            return False

    @contextmanager
    def _hold(self, which: str, timeout: float) -> Iterator[None]:
        lock, begun = FileLock(self._beside(which)), time.monotonic()
        while True:
            if not self.path.parent.is_dir():  # which the lock would make: a run that was removed must not come back
                raise FileNotFoundError(f"The folder {self.path.parent} is not there any more.")
            try:
                with refusals(self.path.parent):
                    lock.acquire(timeout=0)
                break
            except Timeout:
                if 0 <= timeout < time.monotonic() - begun:
                    raise
                time.sleep(LOOK_AGAIN)
        try:
            yield
        finally:
            lock.release()

    def _beside(self, ending: str) -> Path:
        return self.path.with_suffix(f".{ending}")


def failure(error: Exception) -> str:
    """An error as a sentence: our own speak for themselves, others are named."""
    return str(error) if isinstance(error, ValueError | OSError) else f"{type(error).__name__}: {error}"
