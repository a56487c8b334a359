"""Processes that outlive whoever starts them: in a session of their own, and collected when they have ended."""

from __future__ import annotations

import hashlib
import logging
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import IO

import deepclust
from deepclust.apart import command, surroundings
from deepclust.owner import Owner, process_of

#: How long-running processes use the machine, unless the environment says otherwise. Threads sleep while they wait for
#: each other: by default they spin, and beside another busy process training took two to three times as long. Freed
#: memory is kept for the next batch (glibc only): by default each large tensor is fetched from the system page by page,
#: which cost a third of the time of convolutions.
HABITS = {"OMP_WAIT_POLICY": "PASSIVE", "MALLOC_MMAP_THRESHOLD_": str(2**30), "MALLOC_TRIM_THRESHOLD_": str(2**32)}

#: Variables that change what a training process does.
HEEDED = ("DEEPCLUST_", "CUDA_", "OMP_", "MKL_", "KMP_", "PYTHON", "PYTORCH_", "TORCH_", "MALLOC_")

_children: list[subprocess.Popen[bytes]] = []


def start_detached(module: str, *arguments: str, log: IO[bytes]) -> Owner:
    """Start ``python -m module`` in a session of its own, from any working directory; output goes to ``log``.

    OSError, in a sentence, where the system starts no further process.
    """
    try:
        process = subprocess.Popen(
            command(module, *arguments),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            env=_environment(),
        )
    except OSError as error:
        raise OSError(
            f"This machine starts no further process ({error.strerror or error}). Close other programs and try again."
        ) from error
    _children.append(process)
    return process_of(process.pid)


def run_apart(module: str, question: str, patience: float | None = None) -> subprocess.CompletedProcess[str]:
    """Run ``python -m module`` as `start_detached` would, give it a text, and wait for what it says and how it ends.

    patience: seconds after which it is ended; `subprocess.TimeoutExpired` then.
    """
    return subprocess.run(
        command(module),
        input=question,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
        timeout=patience,
        env=_environment() | {"PYTHONIOENCODING": "utf-8"},
    )


def _environment() -> dict[str, str]:
    """The surroundings of every process, with our habits."""
    return {**HABITS, **surroundings()}


def sameness() -> str:
    """What code, interpreter, folder and environment a process started now would have, in a few letters."""
    code = Path(deepclust.__file__).parent
    files = sorted((str(path), path.stat().st_mtime_ns) for path in code.rglob("*.py"))
    environment = sorted((k, v) for k, v in os.environ.items() if k.startswith(HEEDED))
    facts = repr((files, sys.executable, os.getcwd(), environment))
    return hashlib.sha256(facts.encode()).hexdigest()[:16]


def reap() -> None:
    """Collect processes that have ended, so that they do not stay as zombies while the server lives."""
    _children[:] = [child for child in _children if child.poll() is None]


class Untouched:
    """For how long a file has been left as it is, by a clock that nobody sets: its times are compared, but not believed."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._touched: int | None = None
        self._since = time.monotonic()

    def seconds(self) -> float:
        """Seconds since it was first seen as it is now; to be asked again and again."""
        touched = self._path.stat().st_mtime_ns if self._path.exists() else None
        if touched != self._touched:
            self._touched, self._since = touched, time.monotonic()
        return time.monotonic() - self._since


def yield_to_the_page() -> None:
    """Lower the priority of this process, so that the page stays quick while it works; traces go to its log."""
    show_traces()
    if hasattr(os, "nice"):
        os.nice(5)


def log_trace() -> None:
    """Keep where the present error came from, for those who look: the log of a detached process, or --debug."""
    logging.getLogger("deepclust").debug("What follows ended this work.", exc_info=True)


def show_traces() -> None:
    """Let `log_trace` write on the standard error of this process."""
    logger = logging.getLogger("deepclust")
    if not logger.handlers:
        logger.addHandler(logging.StreamHandler())
    logger.setLevel(logging.DEBUG)
