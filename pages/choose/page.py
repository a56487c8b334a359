"""Choose: how many clusters a run should have, and which of several settings, by criteria that need no labels."""

from __future__ import annotations

import streamlit as st

from deepclust.data.dataset import Dataset
from deepclust.engine.detached.work import ENDED
from deepclust.engine.judging.choosing import Board, largest_k, read_board, start_choosing, stop_choosing
from deepclust.runs import Run
from deepclust.runs.run import ENDED as RUN_ENDED
from pages.choose.board import criteria_view, verdict_view
from pages.choose.pictures import pictures_view, tree_view
from pages.choose.settings import can_be_ranked, settings_view
from pages.parts.live import duration
from pages.parts.rank_button import KEY, SETTINGS, K
from pages.parts.strip import strip
from pages.visit import cached, session

REACH = (10, 20, 30, 50)  # how far the k may be compared
VIEWS = {"Criteria": criteria_view, "Pictures that change": pictures_view, "Tree over all k": tree_view}


def page() -> None:
    """The page of a run: its k, and where it was started together with others, which of their settings."""
    run = session.current_run()
    if run is not None and can_be_ranked(run) and _what() == SETTINGS:
        settings_view(run)
        return
    if run is None or not run.has_result:
        empty(run)
        return
    try:
        data = cached.dataset(run.config.dataset)
        cached.found(run)
    except (ValueError, OSError) as error:
        st.error(f"This run cannot be opened: {error}")
        return
    if largest_k(run) < 3:
        st.info(f"{data.n_samples} samples are too few to compare numbers of clusters: give 12 or more.")
        return
    board = read_board(run)
    start_row(run, board)
    if board.state in ("failed", "lost"):
        st.error(board.error, icon=":material/error:")
    if board.live or board.criteria:
        st.fragment(live_board, run_every=1.0 if board.live else None)(run, data, board.live)


def _what() -> str:
    """What is to be chosen."""
    return str(
        st.segmented_control(
            "What to choose", [K, SETTINGS], default=K, required=True, key=KEY, label_visibility="collapsed"
        )
    )


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
                stop_choosing(run)
        else:
            label = "Compare again" if board.state == "done" and board.max_k == max_k else f"Compare k = 2 to {max_k}"
            first = board.state == "missing" or board.max_k != max_k
            if st.button(label, type="primary" if first else "secondary", icon=":material/balance:", key="compare"):
                start_choosing(run, int(max_k))
                st.rerun()
        if board.state == "missing":
            st.caption(
                "Sorts the latent space of this run into every number of clusters and asks a dozen criteria which is right. "
                "About a minute; labels are not looked at."
            )
        elif not board.live:
            st.caption(
                f"{len(board.criteria)} criteria in {duration(board.seconds)}, without labels. They are kept with the run."
            )


def live_board(run: Run, data: Dataset, was_live: bool) -> None:
    """Progress, the verdict so far, and below it what it rests on."""
    board = read_board(run)
    if was_live and board.state in ENDED:
        st.rerun()
    if board.live:
        share = len(board.criteria) / max(board.n_criteria, 1)
        words = f"{len(board.criteria)} of {board.n_criteria or '…'} criteria · now: {board.now or 'starting'} · {duration(board.seconds)}"
        st.progress(min(share, 1.0), text=words)
    if not board.criteria:
        return
    revealed = session.labels_revealed(data.fingerprint) and data.y is not None
    verdict_view(run, data, board, revealed)
    view = st.segmented_control(
        "What is shown", list(VIEWS), default="Criteria", required=True, key="choose-view", label_visibility="collapsed"
    )
    VIEWS[str(view)](run, data, board, revealed)


def empty(run: Run | None) -> None:
    """Nothing to choose for yet: say what will be here, and the way to it."""
    if run is not None and run.status().state not in RUN_ENDED:
        st.info("This run is still training. Its number of clusters can be judged when it ends.")
        if st.button("Watch it train", type="primary"):
            st.switch_page("pages/train/page.py", query_params=session.url_of(run))
        return
    st.header("How many clusters?")
    st.write(
        "A dozen criteria judge every number of clusters of a finished run, and the pictures show what merges and what splits."
    )
    done = [r for r in cached.store().runs()[:50] if r.has_result]
    if done:
        if st.button("Open the last finished run", type="primary"):
            session.look_at(done[0])
            st.rerun()
    elif st.button("Train on the digits first", type="primary"):
        st.switch_page("pages/data/page.py")


session.begin()
strip()
page()
