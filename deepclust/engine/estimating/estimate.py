"""How long a run may take and how much memory, before it is started: by a rule, by earlier runs, or as measured."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace

import numpy as np
import psutil

from deepclust.compute import likely_device
from deepclust.engine.estimating.trial import Trial
from deepclust.engine.estimating.trials import found_trial
from deepclust.engine.training.memory import FILLED, cost_of, in_bytes, label_of_batch, smaller_batches, with_batch
from deepclust.engine.training.saved import build
from deepclust.methods import Cost, DeepMethod, find_method
from deepclust.runs import RunConfig, RunStore

# Floating-point operations per second that training reaches, until earlier runs tell better (2 CPU cores: measured).
USUAL_SPEED = {"cpu": 2.0e10, "mps": 5.0e11, "cuda": 5.0e12}
# Bytes of a worker with torch and scikit-learn loaded, before it has any data: 374 MiB and what they load when used
WORKER_MEMORY = 450 * 2**20
STARTING = 6.0  # seconds for the worker to load torch, and to finish the run on small data
LONG = 45 * 60.0  # seconds from which on fewer epochs are advised
DEVICE_WORDS = {"cpu": "this CPU", "cuda": "this GPU", "mps": "this Apple GPU"}


@dataclass(frozen=True)
class Estimate:
    """Seconds and bytes that a run may take, the memory that is free, and what the seconds are based on.

    training: the part of the seconds that is spent learning. n_parameters of the network and batch_flops (operations of
    a batch, forward and backward) are known once it was measured. at_most: for all epochs, of a method that may end earlier.
    problem: why it could not be measured, in words. card: what the graphics card is called that it was measured on.
    """

    seconds: float
    memory: float
    free_memory: float
    basis: str
    device: str = "cpu"
    training: float = 0.0
    n_parameters: int | None = None
    batch_flops: float | None = None
    at_most: bool = False
    problem: str = ""
    card: str = ""

    @property
    def measured(self) -> bool:
        """Whether it comes from timed batches of this very run."""
        return self.n_parameters is not None

    @property
    def fits(self) -> bool:
        """Whether the memory is likely to do."""
        return self.memory < FILLED * self.free_memory and "memory" not in self.problem


def estimate(config: RunConfig, store: RunStore, trial: Trial | str | None = None) -> Estimate:
    """Time and memory for a run: within a factor of 1.5 where it was measured, else of two or three.

    trial: what was measured, where the caller knows; else what was found earlier on this machine, if anything.
    """
    trial = found_trial(config, store.root) if trial is None else trial
    at_most = build(config).may_end_early
    free = float(psutil.virtual_memory().available)
    if isinstance(trial, Trial):
        return Estimate(
            seconds=STARTING + trial.training + trial.finishing,
            memory=trial.memory,
            free_memory=free if trial.free_memory is None else trial.free_memory,
            basis="measured on a few batches",
            device=trial.device,
            card=trial.card,
            training=trial.training,
            n_parameters=trial.n_parameters,
            batch_flops=trial.batch_flops,
            at_most=at_most,
        )
    device = likely_device(config.device).split(":")[0]
    speeds = _earlier_speeds(config, device, store)
    cost = cost_of(config)
    training = cost.flops / (float(np.median(speeds)) if speeds else USUAL_SPEED[device])
    finishing = _finishing(config.n_samples, cost.width)
    return Estimate(
        seconds=STARTING + training + finishing.flops / USUAL_SPEED["cpu"],
        memory=cost.memory + finishing.memory + (WORKER_MEMORY if device == "cpu" else 0),
        free_memory=free,
        basis=f"from {len(speeds)} earlier run(s) here" if speeds else "rule of thumb",
        device=device,
        training=training,
        at_most=at_most,
        problem=trial or "",
    )


def can_be_tried(config: RunConfig) -> bool:
    """Whether the method trains in batches, a few of which can be timed."""
    return issubclass(find_method(config.method), DeepMethod)


def estimate_all(configs: Sequence[RunConfig], known: Estimate, of: RunConfig) -> float:
    """Seconds for a group of runs one after the other, from what is known of one like them and their costs."""
    flops = cost_of(of).flops
    return sum(known.seconds - known.training + known.training * cost_of(c).flops / flops for c in configs)


def _finishing(n_samples: int, width: int) -> Cost:
    """What follows training in an embedding of ``width`` features: the k slider, its scores, and the first map by PCA.

    k-means for k = 2..20 takes three starts of some 15 rounds each; a silhouette compares 1,000 samples with each other;
    PCA has the eigenvectors of the smaller Gram matrix, and two more copies of the data.
    """
    size, small = float(n_samples) * width, float(min(n_samples, width))
    slider = 2.0 * 3 * 15 * sum(range(2, 21)) * size
    scores = 2.0 * 19 * min(n_samples, 1000) ** 2 * width
    eigenvectors = 2.0 * small * size + 4 / 3 * small**3
    return Cost(flops=slider + scores + eigenvectors, memory=8 * size + 20 * small**2)


def _earlier_speeds(config: RunConfig, device: str, store: RunStore) -> list[float]:
    """Operations per second of up to five earlier runs of this method on this kind of device."""
    speeds: list[float] = []
    for run in store.recent():
        past, seconds = run.config, run.metrics().get("seconds")
        same = past.method == config.method and likely_device(past.device).split(":")[0] == device
        if same and run.status().state == "done" and seconds and seconds > 1 and len(speeds) < 5:
            with suppress(TypeError, ValueError):  # a run of an earlier version, whose parameters were others
                speeds.append(cost_of(past).flops / seconds)
    return speeds


# -- advice -----------------------------------------------------------------------------------------------------------


def advice(config: RunConfig, expected: Estimate) -> list[str]:
    """What to change, in sentences with numbers, where memory will not do or training takes very long; else nothing."""
    said = _memory_advice(config, expected) if not expected.fits else []
    n_epochs = sum(n for _, n in build(config).plan())
    if expected.training > LONG and n_epochs > 1:
        each = expected.training / n_epochs
        some = int(LONG / each)
        shorter = f"{some} epochs in all would take about {in_time(some * each)}" if some else "choose fewer"
        said.append(f"Each of the {n_epochs:,} epochs takes about {in_time(each)}: {shorter}.")
    return said


def _memory_advice(config: RunConfig, expected: Estimate) -> list[str]:
    said = []
    fitting = next(
        (
            (b, m)
            for b in smaller_batches(config)
            if (m := _memory_with(with_batch(config, b), expected, config)) < FILLED * expected.free_memory
        ),
        None,
    )
    if fitting is not None:
        said.append(f"{label_of_batch(config)} {fitting[0]} would need about {in_bytes(fitting[1])}.")
    if len(config.feature_shape) > 1:
        small = tuple(max(1, side // 2) for side in config.feature_shape[:2]) + config.feature_shape[2:]
        memory = _memory_with(replace(config, feature_shape=small), expected, config)
        said.append(
            f"Pictures of {small[0]} × {small[1]} instead of {config.feature_shape[0]} × {config.feature_shape[1]} would "
            f"need about {in_bytes(memory)}."
        )
    if not said:
        said.append("Choose a narrower network or a smaller data set.")
    return said


def _memory_with(changed: RunConfig, expected: Estimate, like: RunConfig) -> float:
    """Bytes that a changed config may take: what is expected of ``like``, and the difference by the rule."""
    return max(0.0, expected.memory + cost_of(changed).memory - cost_of(like).memory)


# -- words ------------------------------------------------------------------------------------------------------------


def in_words(expected: Estimate) -> str:
    """An estimate on one line, such as "About 3 min on this CPU · 412,000 parameters · 1.2 GFLOP per batch · 640 MB"."""
    about = "Up to about" if expected.at_most else "About"
    where = expected.card or DEVICE_WORDS.get(expected.device, expected.device)
    parts = [f"{about} {in_time(expected.seconds)} on {where}"]
    if expected.n_parameters is not None:
        parts.append(f"{_rounded(expected.n_parameters):,} parameters")
    if expected.batch_flops is not None:
        parts.append(f"{_si(expected.batch_flops)}FLOP per batch")
    return " · ".join([*parts, in_bytes(expected.memory)])


def in_time(seconds: float) -> str:
    """Seconds in words that one reads at a glance."""
    if seconds < 90:
        return f"{seconds:.0f} s" if seconds >= 1 else "1 s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"


def _rounded(n: int) -> int:
    """A number with three digits that count."""
    return round(n, 3 - len(str(n))) if n >= 1000 else n


def _si(n: float) -> str:
    """A number with two digits that count, and its unit prefix."""
    for size, prefix in ((1e12, "T"), (1e9, "G"), (1e6, "M")):
        if n >= size:
            value = n / size
            return f"{value:.1f} {prefix}" if value < 10 else f"{value:.0f} {prefix}"
    return f"{n:.0f} "
