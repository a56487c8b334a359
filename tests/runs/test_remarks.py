"""What a person says of a run: kept as it was said, and nothing where the file is a stranger's."""

from __future__ import annotations

import pytest

from deepclust.runs.remarks import LONGEST_NOTE, MOST_TAGS, Remarks, remarks_of, say_of


def test_nothing_is_said_at_first(ask):
    assert remarks_of(ask()) == Remarks()


def test_what_is_said_is_kept_without_what_cannot_be_seen(ask):
    run = ask()
    kept = say_of(
        run, Remarks(" the best\u202e one\n", ("zebra", " Anna ", "", "zebra"), "first line\x00 \n second\n\n")
    )
    assert kept == Remarks("the best one", ("Anna", "zebra"), "first line\nsecond")
    assert remarks_of(run) == kept


@pytest.mark.parametrize(
    "remarks",
    [
        Remarks(name="x" * 61),
        Remarks(tags=("y" * 61,)),
        Remarks(tags=tuple(f"tag {number}" for number in range(MOST_TAGS + 1))),
        Remarks(note="z" * (LONGEST_NOTE + 1)),
    ],
)
def test_too_much_is_refused_and_nothing_changes(ask, remarks):
    run = ask()
    before = say_of(run, Remarks("a name"))
    with pytest.raises(ValueError, match="at most"):
        say_of(run, remarks)
    assert remarks_of(run) == before


@pytest.mark.parametrize("text", ["", "[]", '{"name": 3}', '{"tags": "abc"}', '{"name": "' + "x" * 99 + '"}'])
def test_a_damaged_file_says_nothing(ask, text):
    run = ask()
    (run.folder / "remarks.json").write_text(text)
    assert remarks_of(run) == Remarks()
