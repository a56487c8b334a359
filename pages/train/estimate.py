"""What a run will take, beside its button: a rule of thumb at once, and what a few timed batches say soon after."""

from __future__ import annotations

import os

import streamlit as st

from deepclust.engine.asking.ask import SEEDS
from deepclust.engine.estimating.estimate import Estimate, advice, can_be_tried, estimate, in_time, in_words
from deepclust.engine.estimating.trials import ask_for_trial
from deepclust.engine.training.memory import in_bytes
from deepclust.runs import RunConfig
from pages.visit import cached, say
from pages.visit.say import plain

DOING = {
    "starting": "a few batches are about to be timed",
    "measuring": "a few batches are being timed",
    "waiting": "a few batches will be timed when nothing else trains here",
}


def estimate_line(config: RunConfig, in_sight: bool = True) -> None:
    """The estimate on one line; batches are timed in a process of their own, but not where nobody looks at the form."""
    expected = estimate(config, cached.store())
    wanted = in_sight and can_be_tried(config) and expected.fits and os.environ.get("DEEPCLUST_HELPERS") != "0"
    waiting = wanted and not expected.measured and not expected.problem
    st.fragment(_line, run_every=1.0 if waiting else None)(config, waiting)


def _line(config: RunConfig, was_waiting: bool) -> None:
    trial = ask_for_trial(config, cached.store().root) if was_waiting else None
    expected = estimate(config, cached.store())
    if was_waiting and (expected.measured or expected.problem):
        st.rerun()  # only a new run of the page stops the clock of this line
    st.caption(
        _sentence(expected, trial.error or DOING.get(trial.doing or trial.state, "") if trial is not None else "")
    )


def _sentence(expected: Estimate, doing: str) -> str:
    first, *others = in_words(expected).split(" · ")
    basis = "; ".join(
        filter(
            None,
            (
                expected.basis,
                doing,
                expected.problem and f"it was tried out: {expected.problem}",
                f"{in_bytes(expected.free_memory)} are free",
            ),
        )
    )
    several = f"{SEEDS} seeds: {in_time(SEEDS * expected.seconds)}"
    return " · ".join([f"**{first}**", *others]) + f" ({plain(basis)}) · {several}"


def warn(config: RunConfig) -> None:
    """Where a run does not fit or takes very long: that it is so, and what to change."""
    expected = estimate(config, cached.store())
    warnings = advice(config, expected)
    if not expected.fits:
        warnings.insert(0, f"This may not fit into memory: it takes about {in_bytes(expected.memory)}.")
    if warnings:
        say.warning(" ".join(warnings))
