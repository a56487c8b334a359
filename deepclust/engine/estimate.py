"""How long a run may take and how much memory, before it is started: from earlier runs where there are any."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass

import numpy as np
import psutil

from deepclust.compute import likely_device
from deepclust.engine.saved import build
from deepclust.runs import RunConfig, RunStore

# Floating-point operations per second that training reaches, until earlier runs tell better (2 CPU cores: measured).
USUAL_SPEED = {"cpu": 2.0e10, "mps": 5.0e11, "cuda": 5.0e12}
STARTING = 6.0  # seconds for the worker to load torch, and to finish the run on small data


@dataclass(frozen=True)
class Estimate:
    """Seconds and bytes that a run may take, the memory that is free, and what the seconds are based on."""

    seconds: float
    memory: float
    free_memory: float
    basis: str

    @property
    def fits(self) -> bool:
        """Whether the memory is likely to do."""
        return self.memory < 0.9 * self.free_memory


def estimate(config: RunConfig, store: RunStore) -> Estimate:
    """Time and memory for a run, within a factor of about two."""
    device = likely_device(config.device).split(":")[0]
    cost = build(config).cost(config.n_samples, config.feature_shape)
    speeds = []
    for run in store.runs()[:50]:
        past, seconds = run.config, run.metrics().get("seconds")
        same = past.method == config.method and likely_device(past.device).split(":")[0] == device
        if same and run.status().state == "done" and seconds and seconds > 1:
            with suppress(TypeError, ValueError):  # a run of an earlier version, whose parameters were others
                speeds.append(build(past).cost(past.n_samples, past.feature_shape).flops / seconds)
    speed = float(np.median(speeds[:5])) if speeds else USUAL_SPEED[device]
    return Estimate(
        seconds=STARTING + cost.flops / speed,
        memory=cost.memory,
        free_memory=float(psutil.virtual_memory().available),
        basis=f"from {len(speeds[:5])} earlier run(s) here"
        if speeds
        else "rule of thumb; the first run tells better",
    )
