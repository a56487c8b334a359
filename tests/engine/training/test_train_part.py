"""The papers' protocol: a run learns from the official train part alone, and the test part is judged after it."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from deepclust.data.references import open_dataset
from deepclust.engine.training.remote import train_here
from deepclust.engine.training.saved import load_model
from deepclust.engine.training.train import train
from deepclust.events import Progress
from deepclust.methods import METHODS
from deepclust.metrics.external import acc
from deepclust.runs.table import TESTED, scores_of_test
from tests.engine.training.test_train import send_and_wait


@pytest.fixture
def train_part(split_file: Path) -> dict[str, str]:
    return {"file": str(split_file), "part": "train"}


@pytest.mark.parametrize("method", list(METHODS))
def test_every_method_places_a_test_part_that_it_has_not_seen(ask, store, train_part, method):
    run = ask(method, ref=train_part)
    status = train(run, store)
    assert status.state == "done", status.message
    assert len(run.result().labels) == run.config.n_samples == 60
    both = run.metrics()["test_part"]
    test = open_dataset(run.config.test_part, store.datasets)
    assert both["n_samples"] == test.n_samples == 30
    placed = load_model(run).predict(test.X)
    assert both["placed"]["acc"] == pytest.approx(acc(test.y, placed))
    assert sum(both["placed"]["sizes"]) == sum(both["alone"]["sizes"]) == 30
    assert set(scores_of_test(run.metrics())) == set(TESTED)


def test_both_scores_survive_a_stop_and_a_resume(ask, store, train_part):
    run = ask("AEKMeans", ref=train_part)

    def stop(event):
        if isinstance(event, Progress) and event.epoch == 1:
            send_and_wait(run, "stop")

    assert train(run, store, watch=stop).state == "stopped"
    assert run.metrics()["test_part"]["n_samples"] == 30
    run.send("run")
    assert train(run, store).state == "done"
    assert run.metrics()["test_part"]["placed"]["n_used"] >= 1


def test_without_labels_the_parts_are_judged_by_what_needs_none(ask, store, split_file):
    with np.load(split_file) as arrays:
        np.savez(split_file, x_train=arrays["x_train"], x_test=arrays["x_test"])
    run = ask("KMeans", ref={"file": str(split_file), "part": "train"})
    train(run, store)
    assert set(scores_of_test(run.metrics()).values()) == {None}
    assert run.metrics()["test_part"]["alone"]["silhouette"] > 0


def test_a_worker_of_a_cluster_is_given_both_parts_of_own_data(ask, store, train_part, split_file):
    run = ask("KMeans", ref=train_part)
    own, test = (open_dataset(ref, store.datasets) for ref in (run.config.dataset, run.config.test_part))
    split_file.unlink()  # which is not on that machine
    last = train_here(run.id, (run.folder / "config.json").read_text(), own, test)
    assert last.status["state"] == "done", last.status["message"]
    assert json.loads(last.files["metrics.json"])["test_part"]["placed"]["acc"] == 1.0


def test_a_run_on_all_samples_has_no_test_part(ask, store, split_file):
    run = ask("KMeans", ref={"file": str(split_file)})
    train(run, store)
    assert run.config.test_part is None
    assert "test_part" not in run.metrics()
