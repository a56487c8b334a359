"""The worker's second thread: it keeps the heart beating and reads commands while a batch is computed."""

from __future__ import annotations

import shutil
import threading
import time
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from deepclust.engine.training.cards import Card, card_of
from deepclust.events import Event, Progress, Stage
from deepclust.methods import Method
from deepclust.owner import this_process
from deepclust.runs import Run, RunStatus

HEARTBEAT_EVERY = 1.0  # seconds
COMMANDS_EVERY = 0.1


class Control:
    """Between a run's folder and the method that is trained for it: status out, commands in."""

    def __init__(self, run: Run) -> None:
        self._run = run
        self._ended = threading.Event()
        self._lock = threading.Lock()
        self._thread = threading.Thread(target=self._beat, daemon=True)
        self._begun = time.monotonic()
        self._until: float | None = None
        self._before = 0.0  # training seconds of earlier processes
        self._paused = 0.0
        self._changes: dict[str, Any] = {}
        self._seen = 0, 0.0  # samples that were learned from, and at how many seconds of training
        self._plan: list[tuple[str, int]] = []
        self._method: Method | None = None
        self.command = run.command()

    @property
    def seconds(self) -> float:
        """Training time so far, pauses left out."""
        now = time.monotonic() if self._until is None else self._until
        return self._before + now - self._begun - self._paused

    @property
    def card(self) -> Card | None:
        """The card that the method computes on, as full as it is now; None before it has begun, and without one."""
        device = getattr(self._method, "device_", None)
        return None if device is None else card_of(device)

    def start(self) -> None:
        """Start the thread."""
        self._thread.start()

    def begin(self, method: Method, checkpoint: Mapping[str, Any] | None) -> None:
        """Training begins: the clock starts, and the method asks `gate` between its batches."""
        self._method = method
        self._plan = list(method.plan())
        self._begun, self._paused = time.monotonic(), 0.0
        self._before = checkpoint["seconds"] if checkpoint else 0.0
        self._seen = 0, self._before
        if hasattr(method, "between_batches"):
            method.between_batches = self.gate

    def trained(self) -> None:
        """Training is over: the clock stops."""
        self._until = time.monotonic()
        self.write(seconds=self.seconds)

    def gate(self) -> bool:
        """Wait while paused; False when training should end now."""
        if self.command == "pause":
            since = time.monotonic()
            self.write(state="paused")
            while self.command == "pause":
                time.sleep(COMMANDS_EVERY / 2)
            self._paused += time.monotonic() - since
            self.write(state="running")
        return self.command == "run"

    def note(self, event: Event) -> None:
        """Keep the status up with an event: stage, epoch, how much is done, and how long it may still take."""
        if isinstance(event, Stage):
            self._see_device()
            if self._method is not None:  # some stages depend on the data, which the method has seen by now
                self._plan = list(self._method.plan())
            self.write(stage=event.name, epoch=0, n_epochs=event.n_epochs)
        elif isinstance(event, Progress):
            names = [name for name, _ in self._plan]
            at = names.index(event.stage) if event.stage in names else 0
            done = sum(n for _, n in self._plan[:at]) + event.epoch
            total = max(sum(n for _, n in self._plan), done)
            n_epochs = self._plan[at][1] if self._plan else event.epoch
            self.write(
                stage=event.stage,
                epoch=event.epoch,
                n_epochs=n_epochs,
                fraction=done / total,
                eta=self.seconds / done * (total - done),
                seconds=self.seconds,
                memory=_memory(self._method),
                speed=self._speed(),
            )

    def _see_device(self) -> None:
        """Say what the method computes on, which it knows since it began: what "auto" has become, and what it is called."""
        device, card = getattr(self._method, "device_", None), self.card
        if card is not None:
            self.write(device=card.device, card=card.name, memory_total=card.total)
        elif device is not None:
            self.write(device=device.type)

    def _speed(self) -> float | None:
        """Samples that were learned from in a second of training, since the last time that this was asked."""
        seen, seconds = getattr(self._method, "n_seen_", 0), self.seconds
        new, spent = seen - self._seen[0], seconds - self._seen[1]
        self._seen = seen, seconds
        return new / spent if new > 0 and spent > 0 else None

    def write(self, **changes: Any) -> None:
        """Change the status; small changes wait for the next heartbeat, changes of state are written at once."""
        with self._lock:
            self._changes |= changes
        if "state" in changes or "message" in changes:
            self._flush()

    def end(self, state: str, message: str) -> RunStatus:
        """Write the last status."""
        self.finish()
        if not self._run.there:
            shutil.rmtree(self._run.folder, ignore_errors=True)  # what was written while somebody removed it
            return RunStatus(state="stopped", message="The folder of the run was deleted.")
        return self._run.set_status(
            **{**self._changes, "state": state, "message": message, "eta": None},
            ended=time.time(),
            heartbeat=time.time(),
        )

    def finish(self) -> None:
        """Stop the thread."""
        self._ended.set()
        if self._thread.is_alive():
            self._thread.join()

    def _flush(self) -> None:
        with self._lock:
            self._run.set_status(**self._changes, **this_process())
            self._changes.clear()

    def _beat(self) -> None:
        beaten = 0.0
        while not self._ended.wait(COMMANDS_EVERY):
            self.command = self._run.command()
            if time.monotonic() - beaten > HEARTBEAT_EVERY:
                beaten = time.monotonic()
                if not self._run.there:  # the folder was deleted: nobody wants the run
                    self.command = "discard"
                    return
                with suppress(OSError):  # a full disk, maybe for a moment
                    self._flush()


def _memory(method: Method | None) -> int | None:
    """Bytes in use: of the GPU where there is one, else of this process."""
    import psutil

    from deepclust.compute import device_memory

    device = getattr(method, "device_", None)
    on_device = device_memory(device) if device is not None else None
    return on_device if on_device is not None else int(psutil.Process().memory_info().rss)
