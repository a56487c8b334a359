"""Timed trials: what is rehearsed, how it is scaled up to the whole, and what is measured on the way."""

from __future__ import annotations

import time

import numpy as np
import pytest

from deepclust.data.dataset import Dataset
from deepclust.data.references import open_dataset
from deepclust.engine.estimating import trial
from deepclust.engine.estimating.trial import FEWEST, size_of_part, try_out
from deepclust.engine.training.saved import build
from deepclust.methods.base.rehearsal import Rehearsal, RehearsalStoppedError, StageTimes


@pytest.fixture
def data(ask, store):
    return open_dataset(ask().config.dataset, store.datasets)


def many(n_samples: int, side: int = 6) -> Dataset:
    return Dataset("many", np.random.default_rng(0).random((n_samples, side, side), np.float32), kind="image")


def test_a_run_is_measured(ask, data):
    found = try_out(ask("DDLS").config, data)
    assert found.device == "cpu"
    assert found.free_memory is None
    assert found.training > 0
    assert found.finishing > 0
    assert found.took > 0
    assert found.batch_flops > 1e4
    fitted = build(ask("DDLS").config).fit(data.X)
    assert found.n_parameters == sum(p.numel() for p in fitted._net.parameters())
    assert 5e7 < found.memory < 1e10  # at least Python and torch


def test_more_epochs_take_longer_in_proportion(ask, data, monkeypatch):
    """In seconds of the processor, so that a busy machine does not count."""
    monkeypatch.setattr(time, "perf_counter", time.process_time)
    monkeypatch.setattr(trial, "_finishing", lambda method: 0.0)
    few, more = (try_out(ask("AEKMeans", max_epochs=n).config, data).training for n in (100, 10_000))
    assert 20 < more / few < 500


def test_what_is_foretold_is_what_it_takes(ask, data, monkeypatch):
    """In seconds of the processor, too; generous, as the fit is short."""
    monkeypatch.setattr(time, "perf_counter", time.process_time)
    monkeypatch.setattr(trial, "_finishing", lambda method: 0.0)
    config = ask("AEKMeans", max_epochs=120).config
    try_out(config, data)  # whatever is loaded on the way
    found = try_out(config, data)
    method = build(config)
    begun = time.perf_counter()
    method.fit(data.X)
    assert 1 / 3 < found.training / (time.perf_counter() - begun) < 3


def test_the_part_is_small_where_samples_are_costly_but_holds_batches_of_the_right_size(ask):
    light = build(ask("AEKMeans", n_channels=1, batch_size=64).config)
    heavy = build(ask("AEKMeans", n_channels=256, batch_size=64).config)
    wide = build(ask("AEKMeans", n_channels=256, batch_size=2048).config)
    assert size_of_part(light, many(500)) == 500
    assert size_of_part(light, many(20_000)) == trial.MOST
    assert size_of_part(heavy, many(20_000, 28)) == FEWEST
    assert size_of_part(wide, many(20_000, 28)) == 4 * 2048


def test_what_was_rehearsed_on_a_part_is_scaled_up(ask, monkeypatch):
    stages = [StageTimes("Autoencoder", 3, first=1.0, further=1.0, batch=0.1, n_batches=4, snapshot=10.0)]
    rehearsed = []

    def rehearse(method, X, budget=1.0, proceed=None):
        rehearsed.append(len(X))
        method.fit(X[:60])
        return Rehearsal(stages, beside=7.0, n_parameters=5)

    monkeypatch.setattr(trial, "rehearse", rehearse)
    monkeypatch.setattr(trial, "size_of_part", lambda method, data: 1_000)
    found = try_out(ask("AEKMeans", max_epochs=3).config, many(4_000))
    assert rehearsed == [200, 1_000]
    # four times the samples and the batches, but a snapshot shows 2,000 samples at most
    assert found.training == pytest.approx(4 * 7 + 4 * 3 * 1.0 + 4 * 3 * 4 * 0.1 + 2 * 3 * 10)
    assert found.n_parameters == 5


def test_memory_of_the_samples_that_were_left_out_is_added(ask, monkeypatch):
    monkeypatch.setattr(trial, "_peak_memory", lambda: 1e9)
    monkeypatch.setattr(trial, "_finishing", lambda method: 0.0)
    config = ask("AEKMeans", batch_size=64).config
    found = try_out(config, many(900))
    assert found.memory == trial.SPARE * 1e9
    monkeypatch.setattr(trial, "size_of_part", lambda method, data: 300)
    more = try_out(config, many(900)).memory / trial.SPARE - 1e9
    assert more == pytest.approx(2 * 4 * 600 * 36, rel=0.01)  # two copies of 600 pictures


def test_it_can_be_broken_off(ask, data):
    with pytest.raises(RehearsalStoppedError):
        try_out(ask("AEKMeans").config, data, lambda: False)


def test_methods_without_batches_are_refused_in_words(ask, data):
    with pytest.raises(ValueError, match="KMeans does not train in batches"):
        try_out(ask("KMeans").config, data)
