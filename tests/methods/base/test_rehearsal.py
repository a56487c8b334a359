"""A rehearsal: a few batches of every stage, the rest counted; what it foretells is put together as it should."""

from __future__ import annotations

import time
from collections.abc import Iterator
from types import SimpleNamespace
from typing import ClassVar

import numpy as np
import pytest

from deepclust.events import Event, Stage
from deepclust.methods import METHODS
from deepclust.methods.base.autoencoding import AutoencoderMethod
from deepclust.methods.base.centers import kmeans_centers
from deepclust.methods.base.deep import DeepMethod, Means, descend, snapshot_due
from deepclust.methods.base.rehearsal import MOST, Rehearsal, RehearsalStoppedError, StageTimes, Times, rehearse
from tests.tiny import TINY

DEEP = [name for name, cls in METHODS.items() if issubclass(cls, DeepMethod)]
X = np.random.default_rng(0).random((300, 6, 6)).astype(np.float32)


class Sleeper(AutoencoderMethod):
    """Takes a known time: 1 stage, in which an epoch begins with a pause and every batch has one; the first is longer."""

    batch: ClassVar[float] = 0.01
    first: ClassVar[float] = 0.2
    further: ClassVar[float] = 0.05
    settling: ClassVar[float] = 0.1

    def plan(self) -> tuple[tuple[str, int], ...]:
        return (("Sleep", 50), ("Nothing", 0))

    def _learn(self, X: np.ndarray) -> Iterator[Event]:
        import torch

        x = self._x = self._tensor(X)
        optimiser = torch.optim.SGD(self._net.parameters(), lr=1e-3)
        for stage, n_epochs in self.plan():
            yield Stage(stage, n_epochs, {})
            for epoch in self._epochs(stage, n_epochs, net=self._net):
                time.sleep(self.first if epoch == 1 else self.further)
                losses = Means()
                for rows in self._batches(len(x), 5):
                    time.sleep(self.batch)
                    _, x_hat = self._net(x[rows])
                    loss = ((x_hat - x[rows]) ** 2).mean()
                    descend(optimiser, loss)
                    losses.add({"loss": loss}, len(rows))
                yield from self._report(losses)

    def _settle(self, X: np.ndarray) -> None:
        time.sleep(self.settling)
        self.embedding_ = self._embed(X)
        self.cluster_centers_ = kmeans_centers(self.embedding_, self.n_clusters, 0, 1)
        self.labels_ = self._assign(self.embedding_)


@pytest.mark.parametrize("name", DEEP)
def test_every_deep_method_can_be_rehearsed(name: str) -> None:
    method = METHODS[name](n_clusters=3, device="cpu", **TINY.get(name, {}))
    found = rehearse(method, X, budget=0.0)
    assert [stage.name for stage in found.stages] == [s for s, _ in method.plan()]
    for stage, (_, n_epochs) in zip(found.stages, method.plan(), strict=True):
        assert stage.n_epochs == n_epochs
        if stage.n_batches:
            assert stage.batch > 0
        else:  # all samples at once: its epochs are timed whole
            assert stage.further > 0
        assert stage.snapshot > 0
    assert found.stages[0].n_batches > 0
    assert found.batch_flops > 0
    assert found.n_parameters == sum(p.numel() for p in method._net.parameters())
    assert found.beside > 0
    assert method.labels_.shape == (300,)


def test_only_a_few_batches_are_computed_and_all_are_counted() -> None:
    asked = []
    method = Sleeper(n_clusters=2, n_channels=2, device="cpu")
    found = rehearse(method, X, budget=100.0, proceed=lambda: asked.append(1) is None)
    assert found.stages[0].n_batches == 60
    assert len(asked) == 2 * 60  # of two epochs
    method = Sleeper(n_clusters=2, n_channels=2, device="cpu")
    begun = time.perf_counter()
    rehearse(method, X, budget=0.05)
    assert time.perf_counter() - begun < 60 * Sleeper.batch * 2 + 1.0
    assert MOST < 60


def test_the_parts_are_told_apart() -> None:
    rehearse(Sleeper(n_clusters=2, n_channels=2, device="cpu"), X, budget=0.0)  # loads what it needs
    found = rehearse(Sleeper(n_clusters=2, n_channels=2, device="cpu"), X, budget=0.2)
    sleep, nothing = found.stages
    assert 0.01 < sleep.batch < 0.1
    assert 0.2 <= sleep.first < 0.5
    assert 0.05 <= sleep.further < 0.2
    assert found.beside >= 0.1
    assert nothing.seconds(Times(1, 1, 1)) == 0.0


def test_operations_are_those_of_forward_and_backward() -> None:
    method = Sleeper(n_clusters=2, n_hidden=4, n_components=3, device="cpu")
    flat = X.reshape(300, 36)
    found = rehearse(method, flat, budget=0.0)
    weights = 36 * 4 + 4 * 4 + 4 * 3 + 3 * 4 + 4 * 4 + 4 * 36
    forward = 2 * 5 * weights
    no_gradient_of_the_input = 2 * 5 * 36 * 4
    assert found.stages[0].flops == 3 * forward - no_gradient_of_the_input


def test_the_whole_is_the_sum_of_its_parts() -> None:
    stage = StageTimes("a", 10, first=3.0, further=1.0, batch=0.1, n_batches=20, snapshot=0.5, flops=7.0)
    other = StageTimes("b", 5, batch=0.2, n_batches=40, flops=1.0)
    assert stage.seconds(Times(1, 1, 1)) == pytest.approx(3 + 9 * 1 + 10 * 20 * 0.1 + 10 * 0.5)
    assert stage.seconds(Times(2, 3, 4)) == pytest.approx(2 * 12 + 3 * 20 + 4 * 5)
    found = Rehearsal([stage, other], beside=6.0, n_parameters=1)
    assert found.seconds() == pytest.approx(6 + 37 + 40)
    assert found.seconds(Times(2, 3, 4)) == pytest.approx(12 + 104 + 120)
    assert found.batch_flops == pytest.approx((200 * 7 + 200 * 1) / 400)


def test_it_can_be_broken_off() -> None:
    method = Sleeper(n_clusters=2, n_channels=2, device="cpu")
    with pytest.raises(RehearsalStoppedError):
        rehearse(method, X, proceed=lambda: False)


def test_snapshots_are_due_first_last_and_about_twenty_times_between() -> None:
    assert [e for e in range(1, 6) if snapshot_due(e, 5)] == [1, 2, 3, 4, 5]
    due = [e for e in range(1, 91) if snapshot_due(e, 90)]
    assert due[:3] == [1, 4, 8]
    assert due[-1] == 90


def test_what_a_device_does_later_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """A GPU answers at once and works on: here every wait for it takes a second of a clock that stands still otherwise."""
    clock = [0.0]

    def wait(device: object) -> None:
        clock[0] += 1.0

    monkeypatch.setattr("deepclust.methods.base.rehearsal.synchronise", wait)
    monkeypatch.setattr("deepclust.methods.base.rehearsal.time", SimpleNamespace(perf_counter=lambda: clock[0]))
    for name in ("batch", "first", "further", "settling"):
        monkeypatch.setattr(Sleeper, name, 0.0)
    sleep, _ = rehearse(Sleeper(n_clusters=2, n_channels=2, device="cpu"), X, budget=3.0).stages
    assert sleep.batch == 1.0
    assert sleep.further == 1.0, "the end of an epoch is waited for as well"
