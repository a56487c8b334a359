"""The verdict on k with its reasons, the votes for every k, and the curves of all criteria."""

from __future__ import annotations

import numpy as np
import streamlit as st

from deepclust.data.dataset import Dataset
from deepclust.engine.judging.choosing import Board
from deepclust.engine.judging.reading import disagreement
from deepclust.figures.choice import criteria_board, votes_chart
from deepclust.runs import Run
from pages.gallery.verdict import verdict_words
from pages.parts.charts import chart
from pages.parts.means import means
from pages.visit import cached, session
from pages.visit.say import plain
from pages.visit.sight import Sight


def verdict_view(sight: Sight, board: Board) -> None:
    """The verdict in a sentence with its reasons, and beside it the clusters of the k that is looked at and the way to their map."""
    run, verdict = sight.run, board.verdict
    disputed = disagreement(verdict, board.readings, run.config.n_clusters)
    with st.container(border=True):
        left, right = st.columns([0.7, 0.3], gap="large")
        with left:
            verdict_words(sight, board)
            if sight.revealed:
                _truth(sight, board)
        if verdict is None:
            return
        with right:
            k = look_at(run, board)
            if st.button(
                f"Use k = {k}",
                type="primary" if verdict.clear and not disputed else "secondary",
                icon=":material/check:",
                key="use-k",
                disabled=k not in sight.outcome.by_k,
                help="Shows the run with that number of clusters on Explore.",
            ):
                session.choose_k(run, k)
                st.switch_page("pages/explore/page.py", query_params=session.url_of(run))
            _clusters_of(sight, k)
            if board.space and k != run.config.n_clusters:
                st.caption(
                    f"The clusters at another k are {plain(run.regrouping)}, learned for k = {run.config.n_clusters}. For "
                    f"clusters of its own, train {plain(run.config.method)} again with {k:d}."
                )


def _clusters_of(sight: Sight, k: int) -> None:
    """The mean of every cluster at k, under its letter."""
    if k not in sight.outcome.by_k:
        return
    clusters = cached.clusters(sight.run, k)
    row, words = _means(clusters.key, sight.data, clusters.labels)
    st.caption(words)
    st.html(row)


@st.cache_data(max_entries=64, show_spinner=False)
def _means(key: str, _data: Dataset, _labels: np.ndarray) -> tuple[str, str]:
    return means(_data, np.arange(len(_labels)), _labels)


def look_at(run: Run, board: Board) -> int:
    """The k that is looked at on this page: the best of the verdict until another is picked."""
    ks = list(range(2, board.max_k + 1))
    best = board.verdict.best if board.verdict is not None else ks[0]
    key = f"look-{run.id}-{board.max_k}-{best}"  # a new best is looked at
    k = st.select_slider("Look at k", ks, value=st.session_state.get(key, best), key=key)
    return int(k)


def looked_at(run: Run, board: Board) -> int:
    """The k that `look_at` was last set to."""
    best = board.verdict.best if board.verdict is not None else 2
    return int(st.session_state.get(f"look-{run.id}-{board.max_k}-{best}", best))


def criteria_view(sight: Sight, board: Board) -> None:
    """Votes and curves."""
    verdict = board.verdict
    true_k = sight.n_classes or None
    if verdict is not None:
        chart(
            votes_chart(verdict, looked_at(sight.run, board), true_k),
            "votes",
            f"Votes for every k; their median is k = {verdict.best}",
        )
    ks = range(2, board.max_k + 1)
    chart(
        criteria_board(board.criteria, verdict, ks, columns=4, true_k=true_k),
        "criteria",
        "Curves of all criteria over k, with the pick of each",
    )
    with st.expander("What each criterion looks at"):
        for c in board.criteria:
            arrow = {"high": "high is good", "low": "low is good"}[c.better] if c.curve else "a count"
            st.markdown(
                f"**{plain(c.title)}** ({arrow}; weight {c.weight:g}). {plain(c.sentence)} {plain(c.note)}".rstrip()
            )


def _truth(sight: Sight, board: Board) -> None:
    """How right it was, once the labels are revealed."""
    verdict, true_k = board.verdict, sight.n_classes
    if verdict is None:
        return
    if verdict.best == true_k:
        comparison = "the best single k is just that."
    elif verdict.low <= true_k <= verdict.high:
        comparison = f"inside the range, and {abs(verdict.best - true_k)} away from the best single k."
    else:
        comparison = "outside the range: the groups that the latent space shows are not the classes."
    st.info(f"The labels know {true_k} classes: {comparison}", icon=":material/visibility:")
