"""A rehearsal: a few timed batches of every stage of a deep method, from which its whole training can be foretold."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from deepclust.captured import WARM_UP as STEPS_BEFORE
from deepclust.compute import synchronise
from deepclust.methods.base.deep import DeepMethod, snapshot_due

if TYPE_CHECKING:
    import torch

EPOCHS = 2  # of each stage: the first has work of its own, the second is like all others
WARM_UP = (
    1  # batches of a stage that are not timed, as kernels are chosen and buffers made; their operations are counted
)
FEWEST, MOST = 3, 40  # batches of a stage that are timed
IN_VAIN = 10_000  # times that a stage may ask for batches in an epoch and get none


class RehearsalStoppedError(Exception):
    """Whoever asked for a rehearsal does not want it any more."""


@dataclass(frozen=True)
class Times:
    """How much larger the whole is than what was rehearsed: samples, batches of an epoch, samples of a snapshot."""

    samples: float
    batches: float
    shown: float


SAME = Times(1.0, 1.0, 1.0)


@dataclass
class StageTimes:
    """What a stage takes, in seconds.

    first: the first epoch without its batches and its snapshot; further: any later one; batch: a batch on average;
    snapshot: one of them. n_batches: in an epoch; flops: floating-point operations of a batch, forward and backward.
    """

    name: str
    n_epochs: int
    first: float = 0.0
    further: float = 0.0
    batch: float = 0.0
    n_batches: int = 0
    snapshot: float = 0.0
    flops: float = 0.0

    def seconds(self, times: Times) -> float:
        """All epochs of the stage, of data that are larger than those of the rehearsal."""
        if not self.n_epochs:
            return 0.0
        beside = times.samples * (self.first + self.further * (self.n_epochs - 1))
        trained = times.batches * self.batch * self.n_batches * self.n_epochs
        n_snapshots = sum(snapshot_due(epoch, self.n_epochs) for epoch in range(1, self.n_epochs + 1))
        return beside + trained + times.shown * self.snapshot * n_snapshots


@dataclass
class Rehearsal:
    """What was timed. beside: seconds before, between and after the stages, the final clusters among them."""

    stages: list[StageTimes] = field(default_factory=list)
    beside: float = 0.0
    n_parameters: int = 0

    def seconds(self, times: Times = SAME) -> float:
        """The whole training, of data that are larger than those of the rehearsal."""
        return times.samples * self.beside + sum(stage.seconds(times) for stage in self.stages)

    @property
    def batch_flops(self) -> float:
        """Floating-point operations of a batch, forward and backward: the mean over all batches of the training."""
        n_batches = [stage.n_epochs * stage.n_batches for stage in self.stages]
        flops = sum(n * stage.flops for n, stage in zip(n_batches, self.stages, strict=True))
        return flops / max(1, sum(n_batches))


def rehearse(
    method: DeepMethod, X: np.ndarray, budget: float = 1.0, proceed: Callable[[], bool] | None = None
) -> Rehearsal:
    """Fit a method to X with two epochs in every stage, of which only the first batches are computed, and time them.

    budget: seconds of batches in a stage. ``proceed`` is asked between batches; where it says no, RehearsalStoppedError
    is raised. The method is fitted afterwards, but has learned next to nothing. ValueError as `Method.fit_events`.
    """
    watch = _Watch(method, budget)
    method.between_batches = proceed
    begun = time.perf_counter()
    for _ in method.fit_events(X):
        pass
    if method._told_to_stop:
        raise RehearsalStoppedError
    watch.found.beside = time.perf_counter() - begun - watch.in_epochs
    watch.found.n_parameters = method.n_parameters_
    return watch.found


class _Watch:
    """Stands between a method and its own epochs, batches and snapshots: it shortens them and looks at the clock."""

    def __init__(self, method: DeepMethod, budget: float) -> None:
        self.method, self.budget = method, budget
        self.found = Rehearsal()
        self.in_epochs = 0.0
        self._own = {name: getattr(method, name) for name in ("_epochs", "_batches", "_snapshot")}
        for name in self._own:  # on this one object, in front of what its class defines
            setattr(method, name, getattr(self, name.removeprefix("_")))

    def epochs(self, stage: str, n_epochs: int, **state: Any) -> Iterator[int]:
        """At most `EPOCHS` epochs of a stage; what they take besides batches and snapshots is noted."""
        times = StageTimes(stage, n_epochs)
        self.found.stages.append(times)
        self._given, self._timed, self._batch_seconds = 0, 0, 0.0
        self._snapshot_seconds: list[float] = []
        for epoch in self._own["_epochs"](stage, min(n_epochs, EPOCHS), **state):
            self._epoch, self._asked, self._elsewhere, begun = epoch, 0, 0.0, time.perf_counter()
            try:
                yield epoch
            finally:  # also where the stage says that it has converged
                synchronise(self.method.device_)
                spent = time.perf_counter() - begun
                self.in_epochs += spent
                if epoch == 1:
                    times.first = spent - self._elsewhere
                times.further = spent - self._elsewhere
                times.batch = self._batch_seconds / max(1, self._timed)
                times.snapshot = float(np.mean(self._snapshot_seconds or [0.0]))

    def batches(self, n_samples: int, batch_size: int) -> Iterator[torch.Tensor]:
        """The first batches of an epoch; the others are only counted."""
        stage, enough = self.found.stages[-1], False
        self._asked += 1
        if self._asked > IN_VAIN:
            raise ValueError(
                f"{type(self.method).__name__} asks for batches again and again in one epoch of {stage.name}, whatever it "
                "gets, so its training cannot be foretold from a few of them."
            )
        for rows in self._own["_batches"](n_samples, batch_size):
            stage.n_batches += self._epoch == 1
            enough = enough or self._enough()
            if not enough:
                yield from self._timed_batch(rows, stage)
                enough = self._epoch > 1

    def _enough(self) -> bool:
        used_up = self._batch_seconds >= self.budget and self._timed >= FEWEST
        return self._epoch == 1 and (used_up or self._timed >= MOST)

    def _timed_batch(self, rows: torch.Tensor, stage: StageTimes) -> Iterator[torch.Tensor]:
        self._given += 1
        captured = self.method._recorder is not None  # then a few run as they are, one is captured, and the rest tell
        warming_up = self._given <= WARM_UP + captured * (STEPS_BEFORE + 1)
        self._mark = time.perf_counter()
        try:
            if self._given <= WARM_UP:
                yield from self._counted(rows, stage)
            else:
                yield rows
        finally:
            synchronise(self.method.device_)
            now = time.perf_counter()
            spent = now - self._mark  # since anyone last looked: a method may take two batches at a time
            self._mark = now
            self._elsewhere += spent
            if not warming_up:
                self._batch_seconds += spent
                self._timed += 1

    def _counted(self, rows: torch.Tensor, stage: StageTimes) -> Iterator[torch.Tensor]:
        """Give a batch and count the operations that are made with it."""
        from torch.utils.flop_counter import FlopCounterMode

        with FlopCounterMode(display=False) as counter:
            yield rows
        stage.flops = float(counter.get_total_flops())

    def snapshot(self, stage: str, epoch: int) -> Any:
        """A snapshot as the method makes it."""
        begun = time.perf_counter()
        shot = self._own["_snapshot"](stage, epoch)
        self._snapshot_seconds.append(time.perf_counter() - begun)
        self._elsewhere += self._snapshot_seconds[-1]
        return shot
