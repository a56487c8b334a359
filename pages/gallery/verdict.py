"""The one verdict about k, in the same words on every page: what each space says, what the criteria say, and how far to trust it."""

from __future__ import annotations

import os

import streamlit as st

from deepclust.engine.judging.choosing import Board, largest_k, read_board, start_choosing
from deepclust.engine.judging.own_voice import with_own_voice
from deepclust.engine.judging.reading import disagreement, reading_in_short, reading_words
from deepclust.runs import Run
from deepclust.selection.k.record import track_record
from pages.visit import session
from pages.visit.say import plain
from pages.visit.sight import Sight

USUAL = 30  # k up to which a board that begins by itself compares


def begun_board(run: Run) -> Board:
    """The board of a run with the user's own voice; where there is none yet, it begins by itself.

    With DEEPCLUST_HELPERS=0 nothing begins by itself.
    """
    board = read_board(run)
    if board.state == "missing" and largest_k(run) >= 3 and os.environ.get("DEEPCLUST_HELPERS") != "0":
        try:
            start_choosing(run, min(USUAL, largest_k(run)))
        except (OSError, ValueError):
            return board  # Choose says why, when it is asked to compare
        board = read_board(run)
    return with_own_voice(run, board)


def verdict_words(sight: Sight, board: Board) -> None:
    """What the spaces say, what the criteria say, why these may differ, and how far to trust it."""
    verdict = board.verdict
    so_far = "So far: " if board.live else ""
    if verdict is not None:
        st.markdown(f"### {so_far}{plain(verdict.sentence)}")
    for reading in board.readings:
        st.markdown(f"- {plain(reading.title)}: {reading_words(reading.values)}")
    if verdict is None:
        st.caption("The first votes come in a moment.")
        return
    where = board.space or "Criteria are judged in the latent space."
    st.markdown(f"- {plain(where)}")
    for reason in verdict.reasons:
        st.markdown(f"- {plain(reason)}")
    if why := disagreement(verdict, board.readings, sight.run.config.n_clusters):
        st.info(plain(why), icon=":material/call_split:")
    st.caption(track_record())


def verdict_line(sight: Sight) -> None:
    """The verdict in one line, for a page that is about something else, with the way to its reasons."""
    board = begun_board(sight.run)
    if board.live:
        st.fragment(_live_line, run_every=2.0)(sight)
    else:
        _line(sight, board)


def _live_line(sight: Sight) -> None:
    """The line while criteria come in; when all are there, nothing asks for it any more."""
    board = begun_board(sight.run)
    if not board.live:
        st.rerun()
    _line(sight, board)


def _line(sight: Sight, board: Board) -> None:
    if not board.readings and board.verdict is None:
        if board.live:
            st.caption(":material/balance: How many clusters? The gaps are read in a moment.")
        return
    sentences = [] if board.verdict is None else [("So far: " if board.live else "") + plain(board.verdict.sentence)]
    sentences += [f"{plain(reading.title)}: {reading_in_short(reading.values)}" for reading in board.readings]
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.caption(":material/balance: " + " · ".join(sentences), width="content")
        if st.button("Why?", type="tertiary", key=f"why-{sight.run.id}"):
            st.switch_page("pages/choose/page.py", query_params=session.url_of(sight.run))
