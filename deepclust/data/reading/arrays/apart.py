"""Formats whose compiled readers crash on damaged files, or never end: read by a process of their own.

One changed byte of a .mat file can end the process that reads it (scipy), and one of an HDF5 file keep it busy for ever.
"""

from __future__ import annotations

import json
import subprocess
import threading
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np

from deepclust.apart import command, surroundings, why_it_ended
from deepclust.data.reading.arrays.names import Named

PATIENCE = 60.0  # seconds that a file may take, and one more for every SLOW bytes of it
SLOW = 4 * 2**20


def named_apart(reader: str, path: Path, label: str, max_bytes: int) -> Named:
    """What a function finds in a file: "package.module.function" of (path, label, max_bytes), which gives arrays by name.

    ValueError where it refuses the file, and where it ends without an answer or not at all.
    """
    patience = PATIENCE + path.stat().st_size / SLOW
    question = json.dumps([reader, str(path.absolute()), label, max_bytes])
    with subprocess.Popen(
        command("deepclust.data.reading.arrays.answer", question),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=surroundings(),
    ) as process:
        assert process.stdout is not None
        answer: Any = SimpleNamespace(read=process.stdout.read)  # numpy asks files of the system where they stand
        too_long = threading.Timer(patience, process.kill)
        too_long.start()
        try:
            names = json.loads(process.stdout.readline())
            # one after the other, each into its place: together they may take half of the memory
            arrays = {name: np.lib.format.read_array(answer) for name in names["arrays"]}
        except ValueError:  # it broke off
            process.stdout.close()
            code = process.wait()
            why = why_it_ended(code) if too_long.is_alive() else _endless(patience)
            raise ValueError(f"{label} could not be read: {why}.") from None
        finally:
            too_long.cancel()
            process.kill()
    if names["problem"]:
        raise ValueError(names["problem"])
    return Named(arrays, **names["about"])


def _endless(patience: float) -> str:
    return f"after {patience:.0f} s there was no end. It may be damaged: save it anew, or in another form"
