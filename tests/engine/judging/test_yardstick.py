"""LocalMAP + k-means as a yardstick: measured once for the samples and k, out of the way of runs, and never raising."""

from __future__ import annotations

import time
from dataclasses import replace

import numpy as np
import pytest

from deepclust.data.references import open_dataset
from deepclust.disk import write_json
from deepclust.engine.detached.work import Report
from deepclust.engine.judging import yardstick
from deepclust.engine.judging.yardstick import BELIEVED, LARGEST, Yardstick, ask_for_yardstick, measure, yardstick_of
from deepclust.owner import this_process


@pytest.fixture
def data(store, small_file):
    store.root.mkdir(parents=True)
    return open_dataset({"file": str(small_file)}, store.datasets)


def asked(store, data, k: int = 3, **changes) -> Yardstick:
    return ask_for_yardstick(store, {"file": "x"}, data.fingerprint, changes.pop("n", data.n_samples), k, **changes)


def measured(store, data, small_file, k: int) -> Yardstick:
    (store.root / "yardsticks").mkdir(exist_ok=True)
    steps = measure(store, {"file": str(small_file)}, data.fingerprint, k)
    return yardstick_of(store.root, data.fingerprint, k).carry_out(Yardstick(), steps)


def test_a_page_starts_one_process_and_reads_what_it_measured(store, data, started, small_file):
    assert asked(store, data).state == "starting"
    assert started == ["deepclust.engine.judging.yardstick"]
    assert asked(store, data).state == "starting"
    assert len(started) == 1
    yardstick_of(store.root, data.fingerprint, 3).path.unlink()
    report = measured(store, data, small_file, 3)
    assert (report.state, report.judged["n_used"], sum(report.judged["sizes"])) == ("done", 3, 90)
    assert report.judged["acc"] == 1.0
    assert report.took > 0
    assert asked(store, data) == report
    assert len(started) == 1


def test_the_map_is_made_once_for_all_numbers_of_clusters(store, data, small_file, monkeypatch):
    first = measured(store, data, small_file, 3)
    made = (store.root / "yardsticks" / f"{data.fingerprint}.npz").stat().st_mtime_ns
    monkeypatch.setattr(yardstick, "METHOD", "none that there is")
    second = measured(store, data, small_file, 5)
    assert (second.state, second.judged["n_used"]) == ("done", 5)
    assert second.took > 0
    assert first.state == "done"
    assert (store.root / "yardsticks" / f"{data.fingerprint}.npz").stat().st_mtime_ns == made


def test_the_clusters_of_the_first_are_those_of_the_method(store, data, small_file):
    from deepclust import LocalMAPKMeans

    report = measured(store, data, small_file, 3)
    labels = LocalMAPKMeans(n_clusters=3).fit_predict(data.X)
    assert sorted(report.judged["sizes"]) == sorted(np.bincount(labels).tolist())


def test_it_keeps_out_of_the_way(store, data, started, ask):
    run = ask("KMeans")
    run.set_status(**this_process(), state="running")
    report = asked(store, data)
    assert (report.state, report.doing, started) == ("missing", "when nothing trains here", [])
    run.set_status(state="done")
    assert asked(store, data, may_start=False).doing == "in a moment"
    assert started == []
    assert "up to 100,000 samples" in asked(store, data, n=LARGEST + 1).error
    assert started == []


def test_one_that_was_killed_is_not_tried_again_at_once(store, data, started):
    (store.root / "yardsticks").mkdir()
    dead = Yardstick("running", **{**this_process(), "pid": 2**22 + 1})
    yardstick_of(store.root, data.fingerprint, 3).tell(dead)
    report = asked(store, data)
    assert (report.state, "ended without a word" in report.error, started) == ("failed", True, [])
    yardstick_of(store.root, data.fingerprint, 3).tell(replace(dead, heartbeat=time.time() - BELIEVED - 1))
    assert asked(store, data).state == "starting"


def test_what_failed_says_why_and_is_not_tried_again_and_again(store, data, started, small_file):
    (store.root / "yardsticks").mkdir()
    steps = measure(store, {"file": str(small_file)}, "another", 3)
    assert "has changed" in yardstick_of(store.root, "another", 3).carry_out(Yardstick(), steps).error
    write_json(yardstick_of(store.root, data.fingerprint, 3).path, Report("failed", error="It cannot be.").to_json())
    assert asked(store, data).error == "It cannot be."
    assert started == []
