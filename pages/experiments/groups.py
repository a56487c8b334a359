"""Several runs with one click: the ladder of ablations of a method, a grid over its critical hyper-parameters, a sweep."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import streamlit as st

from deepclust.engine.asking.ask import SEEDS, grid, ladder
from deepclust.engine.estimating.estimate import estimate, estimate_all, in_time
from deepclust.methods import find_method
from deepclust.params import Param, params_of
from deepclust.runs import RunConfig
from pages.experiments.sweep_form import sweep_form
from pages.parts.start import start_group
from pages.visit import cached, say
from pages.visit.say import plain


def experiments(config: RunConfig) -> None:
    """The experiments that the method of a config brings; ``config`` is what the form says."""
    cls = find_method(config.method)
    st.subheader("Experiments", anchor=False)
    if cls.ladder:
        with st.container(border=True, key="ladder"):
            _ladder(config)
    if cls.sensitivity:
        with st.container(border=True, key="sensitivity"):
            _sensitivity(config)
    with st.expander(
        "Sweep over settings and seeds", icon=":material/tune:", key="sweep-box", on_change="rerun"
    ) as box:
        if box.open:
            sweep_form(config)


def differs(method: str, changes: dict[str, Any]) -> str:
    """What a rung changes, in the words of the form; the last rung changes nothing."""
    params = params_of(find_method(method))
    return ", ".join(f"{params[name].label} {_short(value)}" for name, value in changes.items()) or "all parts together"


def _short(value: Any) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)


def _ladder(config: RunConfig) -> None:
    cls = find_method(config.method)
    st.subheader("Ablation ladder", anchor=False)
    st.caption(
        "What does each part of the method add? One run for every rung, from the bare network up to the whole method; "
        "everything else stays as in the form above.  \n"
        + "  \n".join(f"**{rung}**: {plain(differs(config.method, dict(c)))}" for rung, c in cls.ladder.items())
    )
    seeds = st.pills(
        "Seeds",
        list(range(SEEDS)),
        selection_mode="multi",
        default=[config.seed] if config.seed < SEEDS else [0],
        key="ladder-seeds",
        help="Results differ from seed to seed; with three seeds or more you see by how much.",
    )
    _start(config, len(seeds) * len(cls.ladder), "ladder", lambda: ladder(config, sorted(seeds)))


def _sensitivity(config: RunConfig) -> None:
    cls = find_method(config.method)
    params = [params_of(cls)[name] for name in cls.sensitivity]
    st.subheader("Sensitivity", anchor=False)
    st.caption(
        f"How much depends on {' and '.join(f'**{p.label}**' for p in params)}? One run for every combination, with seed "
        f"{config.seed} in each; everything else stays as in the form above."
    )
    chosen = {}
    for column, p in zip(st.columns(len(params)), params, strict=True):
        with column:
            chosen[p.name] = _values(p, cls.sensitivity[p.name])
    n_runs = 1
    for values in chosen.values():
        n_runs *= len(values)
    _start(config, n_runs, "sensitivity", lambda: grid(config, chosen))


def _values(p: Param, values: Sequence[Any]) -> list[Any]:
    picked = st.pills(
        p.label, list(values), selection_mode="multi", default=list(values), key=f"sensitivity-{p.name}", help=p.help
    )
    return sorted(picked)


def _start(config: RunConfig, n_runs: int, key: str, make: Callable[[], list[RunConfig]]) -> None:
    """The button, and how long all of it will take."""
    with st.container(horizontal=True, vertical_alignment="center"):
        label = "Start 1 run" if n_runs == 1 else f"Start {n_runs} runs"
        pressed = st.button(
            label,
            icon=":material/stairs:" if key == "ladder" else ":material/grid_on:",
            key=f"{key}-start",
            type="primary",
            disabled=not n_runs,
        )
        if not n_runs:
            st.caption("Pick at least one of each.")
            return
        configs = make()
        seconds = estimate_all(configs, estimate(config, cached.store()), config)
        st.caption(f"About **{in_time(seconds)}** for all, one after the other")
    if pressed:
        with say.failures():
            start_group(configs)
            st.rerun()
