"""Python processes that stand beside this one: how they are called, and in words how they ended."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

_PACKAGES = str(Path(__file__).resolve().parent.parent)


def command(module: str, *arguments: str) -> list[str]:
    """What starts ``python -m module`` in the environment of `surroundings`."""
    # -P: a file in the working directory must not take the place of a module of the same name
    return [sys.executable, "-P", "-m", module, *arguments]


def surroundings() -> dict[str, str]:
    """The environment of this process, in which this package is found from any working directory."""
    packages = [_PACKAGES, *filter(None, [os.environ.get("PYTHONPATH")])]
    return {**os.environ, "PYTHONPATH": os.pathsep.join(packages)}


def why_it_ended(code: int, printed: str = "") -> str:
    """Why a process that read a file gave no answer, and what to do: from its return code and what it printed."""
    if code == -signal.SIGKILL or "MemoryError" in printed:
        return "there was not enough memory. Give fewer or smaller samples, or close other programs"
    last = (printed.strip().splitlines() or ["no word"])[-1][:200]
    how = last if code >= 0 else signal.Signals(-code).name
    return f"the program that reads it broke off ({how}). One of its files may be damaged: save it anew"
