"""Runs on disk: a run is a folder that can be read with `cat`, zipped, mailed, and opened on another machine."""

from __future__ import annotations

from deepclust.runs.config import RunConfig, RunGroup
from deepclust.runs.run import Run, RunStatus
from deepclust.runs.store import DamagedRun, RunStore

__all__ = ["DamagedRun", "Run", "RunConfig", "RunGroup", "RunStatus", "RunStore"]
