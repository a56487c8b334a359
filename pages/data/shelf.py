"""The shelf of lessons on the first page: one click opens one; one's own is opened from its file."""

from __future__ import annotations

import streamlit as st

from deepclust.lessons.link import link_of
from deepclust.lessons.shelf import SHELF
from pages.visit import say
from pages.visit.say import plain

PAGE = "pages/lesson/page.py"
FILE, IN_SESSION = "lesson-file", "file"  # where the page of lessons looks for one that is too long for an address


def shelf() -> None:
    """A card for every lesson, and the place for a file."""
    with st.container(horizontal=True, gap="small", key="shelf"):
        for name, lesson in SHELF.items():
            with st.container(border=True, width=250, height="stretch", gap="xsmall"):
                st.markdown(f"**{plain(lesson.title)}**")
                st.caption(f"{plain(lesson.summary or '')} About {lesson.minutes} min.")
                if st.button("Open", key=f"lesson-{name}", icon=":material/school:"):
                    st.switch_page(PAGE, query_params={"lesson": name})
    with st.popover("A lesson of your own", icon=":material/upload_file:"):
        _own()


def _own() -> None:
    file = st.file_uploader("A lesson as a JSON file", type="json", key="lesson-upload", max_upload_size=1)
    if file is None:
        st.caption("Download one while it is open, change it, and bring it back. README says what may stand in it.")
        return
    from deepclust.lessons.lesson import read_lesson

    with say.failures():
        lesson = read_lesson(file.getvalue())
        try:
            link = link_of(lesson)
        except ValueError:  # too long for an address
            st.session_state[FILE], link = lesson, IN_SESSION
        if st.button("Open the lesson", type="primary", key="lesson-own"):
            st.switch_page(PAGE, query_params={"lesson": link})
