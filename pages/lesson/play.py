"""Where a class is in a lesson: the step, what was pressed and answered, and the runs so far. It stands in the address."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import streamlit as st

from deepclust.data.dataset import Dataset
from deepclust.lessons.lesson import Lesson, Step
from deepclust.lessons.link import lesson_of
from deepclust.lessons.playing import config_of, last_run, new_play, runs_of
from deepclust.runs import Run
from pages.parts.start import start_run
from pages.visit import cached, session

OWN = ("lesson", "step", "seen", "play", "class")  # in the address
LAST, FILE, ANSWERS = "lesson-last", "lesson-file", "lesson-answers"  # in the session
IN_SESSION = "file"  # stands for a lesson that is too long for an address


@dataclass(frozen=True)
class Play:
    """A lesson at one of its steps. seen: how many steps have had their button pressed; id: of its runs, "" without any."""

    lesson: Lesson
    number: int
    seen: int
    id: str
    classroom: bool

    @property
    def step(self) -> Step:
        return self.lesson.steps[self.number]

    @cached_property
    def runs(self) -> dict[int, Run]:
        """The runs so far, by the number of their step."""
        return runs_of(self.lesson, self.id, cached.store())

    @property
    def run(self) -> Run | None:
        """What this step trains, or looks at."""
        return self.runs.get(self.number) if self.step.train is not None else last_run(self.runs, self.number)

    @property
    def pressed(self) -> bool:
        """Whether the button of this step has been pressed, and what it started is still there."""
        return self.number < self.seen and self.run is not None

    @property
    def last(self) -> bool:
        return self.number == len(self.lesson.steps) - 1

    @property
    def hides_k(self) -> bool:
        """Whether the number of clusters is not told yet."""
        return "k" in self.lesson.hidden and self.seen < len(self.lesson.steps)

    def data(self) -> Dataset:
        """What the step, or the last one before it that trained, trains on. ValueError if it is not here."""
        trained = [t for n in range(self.number + 1) if (t := self.lesson.trained(n)) is not None]
        return cached.dataset(dict((trained[-1].data if trained else None) or self.lesson.data))

    def before(self) -> Play | None:
        """The same one step earlier, as it was seen; None at the first."""
        return replace(self, number=self.number - 1, seen=self.number) if self.number else None

    @property
    def answer(self) -> str | float | None:
        """What was answered at this step, as far as this session knows."""
        held: dict[tuple[str, int], str | float] = st.session_state.setdefault(ANSWERS, {})
        return held.get((self.id, self.number))


def opened() -> Play | None:
    """The lesson that the address names, else the last one of this session; None without any. ValueError for a bad one."""
    if not session.own_part("lesson"):
        session.keep_own(**st.session_state.get(LAST, {}))
    link = session.own_part("lesson")
    if not link:
        return None
    held = st.session_state.get(FILE) if link == IN_SESSION else None
    lesson = held if held is not None else lesson_of(link)
    st.session_state[LAST] = dict(st.session_state.own)
    steps = len(lesson.steps)
    return Play(
        lesson,
        min(_whole("step", 1), steps) - 1,
        min(_whole("seen", 0), steps),
        session.own_part("play")[:40],
        bool(session.own_part("class")),
    )


def _whole(name: str, least: int) -> int:
    text = session.own_part(name)
    return max(least, int(text)) if text.isascii() and text.isdecimal() and len(text) < 4 else least


def go(play: Play, by: int) -> None:
    """To the next step, or back."""
    session.keep_own(step=str(play.number + by + 1))


def press(play: Play, answer: str | float | None) -> None:
    """What the big button does: keep the answer, train what the step trains, uncover what it uncovers.

    ValueError or OSError, in words, where it cannot be done.
    """
    data, play_id = play.data(), play.id or new_play()
    if play.step.reveal or "labels" not in play.lesson.hidden:
        session.reveal_labels(data.fingerprint, True)
    if play.step.train is not None:
        seen = session.labels_revealed(data.fingerprint)
        start_run(config_of(play.lesson, play.number, play_id, data, seen))
    if answer is not None:
        st.session_state.setdefault(ANSWERS, {})[(play_id, play.number)] = answer
    session.keep_own(play=play_id, seen=str(max(play.seen, play.number + 1)))
