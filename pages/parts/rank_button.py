"""The way from a group of runs to its ranking on Choose."""

from __future__ import annotations

import streamlit as st

from deepclust.engine.judging.ranking import settings_of
from deepclust.runs import Run
from pages.visit import session

K, SETTINGS = "Number of clusters", "Transformations and settings"  # what can be chosen
KEY = "choose-what"


def rank_button(run: Run, runs: list[Run]) -> None:
    """Go to the ranking of a group, once two of its settings have a result."""
    if len(settings_of(runs)) > 1:
        if st.button(
            "Rank without labels",
            icon=":material/leaderboard:",
            key="to-ranking",
            help="Which of these settings is best, as far as that can be known without labels.",
        ):
            st.session_state[KEY] = SETTINGS
            st.switch_page("pages/choose/page.py", query_params=session.url_of(run))
