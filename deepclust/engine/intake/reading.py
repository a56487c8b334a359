"""Own data read and kept by a process of its own: a decoder that crashes or takes all memory does not end the app."""

from __future__ import annotations

import json
import sys
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from deepclust.apart import why_it_ended
from deepclust.data.own import keep_dataset
from deepclust.data.prepare import suggest
from deepclust.data.reading.kinds import kind_of_file
from deepclust.data.reading.read import read_file
from deepclust.engine.detached.process import run_apart

#: What compiled decoders read. The other kinds are read by NumPy and Python alone, at once and without a process.
APART = ("pictures", "hdf5", "mat", "table")


def read_and_keep(path: Path, title: str, choices: Mapping[str, Any], own_folder: Path) -> dict[str, Any]:
    """Read a file or folder, keep it in ``own_folder``, and return its reference, prepared as it suggests itself.

    ValueError, with what to do, for data that cannot be read or kept, and where reading them ended the process.
    """
    question = {"path": str(path), "title": title, "choices": dict(choices), "own_folder": str(own_folder)}
    if kind_of_file(path, title) not in APART:
        return _work(question)
    done = run_apart("deepclust.engine.intake.reading", json.dumps(question))
    try:
        answer = dict(json.loads(done.stdout.splitlines()[-1]))
    except (IndexError, ValueError):
        why = why_it_ended(done.returncode, done.stderr)
        raise ValueError(f"{title} could not be read: {why}. Nothing was kept.") from None
    if "problem" in answer:
        raise ValueError(answer["problem"])
    return dict(answer["ref"])


def _work(question: Mapping[str, Any]) -> dict[str, Any]:
    data = read_file(Path(question["path"]), question["choices"], question["title"])
    ref: dict[str, Any] = dict(keep_dataset(data, Path(question["own_folder"])))
    how = suggest(data).how
    return ref if how == "none" else {**ref, "prepare": {"how": how}}


def main() -> None:
    """Entry point of the process: what is asked comes as JSON, and a reference or a problem goes back as one line."""
    warnings.simplefilter("ignore")  # the last line of what is printed is the answer, or why there is none
    try:
        answer: dict[str, Any] = {"ref": _work(json.load(sys.stdin))}
    except ValueError as error:
        answer = {"problem": str(error)}
    print(json.dumps(answer))


if __name__ == "__main__":
    main()
