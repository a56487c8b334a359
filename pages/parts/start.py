"""Start a run, or a group of runs, and look at it."""

from __future__ import annotations

from collections.abc import Sequence

from deepclust.engine.training.launch import launch
from deepclust.runs import Run, RunConfig
from pages.visit import cached, session


def start_run(config: RunConfig) -> Run:
    """Create the run's folder, launch its worker, and make it the run that all pages show."""
    return start_group([config])[0]


def start_group(configs: Sequence[RunConfig]) -> list[Run]:
    """Create and launch one run for each config, in that order, and look at the first."""
    runs: list[Run] = []
    try:
        runs.extend(cached.store().create(config) for config in configs)
    except OSError:
        for run in runs:  # a part of a group compares nothing
            cached.store().delete(run, force=True)
        raise
    for run in runs:
        launch(run)
    session.look_at(runs[0])
    return runs
