"""League: what every method reached on the same data, beside what papers report; any cell of it can be trained here."""

from __future__ import annotations

import streamlit as st

from deepclust.data.catalog.table import find_entry
from deepclust.engine.judging.league import DATA, LINE, SEEDS, league, read_cells
from deepclust.methods import METHODS
from pages.league.papers import papers_tables
from pages.league.table import league_table
from pages.parts.pick import pick
from pages.parts.strip import strip
from pages.visit import cached, say, session
from pages.visit.say import plain

SCORES = {"acc": "ACC", "nmi": "NMI", "cpu": "CPU time"}


@st.fragment
def standings() -> None:
    """The table, by one score at a time."""
    score = pick("What is shown", list(SCORES), key="league-score", title=SCORES.__getitem__, unlabelled=True)
    rows = league(read_cells())
    st.html(league_table(rows, score))
    st.caption(
        f"Means over the seeds {', '.join(map(str, SEEDS))}, with the preset quick unless another is named, on one thread of a "
        "CPU. A small number under a cell is what a paper reports, its authors where they do; point at it for the source. "
        f"Green is above {METHODS[LINE].title}, the line to beat. No fit saw labels, and no seed is left out. "
        "NMI has the max normaliser. Known classes give the number of clusters."
    )


def train_here() -> None:
    """Choose a method and data of the league, and go to their form."""
    with st.container(horizontal=True, vertical_alignment="bottom", key="league-train"):
        data = st.selectbox("Data", list(DATA), key="league-data", width=200)
        method = st.selectbox(
            "Method", list(METHODS), format_func=lambda name: METHODS[name].title, key="league-method", width=300
        )
        entry = find_entry(DATA[data]["name"])
        reason = "" if entry.available() else f"{plain(entry.title)} is not here yet: fetch it on the page Data."
        if st.button("Train it here", icon=":material/model_training:", disabled=bool(reason), help=reason or None):
            session.choose_dataset(DATA[data])
            session.forget_run()
            st.session_state.method = method
            with say.failures():
                cached.dataset(DATA[data])
                st.switch_page("pages/train/page.py")


session.begin()
strip()
st.header("League")
st.caption(
    "Every method of the app on the same data. What it reached elsewhere says little about yours: train and look."
)
if pick("View", ("League", "Papers' tables"), key="league-view", unlabelled=True) == "League":
    standings()
else:
    papers_tables()
train_here()
