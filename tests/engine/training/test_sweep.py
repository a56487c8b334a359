"""Sweeps: every combination once, seed by seed, and a wait for all of them."""

from __future__ import annotations

import pytest

from deepclust.engine.training import sweep as module
from deepclust.engine.training.sweep import run_all, sweep, values_of
from deepclust.engine.training.worker import work


def test_values_are_read_with_the_types_of_their_parameters():
    found = values_of("LALNet", [("transforms", "D4,rotations"), ("c_alpha", "0.1,1")])
    assert found == {"transforms": ["D4", "rotations"], "c_alpha": [0.1, 1.0]}
    with pytest.raises(ValueError, match="LALNet has no parameter 'transform'"):
        values_of("LALNet", [("transform", "D4")])


def test_every_combination_is_there_once_for_each_seed(ask):
    config = ask("KMeans").config
    configs = sweep(config, {"n_init": [1, 2], "n_clusters": [2, 3], "scaling": ["none"]}, seeds=[4, 5])
    asked = [(c.seed, c.params["n_init"], c.params["n_clusters"]) for c in configs]
    assert asked == [(s, i, k) for s in (4, 5) for i in (1, 2) for k in (2, 3)]
    assert {c.params["scaling"] for c in configs} == {"none"}
    assert len({c.group.id for c in configs}) == 1
    assert configs[0].part == "n_init 1, n_clusters 2"  # what does not vary is not said


def test_a_sweep_that_is_too_large_or_asks_for_nonsense_is_refused(ask):
    config = ask("KMeans").config
    with pytest.raises(ValueError, match="makes 1,500 runs; a sweep has at most 1,000"):
        sweep(config, {"n_init": list(range(1, 16))}, seeds=list(range(100)))
    with pytest.raises(ValueError, match="n_init"):
        sweep(config, {"n_init": [0]})


def test_all_are_waited_for(ask, store, monkeypatch):
    monkeypatch.setattr(module, "launch", work)
    told = []
    asked = ask("KMeans")
    config = asked.config
    store.delete(asked, force=True)  # or they would wait for its worker to speak
    runs = run_all(sweep(config, {"n_init": [1, 2]}), store, told.append)
    assert [run.status().state for run in runs] == ["done", "done"]
    assert {run.id for run in told} == {run.id for run in runs}


def test_ctrl_c_stops_those_that_still_go(ask, store, monkeypatch):
    def interrupted(seconds):
        raise KeyboardInterrupt

    monkeypatch.setattr(module, "launch", lambda run: None)
    monkeypatch.setattr(module.time, "sleep", interrupted)
    configs = sweep(ask("KMeans").config, {"n_init": [1, 2]})
    with pytest.raises(KeyboardInterrupt):
        run_all(configs, store)
    assert [run.command() for run in store.group(configs[0].group.id)] == ["stop", "stop"]
