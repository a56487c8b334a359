"""The question of a step: it is answered before the button is pressed, and compared with what happened afterwards."""

from __future__ import annotations

import numpy as np
import streamlit as st

from deepclust.lessons.lesson import Question
from deepclust.lessons.measures import MEASURES, Seen
from deepclust.runs import Run
from pages.lesson.play import Play
from pages.visit import cached, session
from pages.visit.say import plain

NEAR = 0.1  # share of the true number within which a guess counts as near


def asked(question: Question, key: str) -> str | float | None:
    """Draw the question; what has been answered by now, None where nothing has."""
    st.markdown(f"**{plain(question.ask)}**")
    if question.kind == "choices":
        choice: str | None = st.pills(
            "Your answer", list(question.choices), format_func=plain, key=f"answer-{key}", label_visibility="collapsed"
        )
        return choice
    if question.kind == "number":
        number: float | None = st.number_input(
            "Your guess",
            value=None,
            placeholder="Your guess",
            step=1.0,
            format="%g",
            key=f"answer-{key}",
            label_visibility="collapsed",
        )
        return number
    words = st.text_input(
        "Your answer", max_chars=200, placeholder="In your own words", key=f"answer-{key}", label_visibility="collapsed"
    ).strip()
    return words or None


def compared(play: Play) -> None:
    """The answer beside what happened, once the step has been seen."""
    question, answer = play.step.question, play.answer
    if question is None:
        return
    truth = _measured(question, play) if question.measure is not None else question.answer
    said = "" if answer is None else f"You said: **{plain(_written(answer))}**. "
    if truth is None:
        if said:
            st.info(f"{said}Compare it with what you see.", icon=":material/visibility:")
        return
    right = isinstance(answer, str) and answer == truth
    near = isinstance(answer, float | int) and isinstance(truth, float) and abs(answer - truth) <= NEAR * abs(truth)
    what = f" {MEASURES[question.measure][0]}" if question.measure is not None else ""
    if right or near:
        st.success(
            f"{said}{'That is how it is.' if right or answer == truth else f'It is {plain(_written(truth))}{what}.'}",
            icon=":material/check_circle:",
        )
    else:
        st.warning(f"{said}It is: **{plain(_written(truth))}**{what}.", icon=":material/lightbulb:")


def _written(answer: str | float) -> str:
    return answer if isinstance(answer, str) else f"{answer:,.6g}"


def _measured(question: Question, play: Play) -> float | None:
    run = play.run
    if question.measure is None or run is None or not run.has_result:
        return None
    earlier = [other for number, other in play.runs.items() if number < play.number and other.has_result]
    before = earlier[-1] if earlier else None
    return MEASURES[question.measure][1](
        Seen(_labels(run, play.step.look.k), None if before is None else cached.own_labels(before), _classes(run))
    )


def _labels(run: Run, k: int | None) -> np.ndarray:
    return cached.own_labels(run) if k is None else cached.outcome(run).by_k.get(k, cached.own_labels(run))


def _classes(run: Run) -> np.ndarray | None:
    data = cached.dataset(run.config.dataset)
    return data.judged if session.labels_revealed(data.fingerprint) else None
