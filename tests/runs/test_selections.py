"""Saved selections: kept under names, deleted, undone, done again, and none where the file is damaged."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from deepclust.runs import Run
from deepclust.runs.selections import can_be_undone, delete_selection, redo, save_selection, selections_of, undo


def kept(run: Run) -> dict[str, list[int]]:
    return {name: rows.tolist() for name, rows in selections_of(Run(run.folder)).items()}


def test_selections_are_kept_deleted_and_undone(ask: Callable[..., Run]) -> None:
    run = ask()
    assert kept(run) == {}
    assert save_selection(run, "  slanted\nones ", np.array([5, 2])) == "slanted ones"
    save_selection(run, "thick", np.array([0]))
    save_selection(run, "slanted ones", np.array([1]))
    assert kept(run) == {"thick": [0], "slanted ones": [1]}
    undo(run)
    assert kept(run) == {"slanted ones": [2, 5], "thick": [0]}
    redo(run)
    delete_selection(run, "thick")
    assert kept(run) == {"slanted ones": [1]}
    assert can_be_undone(run) == (True, False)
    for _ in range(6):
        undo(run)
    assert (kept(run), can_be_undone(run)) == ({}, (False, True))
    redo(run)
    save_selection(run, "new", np.array([3]))
    assert can_be_undone(run) == (True, False)
    assert kept(run) == {"slanted ones": [2, 5], "new": [3]}


def test_what_cannot_be_saved_is_refused(ask: Callable[..., Run]) -> None:
    run = ask()
    with pytest.raises(ValueError, match="needs a name"):
        save_selection(run, " \n", np.array([1]))
    for rows in ([], [-1], [10**6]):
        with pytest.raises(ValueError, match="Select at least one sample"):
            save_selection(run, "x", np.array(rows, np.int64))
    assert kept(run) == {}


@pytest.mark.parametrize(
    "text",
    [
        "",
        "null",
        "[]",
        '{"done": 1, "steps": []}',
        '{"done": 1, "steps": [{"name": "a", "samples": "!"}]}',
        '{"done": 1, "steps": [{"name": 3, "samples": null}]}',
        '{"done": true, "steps": [{"name": "a", "samples": null}]}',
    ],
)
def test_a_damaged_file_holds_no_selections_and_is_written_anew(ask: Callable[..., Run], text: str) -> None:
    run = ask()
    (run.folder / "edits").mkdir()
    (run.folder / "edits" / "selections.json").write_text(text)
    assert kept(run) == {}
    save_selection(run, "a", np.array([1]))
    assert kept(run) == {"a": [1]}
