"""The methods on the Train page: families of cards, a search over all that is said of them, and the chosen one."""

from __future__ import annotations

from functools import cache

import streamlit as st

from deepclust.engine.judging.league import league, measured_sentence, read_cells
from deepclust.methods import FAMILIES, METHODS, Method
from pages.visit.say import plain

CARD = 250  # pixels: five in a row of a usual window, fewer in a narrow one
HEIGHT = 470  # pixels of the list, which scrolls by itself so that the form stays near
MANY = 8  # cards that need no scrolling
ALL = "All"


def choose_method() -> str:
    """Draw the methods; returns the chosen one's name."""
    state = st.session_state
    if state.get("method") not in METHODS:
        state.method = next(iter(METHODS))
    with st.container(horizontal=True, vertical_alignment="bottom", key="method-search"):
        words = st.text_input(
            "Search methods",
            key="methods-named",
            type="search",
            live=True,
            placeholder="rings, mutual information, 2017 …",
            icon=":material/search:",
            width=260,
        )
        family = st.pills("Family", _families(), default=ALL, required=True, key="methods-family")
        st.page_link(
            "pages/league/page.py", label="League", icon=":material/leaderboard:", help="How they did on known data."
        )
    shown = [name for name, cls in METHODS.items() if family in (ALL, cls.family) and _matches(name, cls, words or "")]
    if not shown:
        st.caption(f"No method is described by {plain(repr(words))} here. Try one word, or another family.")
    with st.container(height=HEIGHT if len(shown) > MANY else "content", border=False, key="methods"):
        for kind in FAMILIES:
            _cards(kind, [name for name in shown if METHODS[name].family == kind])
    if state.method not in shown:
        st.caption(f"Chosen: **{METHODS[state.method].title}**. {METHODS[state.method].summary}")
    return str(state.method)


def _families() -> list[str]:
    """Those that have a method, in their order."""
    return [ALL, *(kind for kind in FAMILIES if any(cls.family == kind for cls in METHODS.values()))]


def _matches(name: str, cls: type[Method], words: str) -> bool:
    """Whether every word stands somewhere in what is said of a method."""
    text = " ".join((name, cls.title, cls.summary, cls.good_for, cls.family, cls.reference, *cls.presets)).lower()
    return all(word in text for word in words.lower().split())


def _cards(family: str, names: list[str]) -> None:
    """The methods of a family as cards, with a plain sentence of what they do and one of what for."""
    if not names:
        return
    st.markdown(f"**{family}** :gray[· {len(names)}]")
    with st.grid(min_column_width=CARD, gap="small"):
        for name in names:
            with st.container(border=True, height="stretch", gap="xsmall", key=f"method-{name}"):
                _card(name, METHODS[name])


def _card(name: str, cls: type[Method]) -> None:
    chosen = name == st.session_state.method
    st.markdown(f"**{cls.title}**" + (" :green-badge[chosen]" if chosen else ""))
    st.caption(cls.summary)
    if cls.good_for:
        st.caption(f":material/adjust: {cls.good_for}")
    with st.container(horizontal=True, vertical_alignment="center"):
        if st.button("Choose", key=f"choose-{name}", disabled=chosen):
            st.session_state.method = name
            st.rerun()
        with st.popover("How it works", type="tertiary"):
            for equation in cls.equations:
                st.latex(equation)
            st.caption(cls.reference)
            for sentence in filter(None, (cls.headline, plain(_measured()[name]))):
                st.caption(sentence)


@cache
def _measured() -> dict[str, str]:
    """What the league says of each method; its file is a part of the program."""
    rows = league(read_cells())
    return {name: measured_sentence(name, rows) for name in METHODS}
