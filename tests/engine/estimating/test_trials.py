"""The process that tries configs out: one question at a time, out of the way of runs, and no silence when it dies."""

from __future__ import annotations

import json
import os
import time
from dataclasses import replace

import pytest

from deepclust.disk import write_json
from deepclust.engine.estimating import trials
from deepclust.engine.estimating.trial import Trial
from deepclust.engine.estimating.trials import ask_for_trial, found_trial, key_of, serve
from deepclust.methods.base.rehearsal import RehearsalStoppedError
from deepclust.owner import this_process

FOUND = Trial(3.0, 1.0, 1e9, 1234, 5e8, "cpu", None, 2.0)


@pytest.fixture
def asked(monkeypatch, started) -> list[str]:
    """What would be started as processes, while none is; and the code counts as unchanged."""
    monkeypatch.setattr(trials, "sameness", lambda: "the same")
    monkeypatch.setattr(trials, "CALM", 0.01)
    monkeypatch.setattr(trials, "LOOK_AGAIN", 0.01)
    return started


@pytest.fixture
def config(ask):
    run = ask("AEKMeans")
    run.set_status(state="done")  # else it waits for the device, before all trials
    return run.config


def test_names_tell_apart_what_would_take_longer_and_nothing_else(config, asked):
    assert key_of(config) == key_of(replace(config, seed=7, preset="quick", labels_seen=True, created=0.0))
    others = (
        replace(config, params={**config.params, "max_epochs": 99}),
        replace(config, device="cuda"),
        replace(config, method="DDLS"),
        replace(config, fingerprint="other"),
    )
    assert len({key_of(c) for c in (config, *others)}) == 5


def test_the_first_question_starts_a_process_and_the_next_ones_do_not(config, store, asked):
    assert found_trial(config, store.root) is None
    assert ask_for_trial(config, store.root).state == "starting"
    assert ask_for_trial(config, store.root).state == "starting"
    assert asked == ["deepclust.engine.estimating.trials"]
    wanted = json.loads((store.root / "trials" / "wanted.json").read_text())
    assert wanted["key"] == key_of(config)


def test_what_was_measured_is_found_again(config, store, asked, monkeypatch):
    monkeypatch.setattr(trials, "try_out", lambda config, data, proceed: FOUND)
    ask_for_trial(config, store.root)
    serve(store.root)
    assert found_trial(config, store.root) == FOUND
    assert not (store.root / "trials" / "status.json").exists()


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (ValueError("All samples are the same."), "All samples are the same."),
        (MemoryError(), "there is not enough memory"),
        (type("OutOfMemoryError", (RuntimeError,), {})("CUDA"), "not enough memory on the GPU"),
    ],
)
def test_a_trial_that_fails_says_why(config, store, asked, monkeypatch, error, words):
    def fails(config, data, proceed):
        raise error

    monkeypatch.setattr(trials, "try_out", fails)
    ask_for_trial(config, store.root)
    serve(store.root)
    assert words in found_trial(config, store.root)


def test_a_failure_is_not_believed_for_ever(config, store, asked):
    write_json(_folder(store) / f"{key_of(config)}.json", {"error": "there is not enough memory"})
    assert found_trial(config, store.root) == "there is not enough memory"
    an_hour_ago = time.time() - 3600
    os.utime(store.root / "trials" / f"{key_of(config)}.json", (an_hour_ago, an_hour_ago))
    assert found_trial(config, store.root) is None


def test_a_process_that_was_killed_in_the_midst_counts_as_a_failure(config, store, asked):
    dead = {**this_process(), "pid": 2**22 + 1, "key": key_of(config)}
    write_json(_folder(store) / "status.json", {**dead, "state": "running", "doing": "measuring"})
    assert ask_for_trial(config, store.root).state == "failed"
    assert "lack of memory" in found_trial(config, store.root)
    assert asked == []


def test_one_that_died_while_it_waited_is_started_again(config, store, asked):
    dead = {**this_process(), "pid": 2**22 + 1, "key": key_of(config)}
    write_json(_folder(store) / "status.json", {**dead, "state": "running", "doing": "waiting"})
    assert ask_for_trial(config, store.root).state == "starting"


def test_one_that_lives_is_asked_what_it_does(config, store, asked):
    write_json(
        _folder(store) / "status.json",
        {**this_process(), "key": key_of(config), "state": "running", "doing": "measuring"},
    )
    assert ask_for_trial(config, store.root).doing == "measuring"
    assert ask_for_trial(replace(config, device="cuda"), store.root).doing == "waiting"
    assert asked == []


def test_it_waits_while_a_run_trains_and_gives_up_when_nobody_asks_any_more(ask, config, store, asked, monkeypatch):
    monkeypatch.setattr(trials, "try_out", lambda *a: pytest.fail("it was tried out"))
    monkeypatch.setattr(trials, "NOBODY", 0.3)
    run = ask("KMeans")
    run.set_status(**this_process(), state="running")
    ask_for_trial(config, store.root)
    said = []
    monkeypatch.setattr(trials.Work, "tell", lambda work, report: said.append(report.doing))
    serve(store.root)
    assert set(said) == {"waiting"}


def test_a_trial_is_broken_off_when_a_run_starts_or_the_form_changes(ask, config, store, asked, monkeypatch):
    asks = []

    def try_out(config, data, proceed):
        asks.append(proceed())
        ask_for_trial(replace(config, params={**config.params, "max_epochs": 77}), store.root)
        time.sleep(0.05)
        asks.append(proceed())
        if len(asks) == 2:
            raise RehearsalStoppedError
        return FOUND

    monkeypatch.setattr(trials, "try_out", try_out)
    ask_for_trial(config, store.root)
    serve(store.root)
    assert asks == [True, False]
    assert found_trial(config, store.root) is None
    serve(store.root)  # as the page has another process started
    assert found_trial(replace(config, params={**config.params, "max_epochs": 77}), store.root) == FOUND


@pytest.mark.slow
def test_a_real_process_answers(config, store, workers, wait_until):
    wait_until(lambda: ask_for_trial(config, store.root) and found_trial(config, store.root), "the trial")
    found = found_trial(config, store.root)
    assert isinstance(found, Trial)
    assert found.training > 0


def _folder(store):
    folder = store.root / "trials"
    folder.mkdir(parents=True, exist_ok=True)
    return folder
