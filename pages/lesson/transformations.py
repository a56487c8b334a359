"""What the runs of a lesson learned from which transformations: a row for each, with its shortcut where there is one."""

from __future__ import annotations

import html

import numpy as np
import streamlit as st

from deepclust.figures.multiples import words_of
from deepclust.methods.lalnet.lalnet import PRETEXT
from deepclust.metrics.external import acc
from deepclust.runs import Run
from deepclust.transforms import members_of
from pages.lesson.play import Play
from pages.parts.means import means
from pages.visit import cached, session

SHOWN = 2  # samples under every transformation
COLUMN, MEAN_SIDE = 32, 26  # pixels of one, and of a mean picture


def transformations(play: Play) -> None:
    """Draw the row of every run of the lesson so far that learned from transformations."""
    for number, run in play.runs.items():
        if number <= play.number and run.has_result and "transforms" in run.config.params:
            with st.container(border=True):
                left, right = st.columns([0.5, 0.5], gap="medium", vertical_alignment="center")
                with left:
                    _pictures(run)
                with right:
                    _facts(run)
                data = cached.dataset(run.config.dataset)
                if data.pictured:
                    st.html(means(data, np.arange(data.n_samples), cached.own_labels(run), MEAN_SIDE)[0])


def _pictures(run: Run) -> None:
    data, name = cached.dataset(run.config.dataset), str(run.config.params["transforms"])
    members = members_of(name, data.feature_shape)
    st.markdown(f"**{words_of(name)}**")
    st.html(
        f'<img src="{cached.transformed(data, name, SHOWN)}" style="width:{COLUMN * len(members)}px;max-width:100%;'
        f'image-rendering:pixelated" alt="{SHOWN} samples under each transformation: {html.escape(", ".join(members))}">'
    )


def _facts(run: Run) -> None:
    """How well it tells the transformations apart, whether it had to look at the samples for that, and its clusters."""
    data, labels = cached.dataset(run.config.dataset), cached.own_labels(run)
    events, _ = run.events()
    told = [e["losses"][PRETEXT] for e in events if e["kind"] == "progress" and PRETEXT in e["losses"]]
    warned = any(e["kind"] == "note" and e["level"] == "warning" and "linear probe" in e["text"] for e in events)
    sentence = f"It tells them apart in **{told[-1]:.0%}** of cases. " if told else ""
    if data.judged is not None and session.labels_revealed(data.fingerprint):
        sentence += f"**ACC {acc(data.judged, labels):.2f}** of its clusters."
    if warned:
        sentence += " :orange[:material/bolt: A shortcut: a straight line can do that.]"
    st.markdown(sentence)
