"""Time and memory before a run is started: a rule of thumb first, then what earlier runs took."""

from __future__ import annotations

import json

import pytest

from deepclust.engine.estimate import STARTING, Estimate, estimate
from deepclust.runs.run import write_json


@pytest.fixture
def ran(ask):
    """An earlier run that took so many seconds."""

    def make(seconds: float, method: str = "AEKMeans", state: str = "done", **values):
        run = ask(method, **values)
        write_json(run.folder / "metrics.json", {"seconds": seconds})
        run.set_status(state=state)
        return run

    return make


def test_the_first_estimate_is_a_rule_of_thumb(ask, store):
    found = estimate(ask("AEKMeans").config, store)
    assert "rule of thumb" in found.basis
    assert found.seconds > STARTING
    assert 0 < found.memory < 1e9
    assert found.free_memory > 0


def test_more_epochs_and_more_samples_take_longer(ask, store):
    few, many = (estimate(ask("AEKMeans", max_epochs=n).config, store).seconds for n in (10, 1000))
    assert many - STARTING == pytest.approx(100 * (few - STARTING))


def test_earlier_runs_tell_better(ask, store, ran):
    ran(40.0, max_epochs=10)
    found = estimate(ask("AEKMeans", max_epochs=20).config, store)
    assert found.seconds == pytest.approx(STARTING + 80.0)
    assert "1 earlier run" in found.basis


def test_only_runs_that_compare_are_used(ask, store, ran):
    ran(40.0, method="KMeans")
    ran(40.0, state="stopped")
    ran(40.0, device="cuda")
    ran(0.01)
    assert "rule of thumb" in estimate(ask("AEKMeans").config, store).basis


def test_runs_of_other_versions_and_damaged_ones_are_passed_over(ask, store, ran):
    old, damaged = ran(40.0), ran(40.0)
    config = json.loads((old.folder / "config.json").read_text())
    config["params"]["momentum_of_long_ago"] = 0.9
    (old.folder / "config.json").write_text(json.dumps(config))
    (damaged.folder / "config.json").write_text("{")
    assert "rule of thumb" in estimate(ask("AEKMeans").config, store).basis


def test_it_fits_if_some_memory_is_left():
    assert Estimate(1, 8e9, 10e9, "").fits
    assert not Estimate(1, 9.5e9, 10e9, "").fits
