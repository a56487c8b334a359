"""What a run will take, measured: its first batches are rehearsed on a part of the data, and the rest is worked out."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from deepclust.compute import device_memory
from deepclust.data.dataset import Dataset
from deepclust.engine.training.cards import card_of
from deepclust.engine.training.saved import build
from deepclust.events import snapshot_sample
from deepclust.methods import DeepMethod, Method, Times, rehearse
from deepclust.runs import RunConfig

# Operations of one epoch of the part of the data that is rehearsed: a second or two
PART = {"cpu": 4e10, "mps": 1e12, "cuda": 1e13}
FEWEST, MOST = 1_000, 10_000  # samples of that part, where there are so many
BATCHES = 4  # at least so many fit into the part, so that their size is that of the whole
FIRST_FIT = 200  # samples of a fit before the clock runs, which loads libraries and chooses kernels
SPARE = 1.2  # of the memory that a trial held: a whole run, which also writes files and checkpoints, held up to 1.17 times it
SOME_K = (2, 11, 20)  # of the k slider's 2 to 20


@dataclass(frozen=True)
class Trial:
    """What was measured. Seconds of training and of what comes after it, peak bytes, and the size of the network.

    device: "cpu", "cuda" or "mps"; free_memory: bytes that a GPU had left, None on a CPU; took: seconds of the trial; card: what a graphics card is
    called.
    """

    training: float
    finishing: float
    memory: float
    n_parameters: int
    batch_flops: float
    device: str
    free_memory: float | None
    took: float
    card: str = ""

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


def try_out(config: RunConfig, data: Dataset, proceed: Callable[[], bool] | None = None) -> Trial:
    """Rehearse a run on this device: some seconds. Peak memory is that of this process, so give it one of its own.

    ``proceed`` is asked between batches; where it says no, `RehearsalStoppedError` is raised. ValueError for a method
    that has no batches, and as `Method.fit_events`.
    """
    method = build(config)
    if not isinstance(method, DeepMethod):
        raise ValueError(f"{config.method} does not train in batches, so there is nothing to rehearse.")
    begun = time.perf_counter()
    n_part = size_of_part(method, data)
    rows = np.sort(np.random.default_rng(0).permutation(data.n_samples)[:n_part])
    few = max(FIRST_FIT, BATCHES * config.n_clusters)
    rehearse(build(config), data.X[rows[:few]], budget=0.0, proceed=proceed)
    found = rehearse(method, data.X[rows], proceed=proceed)
    whole, part = (method.cost(n, data.feature_shape) for n in (data.n_samples, n_part))
    times = Times(
        samples=data.n_samples / n_part,
        batches=whole.flops / part.flops,
        shown=len(snapshot_sample(data.n_samples)) / len(snapshot_sample(n_part)),
    )
    finishing = _finishing(method) * times.samples
    on_device, card = device_memory(method.device_), card_of(method.device_)
    return Trial(
        training=found.seconds(times),
        finishing=finishing,
        memory=SPARE * ((_peak_memory() if on_device is None else on_device) + whole.memory - part.memory),
        n_parameters=found.n_parameters,
        batch_flops=found.batch_flops,
        device=method.device_.type,
        free_memory=None if card is None else float(card.free),
        took=time.perf_counter() - begun,
        card="" if card is None else card.name,
    )


def size_of_part(method: Method, data: Dataset) -> int:
    """How many samples are rehearsed: few if they are costly, but enough for batches of the right size."""
    from deepclust.compute import choose_device

    n_epochs = max(1, sum(n for _, n in method.plan()))
    per_sample = method.cost(data.n_samples, data.feature_shape).flops / n_epochs / data.n_samples
    wanted = PART[choose_device(method.device).type] / max(per_sample, 1.0)
    fewest = max(FEWEST, BATCHES * getattr(method, "batch_size", 0), BATCHES * method.n_clusters)
    return min(data.n_samples, max(fewest, min(MOST, int(wanted))))


def _finishing(method: Method) -> float:
    """Seconds of the k slider and its scores, the larger part of what comes after training."""
    from deepclust.engine.training.train import K_RANGE, judge
    from deepclust.selection.k.every_k import recluster

    begun = time.perf_counter()
    ks = [k for k in SOME_K if k < len(method.labels_)]
    for labels in recluster(method.embedding_, ks, regroup=method.regrouping(method.embedding_)).values():
        judge(method.embedding_, labels, None)
    return (time.perf_counter() - begun) * len(K_RANGE) / len(SOME_K)


def _peak_memory() -> int:
    """The most bytes that this process has held."""
    if sys.platform == "win32":
        import psutil

        return int(psutil.Process().memory_info().peak_wset)
    import resource

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024
