"""A sweep: one run for every combination of values of one or two hyper-parameters and every seed, with what it will cost."""

from __future__ import annotations

from typing import Any

import streamlit as st

from deepclust.engine.asking.ask import SEEDS, SET_BY_RUN
from deepclust.engine.estimating.estimate import estimate, estimate_all, in_time
from deepclust.engine.training import cluster
from deepclust.engine.training.queue import slots_for
from deepclust.engine.training.sweep import sweep
from deepclust.methods import find_method
from deepclust.params import Param, params_of, parse_value
from deepclust.runs import RunConfig
from deepclust.transforms import kind_of, names_for
from pages.parts.start import start_group
from pages.visit import cached, say
from pages.visit.say import plain

FIRST_SEEDS = (0, 1, 2)  # three tell chance from difference
AT_MOST = 2  # hyper-parameters at once
TASK = "transforms"


def sweep_form(config: RunConfig) -> None:
    """The form under the experiments of a method; ``config`` is what the form of the run says."""
    params = {n: p for n, p in params_of(find_method(config.method)).items() if n not in SET_BY_RUN}
    with st.container(key="sweep"):
        st.caption(
            "One run for every combination of values and every seed; everything else stays as in the form above. When they have "
            "ended, **Choose** ranks the settings without labels."
        )
        left, right = st.columns([0.6, 0.4])
        names = left.multiselect(
            "What varies",
            list(params),
            default=[TASK] if TASK in params else [],
            max_selections=AT_MOST,
            format_func=lambda name: params[name].label,
            placeholder="Pick one or two hyper-parameters",
            key=f"sweep-names-{config.method}",
        )
        with right:
            seeds = st.pills(
                "Seeds",
                list(range(SEEDS)),
                selection_mode="multi",
                default=list(FIRST_SEEDS),
                key="sweep-seeds",
                help="With three seeds or more one sees whether a difference is more than chance.",
            )
        chosen, problem = {}, ""
        for name in names:
            try:
                chosen[name] = _values(params[name], config)
            except ValueError as error:
                problem = str(error)
        if problem:
            say.error(problem)
        _start(config, chosen, sorted(seeds), ready=not problem and len(chosen) == len(names))


def _values(p: Param, config: RunConfig) -> list[Any]:
    """The values that a hyper-parameter goes through. ValueError for what it does not allow."""
    key, value = f"sweep-values-{config.method}-{p.name}", config.params[p.name]
    if p.name == TASK:
        sets = names_for(kind_of(config.feature_shape))
        return list(
            st.multiselect(
                p.label,
                sets,
                default=list(sets[:3]),
                key=key,
                accept_new_options=True,
                help="Named sets, or names joined by plus signs such as T1+T3+invert: type them.",
            )
        )
    if p.kind is bool or p.choices:
        options: list[Any] = [False, True] if p.kind is bool else list(p.choices)
        return list(st.pills(p.label, options, selection_mode="multi", default=options, key=key, help=p.help))
    typed = st.text_input(
        p.label, value=_shown(value), key=key, help=f"{p.help} Several values with commas between them."
    )
    return list(dict.fromkeys(parse_value(p, word) for word in typed.split(",")))


def _shown(value: Any) -> str:
    return "none" if value is None else f"{value:g}" if isinstance(value, float) else str(value)


def _start(config: RunConfig, chosen: dict[str, list[Any]], seeds: list[int], ready: bool) -> None:
    """The button, how many runs it starts, where, and how long all of them will take."""
    n_runs = len(seeds) if chosen and ready else 0
    for values in chosen.values():
        n_runs *= len(values)
    with st.container(horizontal=True, vertical_alignment="center"):
        pressed = st.button(
            "Start 1 run" if n_runs == 1 else f"Start {n_runs} runs",
            type="primary",
            icon=":material/grid_on:",
            key="sweep-start",
            disabled=not n_runs,
        )
        if not n_runs:
            st.caption("Pick what varies, its values, and at least one seed." if ready else "")
            return
        try:
            configs = sweep(config, chosen, seeds, "Transformations" if list(chosen) == [TASK] else "Settings")
            seconds = estimate_all(configs, estimate(config, cached.store()), config)
        except ValueError as error:
            say.error(error)
            return
        address = cluster.scheduler()
        place = (
            f"on the Dask cluster at {plain(address)}, shared by its workers"
            if address
            else f"on this machine ({plain(' and '.join(slots_for(config)))}), one after the other"
        )
        st.caption(
            f"{' × '.join([*(str(len(v)) for v in chosen.values()), f'{len(seeds)} seed' + 's' * (len(seeds) > 1)])} · about **{in_time(seconds)}** of "
            f"training {place}"
        )
    if pressed:
        with say.failures():
            start_group(configs)
            st.rerun()
