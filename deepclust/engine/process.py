"""Processes that outlive whoever starts them: in a session of their own, and collected when they have ended."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import IO

import deepclust

#: torch's threads sleep while they wait for each other. By default they spin, and where two processes share the cores
#: that made training two to three times slower (AEKMeans on 10,000 pictures, 2 cores: 71 to 105 s instead of 34).
SHARING = {"OMP_WAIT_POLICY": "PASSIVE"}

_children: list[subprocess.Popen[bytes]] = []


def start_detached(module: str, *arguments: str, log: IO[bytes]) -> None:
    """Start ``python -m module`` in a session of its own, from any working directory; output goes to ``log``."""
    here = str(Path(deepclust.__file__).resolve().parent.parent)
    path = os.pathsep.join([here, *filter(None, [os.environ.get("PYTHONPATH")])])
    process = subprocess.Popen(
        # -P: a file in the working directory must not take the place of a module of the same name
        [sys.executable, "-P", "-m", module, *arguments],
        stdin=subprocess.DEVNULL,
        stdout=log,
        stderr=subprocess.STDOUT,
        start_new_session=True,
        env={**SHARING, **os.environ, "PYTHONPATH": path},
    )
    _children.append(process)


def reap() -> None:
    """Collect processes that have ended, so that they do not stay as zombies while the server lives."""
    _children[:] = [child for child in _children if child.poll() is None]


def yield_to_the_page() -> None:
    """Lower the priority of this process, so that the page stays quick while it works."""
    if hasattr(os, "nice"):
        os.nice(5)
