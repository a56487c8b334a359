"""What a person has answered to "two kinds or one?" where pictures change hands between two k, kept in the run's folder."""

from __future__ import annotations

from typing import Literal

from filelock import FileLock

from deepclust.disk import make_folder, read_json, write_json
from deepclust.runs.run import Run

Answer = Literal["two", "one"]
#: The smaller k of the two, the cluster there, and the cluster of the next k that its samples go to.
Question = tuple[int, int, int]

_FILE = "edits/answers.json"


def answers_of(run: Run) -> dict[Question, Answer]:
    """All answers of a run; none where the file is missing or damaged."""
    try:
        said = read_json(run.folder / _FILE)
    except (OSError, ValueError):
        return {}
    kept: dict[Question, Answer] = {}
    for entry in said if isinstance(said, list) else ():
        match entry:
            case [int(k), int(source), int(target), ("two" | "one") as answer]:
                kept[k, source, target] = answer
    return kept


def give_answer(run: Run, question: Question, answer: Answer | None) -> None:
    """Keep an answer in place of an earlier one; None takes it back. ValueError for another answer."""
    if answer not in ("two", "one", None):
        raise ValueError(f"{answer!r} is no answer: say 'two' or 'one', or None to take it back.")
    make_folder((run.folder / _FILE).parent)
    with FileLock(run.folder / f"{_FILE}.lock", timeout=10):
        kept = answers_of(run)
        kept.pop(question, None)
        if answer is not None:
            kept[question] = answer
        write_json(run.folder / _FILE, [[*asked, said] for asked, said in sorted(kept.items())])  # type: ignore[arg-type]
