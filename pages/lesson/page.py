"""Lesson: a sentence, a question, one big button, and what happened; step by step, also in front of a class."""

from __future__ import annotations

import numpy as np
import streamlit as st

from deepclust.figures.live import small_map
from deepclust.runs import Run
from deepclust.runs.run import ENDED
from pages.lesson.head import head, without_lesson
from pages.lesson.live import watch
from pages.lesson.play import OWN, Play, go, opened, press
from pages.lesson.question import asked, compared
from pages.lesson.seen import MAP, seen
from pages.parts.strip import groundwork
from pages.visit import cached, say, session
from pages.visit.say import plain

SHEET = 48  # samples that are shown before anything has learned


def step(play: Play) -> None:
    """What is said, asked and answered on the left, what is seen on the right."""
    left, right = st.columns([0.38, 0.62], gap="large")
    run = play.run if play.pressed else None
    with left, st.container(key="lesson-words"):
        st.markdown(f"### {plain(play.step.say)}")
        if run is None:
            _before(play)
        elif run.status().state not in ENDED:
            st.button("It learns…", type="primary", disabled=True, key="lesson-button", width="stretch")
        else:
            _after(play, run)
    with right, st.container(key="lesson-view"):
        _view(play, run)


def _before(play: Play) -> None:
    question = play.step.question
    answer = None if question is None else asked(question, f"{play.id}-{play.number}")
    label = play.step.button or ("Train" if play.step.train is not None else "Show it")
    if st.button(
        plain(label),
        type="primary",
        shortcut="Right",
        key="lesson-button",
        width="stretch",
        disabled=question is not None and answer is None,
    ):
        with say.failures():
            press(play, answer)
            st.rerun()


def _after(play: Play, run: Run) -> None:
    if not run.has_result:
        status = run.status()
        say.error(status.message or "This run ended without a result.")
        if st.button("Once more", type="primary", key="lesson-button", width="stretch"):
            with say.failures():
                press(play, play.answer)
                st.rerun()
        return
    with say.failures():
        compared(play)
    if play.step.after:
        st.markdown(plain(play.step.after))
    if not play.last:
        if st.button("Next", type="primary", shortcut="Right", key="lesson-button", width="stretch"):
            go(play, 1)
            st.rerun()
        return
    st.markdown("**That was the lesson.**")
    if st.button("Explore what was found", type="primary", key="lesson-button", width="stretch"):
        session.look_at(run)
        st.switch_page("pages/explore/page.py", query_params=session.url_of(run))


def _view(play: Play, run: Run | None) -> None:
    """The run while it learns, what came out; before the button what was seen last, or the data."""
    if run is not None and run.status().state not in ENDED:
        watch(run, play.data(), play.classroom)
        return
    shown = play if run is not None else play.before()
    if shown is not None and shown.run is not None and shown.run.has_result and _same_data(play, shown):
        with say.failures():
            seen(shown, shown.run)
        return
    _raw(play)


def _same_data(play: Play, shown: Play) -> bool:
    return play.data().fingerprint == shown.data().fingerprint


def _raw(play: Play) -> None:
    """The data of the step as nobody has sorted them yet."""
    data = play.data()
    if data.feature_shape == (2,):
        points = data.X - data.X.mean(axis=0)
        st.echarts_chart(
            small_map(points / (points.std() or 1.0), np.zeros(data.n_samples, np.int64), 1, MAP),
            key=f"raw-{data.fingerprint}",
            height=MAP,
            alt=f"The points of {data.title}",
        )
    else:
        n = min(SHEET, data.n_samples)
        st.image(cached.sheet(data, SHEET), alt=f"{n} samples of {data.title}", width="stretch")
        st.caption(f"{n} of {data.n_samples:,} samples of {plain(data.title)}")


session.begin(OWN)
groundwork()
try:
    play = opened()
    if play is not None:
        play.data()
except ValueError as error:
    say.error(error)
    play = None
if play is None:
    without_lesson()
else:
    with st.container(key="classroom" if play.classroom else "lesson"):
        head(play)
        step(play)
