"""Train: choose a method, see what it will cost, press the button, and watch it learn."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

import streamlit as st

from deepclust.data.dataset import Dataset
from deepclust.engine.asking.ask import SEEDS, default_n_clusters, guess_n_clusters, make_config, over_seeds
from deepclust.engine.training.cards import device_choices
from deepclust.methods import METHODS
from deepclust.runs import Run, RunConfig
from deepclust.runs.run import ENDED
from pages.experiments.groups import experiments
from pages.experiments.side_by_side import group_of, side_by_side
from pages.parts.params_form import params_form
from pages.parts.pick import pick
from pages.parts.start import start_group
from pages.parts.strip import label_of, strip
from pages.parts.yardstick import yardstick_line
from pages.train.bench import VARIED, bench
from pages.train.estimate import estimate_line, warn
from pages.train.live import live_panel
from pages.train.methods import choose_method
from pages.train.protocol import train_test_switch
from pages.train.transforms import transforms_control
from pages.visit import cached, say, session
from pages.visit.say import plain

OWN = "own"


def ask(ref: Mapping[str, Any], dataset: Dataset, name: str) -> RunConfig | None:
    """The form of a method. Returns a checked config, or None after saying what is wrong."""
    cls = METHODS[name]
    presets = [*cls.presets, OWN]
    left, middle, right = st.columns([0.5, 0.25, 0.25])
    with left:
        preset = pick(
            "Preset",
            presets,
            key=f"preset-{name}",
            help="quick is for a laptop, paper is what the paper did; own starts from the defaults.",
        )
    seed = middle.number_input("Seed", 0, 2**31 - 1, 0, help="The same seed gives the same clusters again.")
    device = right.selectbox("Device", device_choices(), help="auto takes a GPU where there is one.")
    known = default_n_clusters(ref, dataset)
    start: dict[str, Any] = {"n_clusters": known or guess_n_clusters(dataset.n_samples)} | dict(
        cls.presets.get(preset, {})
    )
    own = {VARIED: partial(transforms_control, dataset)}
    values = params_form(cls, start, key=f"{name}-{preset}-{dataset.fingerprint}", own=own)
    if cls.caution:
        st.caption(cls.caution)
    st.caption(
        "How many clusters? Start with a guess: other numbers can be looked at afterwards without training."
        if known is None
        else f"{known} clusters is the number of classes of these data, which papers take as known. Without labels you would "
        "not know: other numbers can be looked at afterwards without training."
    )
    try:
        return make_config(
            ref,
            dataset,
            name,
            preset=None if preset == OWN else preset,
            values=values,
            seed=int(seed),
            device=device,
            labels_seen=labels_seen(dataset),
        )
    except ValueError as error:
        say.error(error)
        return None


def form(dataset: Dataset, in_sight: bool = True) -> None:
    """Method, preset, hyper-parameters, estimate and the Train button."""
    ref, dataset = train_test_switch(st.session_state.dataset, dataset)
    config = ask(ref, dataset, choose_method())
    with st.container(horizontal=True, vertical_alignment="center"):
        once = st.button("Train", type="primary", icon=":material/play_arrow:", shortcut="t", disabled=config is None)
        often = st.button(
            f"Train with {SEEDS} seeds",
            icon=":material/stacks:",
            key="train-seeds",
            disabled=config is None,
            help="One run for each seed, one after the other; then their mean and spread are shown, never the best of them.",
        )
        if config is not None:
            estimate_line(config, in_sight)
    if config is None:
        return
    warn(config)
    if in_sight:
        yardstick_line(config, dataset)
    if once or often:
        with say.failures():
            start_group(over_seeds(config, range(config.seed, config.seed + SEEDS)) if often else [config])
            st.rerun()
    if VARIED in config.params:
        bench(dataset, config)
    experiments(config)


def labels_seen(dataset: Dataset) -> bool:
    """Whether the labels of these data, or of the whole or the part that is looked at, have been uncovered."""
    looked_at = cached.dataset(st.session_state.dataset)
    return any(session.labels_revealed(data.fingerprint) for data in (dataset, looked_at))


def queue(shown: Run | None) -> None:
    """Other runs that are training or waiting, but for those that stand beside the shown one already."""
    ids = set()
    if shown is not None:
        ids = {shown.id, *(r.id for r in group_of(shown))}
    others = [r for r in cached.store().recent() if r.id not in ids and r.status().state not in ENDED]
    if others:
        st.subheader("Also in the queue")
    for run in reversed(others):
        status = run.status()
        with st.container(horizontal=True, vertical_alignment="center"):
            st.write(plain(f"{label_of(run)} · {status.state} {status.fraction:.0%}"))
            if st.button("Watch", key=f"watch-{run.id}"):
                session.look_at(run)
                st.rerun()


session.begin()
strip()
run = session.current_run()
dataset: Dataset | None = None
try:
    dataset = cached.dataset(st.session_state.dataset)
except ValueError as error:
    say.error(error)

if run is not None:
    st.header(f"{METHODS[run.config.method].title} on {plain(run.config.dataset_title)}")
    side_by_side(run)
    live_panel(run)
    if dataset is not None and run.has_result:
        yardstick_line(run.config, dataset, run)
if dataset is not None:
    if run is None:
        st.header(f"Train on {plain(dataset.title or dataset.name)}")
        form(dataset)
    else:
        box = st.expander("Start another run on these data", icon=":material/add:", key="another", on_change="rerun")
        with box:
            form(dataset, in_sight=bool(box.open))
queue(run)
