"""LocalMAP + k-means on the same data, in one line: what any network has to beat, and in how many seconds."""

from __future__ import annotations

import os
import time
from collections.abc import Mapping
from typing import Any

import streamlit as st

from deepclust.data.dataset import Dataset
from deepclust.engine.estimating.estimate import in_time
from deepclust.engine.estimating.trials import trials_of
from deepclust.engine.judging.yardstick import METHOD, Yardstick, ask_for_yardstick
from deepclust.methods import find_method
from deepclust.runs import Run, RunConfig
from pages.visit import cached, session
from pages.visit.say import plain

LOOK_EVERY = 2.0  # seconds
CALM = 3.0  # seconds for which a number of clusters has to be in sight before it is measured with


def yardstick_line(config: RunConfig, data: Dataset, run: Run | None = None) -> None:
    """The line for the data and the number of clusters of a config, with what the run has found where there is one.

    With DEEPCLUST_HELPERS=0 nothing is measured for it. LocalMAP + k-means itself is beside nothing.
    """
    if config.method != METHOD and os.environ.get("DEEPCLUST_HELPERS") != "0":
        waiting = _asked(config.dataset, data, config.n_clusters).state not in ("done", "failed")
        st.fragment(_line, run_every=LOOK_EVERY if waiting else None)(config, data, run, waiting)


def _asked(ref: Mapping[str, Any], data: Dataset, k: int) -> Yardstick:
    since = st.session_state.setdefault("yardstick-since", {}).setdefault((data.fingerprint, k), time.monotonic())
    calm = time.monotonic() - since > CALM and not trials_of(cached.store().root).read().live
    return ask_for_yardstick(cached.store(), ref, data.fingerprint, data.n_samples, k, may_start=calm)


def _line(config: RunConfig, data: Dataset, run: Run | None, was_waiting: bool) -> None:
    yardstick = _asked(config.dataset, data, config.n_clusters)
    if was_waiting and yardstick.state in ("done", "failed"):
        st.rerun()  # only a new run of the page stops the clock of this line
    revealed = data.y is not None and session.labels_revealed(data.fingerprint)
    title, k = find_method(METHOD).title, config.n_clusters
    words = f":material/straighten: **{title}** on the same data, k = {k}: "
    if yardstick.judged is not None:
        words += f"{_scores(dict(yardstick.judged), revealed)}, in **{in_time(yardstick.took)}** (seed 0)"
        if run is not None and run.has_result:
            of = "" if config.test_part is None else ", train part"
            words += (
                f" · this run{of}: {_scores(run.metrics(), revealed)}, in {in_time(run.metrics().get('seconds', 0.0))}"
            )
    elif yardstick.state == "failed":
        words += plain(yardstick.error)
    else:
        words += f"it will stand here {plain(yardstick.doing) if yardstick.state == 'missing' else 'in a moment'}."
    st.caption(words)


def _scores(judged: Mapping[str, Any], revealed: bool) -> str:
    """What is known of some clusters: against labels once they are revealed, else what needs none."""
    if revealed and judged.get("acc") is not None:
        return f"ACC {judged['acc']:.3f}, NMI {judged['nmi']:.3f}"
    used = [n for n in judged.get("sizes", []) if n]
    sizes = f"{len(used)} clusters of {min(used):,} to {max(used):,}" if used else "no clusters"
    silhouette = judged.get("silhouette")
    return sizes if silhouette is None else f"{sizes}, silhouette {silhouette:.2f} in its own space"
