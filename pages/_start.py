"""Start a run and look at it."""

from __future__ import annotations

from deepclust.engine.launch import launch
from deepclust.runs import Run, RunConfig
from pages import _cached, _session


def start_run(config: RunConfig) -> Run:
    """Create the run's folder, launch its worker, and make it the run that all pages show."""
    run = _cached.store().create(config)
    launch(run)
    _session.look_at(run)
    return run
