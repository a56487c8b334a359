"""Time and memory before a run is started: by a rule, by earlier runs, as measured; and what to change."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from deepclust.disk import write_json
from deepclust.engine.estimating.estimate import (
    STARTING,
    WORKER_MEMORY,
    Estimate,
    advice,
    can_be_tried,
    estimate,
    estimate_all,
    in_time,
    in_words,
)
from deepclust.engine.estimating.trial import Trial
from deepclust.engine.estimating.trials import key_of
from deepclust.engine.training.memory import in_bytes
from deepclust.engine.training.saved import build

FOUND = Trial(60.0, 4.0, 3e9, 412_345, 1.23e9, "cpu", None, 5.0)


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


def test_it_is_known_that_training_may_end_earlier(ask, store):
    assert estimate(ask("LALNet").config, store).at_most
    assert not estimate(ask("LALNet", tol=0.0).config, store).at_most
    assert not estimate(ask("AEKMeans").config, store).at_most


def test_it_fits_if_some_memory_is_left():
    assert Estimate(1, 8e9, 10e9, "").fits
    assert not Estimate(1, 9.5e9, 10e9, "").fits


# -- measured ---------------------------------------------------------------------------------------------------------


def test_what_was_measured_takes_the_place_of_all_rules(ask, store, ran):
    ran(40.0)
    config = ask("AEKMeans").config
    found = estimate(config, store, FOUND)
    assert found.measured
    assert found.seconds == STARTING + 64.0
    assert (found.memory, found.n_parameters, found.batch_flops) == (3e9, 412_345, 1.23e9)
    assert found.basis == "measured on a few batches"


def test_it_is_found_again_where_the_page_looks(ask, store):
    config = ask("AEKMeans").config
    assert not estimate(config, store).measured
    (store.root / "trials").mkdir()
    write_json(store.root / "trials" / f"{key_of(config)}.json", FOUND.to_json())
    assert estimate(config, store).measured
    assert not estimate(replace(config, params={**config.params, "max_epochs": 4}), store).measured


def test_a_gpu_is_filled_by_its_own_memory(ask, store):
    on_gpu = replace(FOUND, device="cuda", memory=9e9, free_memory=8e9)
    assert not estimate(ask("AEKMeans").config, store, on_gpu).fits
    assert estimate(ask("AEKMeans").config, store, replace(on_gpu, free_memory=80e9)).fits


def test_a_trial_that_ran_out_of_memory_says_that_it_does_not_fit(ask, store):
    assert not estimate(ask("AEKMeans").config, store, "there is not enough memory").fits
    other = estimate(ask("AEKMeans").config, store, "All samples are the same.")
    assert other.fits
    assert other.problem == "All samples are the same."


def test_only_methods_with_batches_can_be_tried(ask):
    assert can_be_tried(ask("DDLS").config)
    assert not can_be_tried(ask("KMeans").config)


def test_a_group_takes_the_sum_of_its_runs_by_their_costs(ask):
    config = ask("AEKMeans", max_epochs=10).config
    twice = replace(config, params={**config.params, "max_epochs": 20})
    known = Estimate(100.0, 1e9, 1e10, "", training=90.0)
    assert estimate_all([config, twice], known, config) == pytest.approx(100 + 10 + 180)


# -- advice -----------------------------------------------------------------------------------------------------------


def test_nothing_is_advised_where_all_is_well(ask):
    assert advice(ask("AEKMeans").config, Estimate(60.0, 1e9, 1e10, "", training=50.0)) == []


def test_a_batch_that_does_not_fit_is_halved_until_it_does(ask):
    config = ask("AEKMeans", n_channels=128, batch_size=4096).config
    config = replace(config, n_samples=100_000, feature_shape=(64, 64))

    def needed(batch_size: int) -> float:
        method = build(replace(config, params={**config.params, "batch_size": batch_size}))
        return method.cost(config.n_samples, config.feature_shape).memory

    expected = Estimate(60.0, needed(4096), needed(1024) * 1.2, "")
    batch, pictures = advice(config, expected)
    assert batch == f"Batch size 1024 would need about {in_bytes(needed(1024))}."
    assert pictures.startswith("Pictures of 32 × 32 instead of 64 × 64 would need about ")


def test_without_batches_and_pictures_there_is_advice_too(ask):
    config = replace(ask("KMeans").config, feature_shape=(36,))
    (said,) = advice(config, Estimate(60.0, 1e12, 1e9, ""))
    assert "smaller data set" in said


def test_a_long_training_is_told_by_the_epoch(ask):
    config = ask("AEKMeans", max_epochs=100).config
    (said,) = advice(config, Estimate(36_000.0, 1e9, 1e10, "", training=36_000.0))
    assert said == "Each of the 100 epochs takes about 6 min: 7 epochs in all would take about 42 min."


# -- words ------------------------------------------------------------------------------------------------------------


def test_an_estimate_in_words():
    told = Estimate(190.0, 640 * 2**20, 1e10, "", n_parameters=412_345, batch_flops=1.23e9)
    assert in_words(told) == "About 3 min on this CPU · 412,000 parameters · 1.2 GFLOP per batch · 640 MB"
    assert in_words(Estimate(30.0, 3 * 2**30, 1e10, "", device="cuda")) == "About 30 s on this GPU · 3.0 GB"
    early = Estimate(190.0, 640 * 2**20, 1e10, "", at_most=True)
    assert in_words(early) == "Up to about 3 min on this CPU · 640 MB"
    small = Estimate(0.2, 10.0, 1e10, "", n_parameters=999, batch_flops=512.0)
    assert in_words(small) == "About 1 s on this CPU · 999 parameters · 512 FLOP per batch · 1 MB"


def test_times_and_bytes_in_words():
    assert [in_time(s) for s in (0.1, 89, 90, 3600, 7200)] == ["1 s", "89 s", "2 min", "60 min", "2.0 h"]
    assert [in_bytes(n) for n in (0, 999 * 2**20, 2**30)] == ["1 MB", "999 MB", "1.0 GB"]


def test_wide_data_count_for_what_comes_after_training(ask, store):
    """Measured: k-means on 2,000 colour pictures of 64 x 64 took 5 CPU seconds, what follows 36 s and 240 MB."""
    config = replace(ask("KMeans").config, n_samples=2000, feature_shape=(64, 64, 3))
    wide = estimate(config, store)
    assert 15 < wide.seconds - STARTING - wide.training < 90
    assert wide.memory - WORKER_MEMORY > 240 * 2**20
    narrow = estimate(replace(config, feature_shape=(16,)), store)
    assert narrow.seconds - STARTING - narrow.training < 1
