"""Choose: how many clusters a run should have, and which of several settings, by criteria that need no labels."""

from __future__ import annotations

import streamlit as st

from deepclust.engine.detached.work import ENDED
from deepclust.engine.estimating.estimate import in_time
from deepclust.engine.judging.choosing import Board, board_of, largest_k, start_choosing
from deepclust.runs import Run
from deepclust.selection.k.discovery import FACTS
from pages.choose.board import criteria_view, verdict_view
from pages.choose.pictures import film_view, pictures_view
from pages.choose.settings import can_be_ranked, settings_view
from pages.gallery.verdict import begun_board
from pages.parts.opening import open_finished
from pages.parts.pick import pick
from pages.parts.rank_button import KEY, SETTINGS, K
from pages.parts.strip import strip
from pages.visit import say, session
from pages.visit.say import plain
from pages.visit.sight import Sight

REACH = (10, 20, 30, 50)  # how far the k may be compared
VIEWS = {"Criteria": criteria_view, "Pictures that change": pictures_view, "Film of k": film_view}


def page() -> None:
    """The page of a run: its k, and where it was started together with others, which of their settings."""
    run = session.current_run()
    if run is not None and can_be_ranked(run) and _what() == SETTINGS:
        settings_view(run)
        return
    sight = open_finished(
        "Its number of clusters can be judged when it ends.",
        "How many clusters?",
        f"{len(FACTS)} criteria judge every number of clusters of a finished run, and the pictures show what merges and what splits.",
    )
    if sight is None:
        return
    if largest_k(sight.run) < 3:
        st.info(f"{sight.data.n_samples} samples are too few to compare numbers of clusters: give 12 or more.")
        return
    board = begun_board(sight.run)
    start_row(sight.run, board)
    if board.state in ("failed", "lost"):
        say.error(board.error)
    if board.live or board.criteria or board.readings:
        st.fragment(live_board, run_every=1.0 if board.live else None)(sight, board.live)


def _what() -> str:
    """What is to be chosen."""
    return pick("What to choose", [K, SETTINGS], key=KEY, unlabelled=True)


def start_row(run: Run, board: Board) -> None:
    """Up to which k, the button that begins, and how long it took."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        options = [k for k in REACH if k <= largest_k(run)] or [largest_k(run)]
        usual = board.max_k if board.max_k in options else min(20, options[-1])
        max_k = st.selectbox(
            "Compare k from 2 to",
            options,
            index=options.index(usual) if usual in options else len(options) - 1,
            key=f"max-k-{run.id}",
            width=180,
            disabled=board.live,
            help="Twice the number of groups that you expect is a good end: criteria see a k best when it lies well inside.",
        )
        if board.live:
            if st.button("Stop and keep", icon=":material/stop:"):
                with say.failures():
                    board_of(run).stop()
        else:
            label = "Compare again" if board.state == "done" and board.max_k == max_k else f"Compare k = 2 to {max_k:d}"
            first = board.state == "missing" or board.max_k != max_k
            if st.button(label, type="primary" if first else "secondary", icon=":material/balance:", key="compare"):
                with say.failures():
                    start_choosing(run, int(max_k))
                    st.rerun()
        if board.state == "missing":
            st.caption(
                f"Sorts the latent space of this run into every number of clusters and asks {len(FACTS)} criteria which is right. "
                "About a minute; labels are not looked at."
            )
        elif not board.live:
            st.caption(
                f"{len(board.criteria)} criteria in {in_time(board.seconds)}, without labels. They are kept with the run."
            )


def live_board(sight: Sight, was_live: bool) -> None:
    """Progress, the verdict so far, and below it what it rests on."""
    board = begun_board(sight.run)
    if was_live and board.state in ENDED:
        st.rerun()
    if board.live:
        share = len(board.criteria) / max(board.n_criteria, 1)
        progress = f"{len(board.criteria)} of {board.n_criteria or '…'} criteria · now: {plain(board.doing) or 'starting'} · {in_time(board.seconds)}"
        st.progress(min(share, 1.0), text=progress)
    if not board.criteria and not board.readings:
        return
    verdict_view(sight, board)
    view = pick("What is shown", list(VIEWS), key="choose-view", unlabelled=True)
    VIEWS[view](sight, board)


session.begin()
strip()
page()
