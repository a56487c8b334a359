"""What a person has changed about the clusters of a run at one k, kept in its folder, with undo and redo.

A run's ``edits/K.json`` holds the list of edits and how many of them stand (those after it have been undone). What the
method found is never touched: `edited` applies the edits to it each time.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from filelock import FileLock

from deepclust.disk import write_json
from deepclust.runs.edit_kinds import (
    Edit,
    Gather,
    Labels,
    Merge,
    Names,
    Rename,
    Reset,
    Split,
    apply,
    cleaned,
    first_names,
)
from deepclust.runs.packing import packed, packed_rows, unpacked, unpacked_rows
from deepclust.runs.run import Run

UNREADABLE = b"?"  # what stands for a file that the system does not give: it reads as damaged


@dataclass(frozen=True, eq=False)
class Edited:
    """The clusters of a run at one k as they are now, and how they came to be.

    labels int64 (n,), names as in `apply`; done: the edits that stand; undone: those that a redo brings back, next one
    first. trouble: why the file of edits was left aside, if it was.
    """

    labels: Labels
    names: Names
    done: tuple[Edit, ...] = ()
    undone: tuple[Edit, ...] = ()
    trouble: str = ""

    @property
    def changed(self) -> bool:
        """Whether anything is other than the method found it."""
        return bool(self.done) and not isinstance(self.done[-1], Reset)


def edited(run: Run, k: int) -> tuple[Labels, Names]:
    """Labels int64 (n,) of a run at k with its edits, and a name for every number from 0 to the largest.

    Unedited where the file of edits is damaged. ValueError if the run has no clusters at k.
    """
    now = look(run, k)
    return now.labels, now.names


def as_found(labels: Labels) -> Edited:
    """The clusters that a method found, before any edit."""
    return Edited(labels, first_names(labels))


def look(run: Run, k: int, found: Labels | None = None, kept: bytes | None = None) -> Edited:
    """The clusters of a run at k with its edits. found, kept: what the method found there, and `stored`, if at hand.

    ValueError if the run has no clusters at k; a damaged file of edits is said in ``trouble``.
    """
    found = _found(run, k) if found is None else found
    text = stored(run, k) if kept is None else kept
    if not text:
        return as_found(found)
    unedited = found, first_names(found)
    try:
        said = json.loads(text)
        edits = [_from_json(values, len(found)) for values in said["edits"]]
        n_done, of = said["done"], said["of"]
        if type(n_done) is not int or not 0 <= n_done <= len(edits):
            raise ValueError(f"{n_done} edits stand")
        if of != _digest(found):
            trouble = (
                f"The edits of k = {k} were made when the method had found other clusters, before it was trained further. "
                "They are left aside; your next edit begins a new list."
            )
            return Edited(*unedited, trouble=trouble)
        labels, names = apply(*unedited, edits[:n_done])
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        trouble = (
            f"The edits of k = {k} are damaged, so that the clusters are shown as the method found them "
            f"({_file(run, k).name}: {error}). Your next edit begins a new list; the damaged one is kept beside it."
        )
        return Edited(*unedited, trouble=trouble)
    return Edited(labels, names, tuple(edits[:n_done]), tuple(edits[n_done:]))


def stored(run: Run, k: int) -> bytes:
    """The file of edits of a run at k; empty where there is none. It can be the key of a cache."""
    try:
        return _file(run, k).read_bytes()
    except FileNotFoundError:
        return b""
    except OSError:
        return UNREADABLE


def add(run: Run, k: int, edit: Edit) -> Edited:
    """Make an edit, forgetting those that were undone. ValueError, in words, for one that does not fit."""
    return _rewrite(run, k, lambda now: ((*now.done, edit), ()))


def undo(run: Run, k: int) -> Edited:
    """Take back the last edit; nothing happens where there is none."""
    return _rewrite(run, k, lambda now: (now.done[:-1], (*now.done[-1:], *now.undone)))


def redo(run: Run, k: int) -> Edited:
    """Make the edit again that was taken back last; nothing happens where there is none."""
    return _rewrite(run, k, lambda now: ((*now.done, *now.undone[:1]), now.undone[1:]))


def _rewrite(run: Run, k: int, change: Callable[[Edited], tuple[tuple[Edit, ...], tuple[Edit, ...]]]) -> Edited:
    """Read, change and write the edits in one step, so that two windows cannot mix theirs up."""
    path = _file(run, k)
    path.parent.mkdir(exist_ok=True)
    with FileLock(path.with_suffix(".lock"), timeout=10):
        found = _found(run, k)
        now = look(run, k, found)
        if now.trouble and path.exists():
            os.replace(path, path.with_suffix(".damaged"))
        done, undone = change(now)
        labels, names = apply(found, first_names(found), done)  # ValueError before anything is written
        kept = [_to_json(edit, len(found)) for edit in (*done, *undone)]
        write_json(path, {"k": k, "of": _digest(found), "done": len(done), "edits": kept})
    return Edited(labels, names, done, undone)


def _file(run: Run, k: int) -> Path:
    return run.folder / "edits" / f"{int(k)}.json"


def _found(run: Run, k: int) -> Labels:
    by_k = run.labels_by_k()
    if k in by_k:
        return by_k[k]
    if not by_k and k == run.config.n_clusters and run.has_result:
        return run.result().labels.astype(np.int64)
    there = f"{min(by_k)} to {max(by_k)}" if by_k else str(run.config.n_clusters)
    raise ValueError(f"The run {run.id} has no clusters at k = {k}. Choose {there}.")


def _digest(labels: Labels) -> str:
    return hashlib.blake2b(np.ascontiguousarray(labels, "<i8").tobytes(), digest_size=8).hexdigest()


def _to_json(edit: Edit, n: int) -> dict[str, Any]:
    match edit:
        case Rename():
            return {"what": "rename", "cluster": edit.cluster, "name": cleaned(edit.name)}
        case Merge():
            return {"what": "merge", "clusters": list(edit.clusters)}
        case Split():
            return {"what": "split", "cluster": edit.cluster, "parts": packed(edit.parts)}
        case Gather():
            return {"what": "gather", "samples": packed_rows(edit.samples, n)}
        case Reset():
            return {"what": "reset"}


def _from_json(values: dict[str, Any], n: int) -> Edit:
    match values:
        case {"what": "rename", "cluster": int(cluster), "name": str(name)}:
            return Rename(cluster, cleaned(name))
        case {"what": "merge", "clusters": list(clusters)} if all(type(c) is int for c in clusters):
            return Merge(tuple(clusters))
        case {"what": "split", "cluster": int(cluster), "parts": str(parts)}:
            return Split(cluster, unpacked(parts, n))
        case {"what": "gather", "samples": str(samples)}:
            return Gather(unpacked_rows(samples, n))
        case {"what": "reset"}:
            return Reset()
    raise ValueError(f"{str(values)[:60]!r} is no edit")
