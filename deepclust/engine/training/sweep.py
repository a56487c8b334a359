"""Sweeps: one run for each combination of values and each seed, and a wait for all that were launched."""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from deepclust.engine.asking.ask import members
from deepclust.engine.training.launch import launch
from deepclust.methods import find_method
from deepclust.params import params_of, parse_value
from deepclust.runs import Run, RunConfig, RunGroup, RunStore
from deepclust.runs.run import ENDED

LOOK_EVERY = 0.5  # seconds
LARGEST = 1_000  # runs of one sweep


def values_of(method: str, words: Sequence[tuple[str, str]]) -> dict[str, list[Any]]:
    """The values that a sweep goes through, from (name, "V1,V2") pairs. ValueError for unknown names and bad values."""
    params = params_of(find_method(method))
    found = {}
    for name, text in words:
        if name not in params:
            raise ValueError(f"{method} has no parameter {name!r}. It has: {', '.join(params)}.")
        found[name] = [parse_value(params[name], value) for value in text.split(",")]
    return found


def sweep(
    config: RunConfig, values: Mapping[str, Sequence[Any]], seeds: Sequence[int] = (), words: str = "Sweep"
) -> list[RunConfig]:
    """A group of configs, one for each combination of ``values`` and each seed (else that of ``config``).

    words: what is compared. Seed by seed, so that every combination has a first result as early as possible. ValueError for
    values that the method does not allow, and for more than 1,000 runs.
    """
    combinations = [dict(zip(values, c, strict=True)) for c in itertools.product(*values.values())]
    n_runs = len(combinations) * max(1, len(seeds))
    if n_runs > LARGEST:
        raise ValueError(f"That makes {n_runs:,} runs; a sweep has at most {LARGEST:,}. Leave some values out.")
    varied = [name for name, several in values.items() if len(several) > 1]
    group = RunGroup.new(words, ",".join(varied), kind="ladder")
    return members(config, group, [("", c) for c in combinations], seeds)


def run_all(
    configs: Sequence[RunConfig], store: RunStore, watch: Callable[[Run], object] = lambda run: None
) -> list[Run]:
    """Launch all runs (see `launch`: here or on a cluster) and wait until all have ended; ``watch`` gets each as it ends.

    Ctrl-C stops those that are still going, keeps what they have learned, and raises KeyboardInterrupt.
    """
    runs = [store.create(config) for config in configs]
    for run in runs:
        launch(run)
    going = list(runs)
    try:
        while going:
            for run in [run for run in going if run.status().state in ENDED]:
                going.remove(run)
                watch(run)
            time.sleep(LOOK_EVERY if going else 0)
    except KeyboardInterrupt:
        for run in going:
            run.send("stop")
        raise
    return runs
