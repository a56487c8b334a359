"""The head of a lesson: title and place, the way back and on, the switch of the classroom, and how it is passed on."""

from __future__ import annotations

import json
import re

import streamlit as st

from deepclust.lessons.link import link_of
from pages.lesson.play import LAST, Play, go
from pages.visit import say, session
from pages.visit.say import plain

HIDDEN = {"labels": "labels hidden", "k": "k hidden"}


def head(play: Play) -> None:
    """Draw it in one row."""
    steps = len(play.lesson.steps)
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="lesson-head"):
        st.markdown(f"## {plain(play.lesson.title)}", width="content")
        say.badge(f"Step {play.number + 1} of {steps}", color="blue")
        if not play.classroom:
            for what in play.lesson.hidden:
                if what == "labels" or play.hides_k:
                    st.badge(HIDDEN[what], icon=":material/visibility_off:", color="grey")
        st.space("stretch")
        st.button(
            "Back",
            icon=":material/arrow_back:",
            shortcut="Left",
            key="lesson-back",
            disabled=not play.number,
            on_click=go,
            args=(play, -1),
        )
        st.toggle(
            "Classroom",
            value=play.classroom,
            key=f"classroom-{play.classroom}",
            on_change=_turn,
            args=(not play.classroom,),
            help="Large type, and only what matters. Arrow keys go on and back.",
        )
        if not play.classroom:
            _pass_on(play)
    if not play.classroom:
        st.progress((play.number + 1) / steps)


def _turn(on: bool) -> None:
    session.keep_own(**{"class": "1" if on else None})


def _pass_on(play: Play) -> None:
    """The lesson as a file and as a link, to be edited and shared, and the way out."""
    with st.popover("Share", icon=":material/share:"):
        text = json.dumps(play.lesson.to_json(), indent=2, ensure_ascii=False)
        name = re.sub(r"\W+", "-", play.lesson.title.lower()).strip("-")[:60] or "lesson"
        st.download_button(
            "The lesson as a file",
            text,
            file_name=f"{name}.json",
            mime="application/json",
            icon=":material/download:",
            on_click="ignore",
        )
        st.caption("Change it in any editor and open it on the first page; README says what may stand in it.")
        try:
            link = link_of(play.lesson)
        except ValueError as error:
            say.warning(error)
            return
        st.caption("Or as the end of the app's address, for whoever has DeepClust:")
        st.code(f"/lesson?lesson={link}", language=None, wrap_lines=True, height=90)
    if st.button("Leave", icon=":material/close:", help="Back to the first page, where all lessons are"):
        st.session_state.pop(LAST, None)
        session.keep_own(**dict.fromkeys(st.session_state.own))
        st.switch_page("pages/data/page.py")


def without_lesson() -> None:
    """No lesson is open: where they are."""
    st.header("Lessons")
    st.write("A lesson is a sentence, a question, one big button, and what happens then. They lie on the first page.")
    if st.button("To the lessons", type="primary", icon=":material/school:"):
        st.session_state.pop(LAST, None)
        st.switch_page("pages/data/page.py")
