"""Selections of samples that a person has given names to, kept in the run's folder, with undo and redo."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from filelock import FileLock
from numpy.typing import NDArray

from deepclust.disk import make_folder, read_json, write_json
from deepclust.runs.edit_kinds import cleaned
from deepclust.runs.packing import packed_rows, unpacked_rows
from deepclust.runs.run import Run

Selections = dict[str, NDArray[np.int64]]
Step = Mapping[str, Any]  # {"name", "samples"}: the rows as text, None where the name was deleted

_FILE = "edits/selections.json"


def selections_of(run: Run) -> Selections:
    """The saved selections of a run by name, in the order in which they were made: row numbers int64, ascending.

    None where the file is missing or damaged.
    """
    steps, n_done = _read(run)
    saved: Selections = {}
    for step in steps[:n_done]:
        saved.pop(step["name"], None)
        if step["samples"] is not None:
            saved[step["name"]] = unpacked_rows(step["samples"], run.config.n_samples)
    return saved


def save_selection(run: Run, name: str, rows: NDArray[np.int64]) -> str:
    """Keep a selection under a name, in place of an earlier one of that name; returns the name as it is kept.

    ValueError for a name that is empty or too long, and for a selection without samples or with samples that are not there.
    """
    name = cleaned(name)
    if not name:
        raise ValueError("A selection needs a name. Say what these samples are.")
    if not len(rows) or rows.min() < 0 or rows.max() >= run.config.n_samples:
        raise ValueError(f"{len(rows)} samples were chosen, or some that are not there. Select at least one sample.")
    step = {"name": name, "samples": packed_rows(rows, run.config.n_samples)}
    _rewrite(run, lambda steps, n_done: ([*steps[:n_done], step], n_done + 1))
    return name


def delete_selection(run: Run, name: str) -> None:
    """Forget a selection; nothing happens where there is none of that name."""
    if name in selections_of(run):
        _rewrite(run, lambda steps, n_done: ([*steps[:n_done], {"name": name, "samples": None}], n_done + 1))


def undo(run: Run) -> None:
    """Take back what was saved or deleted last; nothing happens where there is nothing."""
    _rewrite(run, lambda steps, n_done: (steps, max(0, n_done - 1)))


def redo(run: Run) -> None:
    """Do again what was taken back last; nothing happens where there is nothing."""
    _rewrite(run, lambda steps, n_done: (steps, min(len(steps), n_done + 1)))


def can_be_undone(run: Run) -> tuple[bool, bool]:
    """Whether there is something to take back, and something to do again."""
    steps, n_done = _read(run)
    return n_done > 0, n_done < len(steps)


def _read(run: Run) -> tuple[list[Step], int]:
    try:
        kept = read_json(run.folder / _FILE)
        steps, n_done = kept["steps"], kept["done"]
        for step in steps:
            cleaned(step["name"])
            if step["samples"] is not None:
                unpacked_rows(step["samples"], run.config.n_samples)
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return [], 0
    valid = isinstance(steps, list) and type(n_done) is int and 0 <= n_done <= len(steps)
    return (steps, n_done) if valid else ([], 0)


def _rewrite(run: Run, change: Callable[[list[Step], int], tuple[list[Step], int]]) -> None:
    """Read, change and write in one step, so that two windows cannot mix theirs up."""
    make_folder((run.folder / _FILE).parent)
    with FileLock(run.folder / f"{_FILE}.lock", timeout=10):
        steps, n_done = change(*_read(run))
        write_json(run.folder / _FILE, {"done": n_done, "steps": steps})
