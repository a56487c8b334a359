"""Real worker processes for tests: waited for with patience, and none left behind."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import psutil
import pytest

from deepclust.engine.detached import process, work
from deepclust.owner import Owner, process_of
from deepclust.runs import Run, RunStore

PATIENCE = 90.0  # seconds; a busy machine takes long to load torch


@pytest.fixture
def wait_until() -> Callable[..., None]:
    """Wait until something is so, or fail with what was waited for."""

    def wait(condition: Callable[[], object], what: str, patience: float = PATIENCE) -> None:
        deadline = time.monotonic() + patience
        while not condition():
            assert time.monotonic() < deadline, f"waited {patience:.0f} s in vain for: {what}"
            time.sleep(0.05)

    return wait


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What would be started as processes, while none is: this very process stands for each of them."""
    modules: list[str] = []

    def start(module: str, *arguments: str, log: object) -> Owner:
        modules.append(module)
        return process_of(os.getpid())

    monkeypatch.setattr(work, "start_detached", start)
    return modules


@pytest.fixture
def workers(store: RunStore) -> Iterator[Callable[[Run], psutil.Process]]:
    """The worker of a run as a process. All that serve the runs folder of the test are killed when it ends."""
    yield lambda run: psutil.Process(run.status().pid)
    for child in psutil.process_iter(["cmdline"]):
        if any(_inside(word, store.root) for word in child.info["cmdline"] or ()):
            with suppress(psutil.Error):
                child.kill()
                child.wait(5)
    for started in process._children:  # one that is just ending has no command line any more
        started.kill()
        started.wait(10)
    process.reap()


def _inside(word: str, root: Path) -> bool:
    return word.startswith(str(root))
