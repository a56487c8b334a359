"""Processes that outlive whoever starts them: in a session of their own, and collected when they have ended."""

from __future__ import annotations

import hashlib
import logging
import os
import subprocess
import sys
from pathlib import Path
from typing import IO

import deepclust

#: How long-running processes use the machine, unless the environment says otherwise. Threads sleep while they wait for
#: each other: by default they spin, and beside another busy process training took two to three times as long. Freed
#: memory is kept for the next batch (glibc only): by default each large tensor is fetched from the system page by page,
#: which cost a third of the time of convolutions.
HABITS = {"OMP_WAIT_POLICY": "PASSIVE", "MALLOC_MMAP_THRESHOLD_": str(2**30), "MALLOC_TRIM_THRESHOLD_": str(2**32)}

#: Variables that change what a training process does.
HEEDED = ("DEEPCLUST_", "CUDA_", "OMP_", "MKL_", "KMP_", "PYTHON", "PYTORCH_", "TORCH_", "MALLOC_")

_children: list[subprocess.Popen[bytes]] = []


def start_detached(module: str, *arguments: str, log: IO[bytes]) -> None:
    """Start ``python -m module`` in a session of its own, from any working directory; output goes to ``log``."""
    process = subprocess.Popen(
        # -P: a file in the working directory must not take the place of a module of the same name
        [sys.executable, "-P", "-m", module, *arguments],
        stdin=subprocess.DEVNULL,
        stdout=log,
        stderr=subprocess.STDOUT,
        start_new_session=True,
        env={**HABITS, **os.environ, "PYTHONPATH": import_path()},
    )
    _children.append(process)


def import_path() -> str:
    """PYTHONPATH of a child that shall find this package from any working directory."""
    here = str(Path(deepclust.__file__).resolve().parent.parent)
    return os.pathsep.join([here, *filter(None, [os.environ.get("PYTHONPATH")])])


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
