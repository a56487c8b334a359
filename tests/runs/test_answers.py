"""Answers to "two kinds or one?": kept, changed, taken back, and none where the file is damaged."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from deepclust.runs import Run
from deepclust.runs.answers import answers_of, give_answer


def test_answers_are_kept_changed_and_taken_back(ask: Callable[..., Run]) -> None:
    run = ask()
    assert answers_of(run) == {}
    give_answer(run, (4, 1, 7), "two")
    give_answer(run, (3, 0, 4), "one")
    give_answer(run, (4, 1, 7), "one")
    assert answers_of(Run(run.folder)) == {(3, 0, 4): "one", (4, 1, 7): "one"}
    give_answer(run, (4, 1, 7), None)
    assert answers_of(run) == {(3, 0, 4): "one"}


@pytest.mark.parametrize(
    "text", ["", "null", "{}", "[[1, 2, 3]]", '[[1, 2, "x", "two"]]', '[[1, 2, 3, "three"]]', "[" * 10**5]
)
def test_a_damaged_file_holds_no_answers_and_is_written_anew(ask: Callable[..., Run], text: str) -> None:
    run = ask()
    (run.folder / "edits").mkdir()
    (run.folder / "edits" / "answers.json").write_text(text)
    assert answers_of(run) == {}
    give_answer(run, (2, 0, 1), "two")
    assert answers_of(run) == {(2, 0, 1): "two"}


def test_another_answer_is_refused(ask: Callable[..., Run]) -> None:
    with pytest.raises(ValueError, match="'maybe' is no answer: say 'two' or 'one'"):
        give_answer(ask(), (2, 0, 1), "maybe")  # type: ignore[arg-type]
