"""Whatever stands in the files of one run: the others are listed and queued, and the damaged one is named with the reason."""

from __future__ import annotations

import json
import os
from dataclasses import fields

import pytest

from deepclust.engine.training.queue import waiting_before
from deepclust.runs import DamagedRun, Run, RunConfig, RunStatus
from deepclust.runs.table import table

WRONG = [
    "null",
    "true",
    '"x"',
    "-1",
    "1.5",
    "1e300",
    "-1e300",
    "1e999",
    "NaN",
    "-Infinity",
    "9" * 400,
    "[]",
    "{}",
    "[null]",
    '{"a": {"b": []}}',
    "[" * 900 + "]" * 900,
    "[" * 100_000,
    "[" * 100_000 + "]" * 100_000,
    "",
]


@pytest.fixture
def runs(ask) -> tuple[Run, Run]:
    return ask(), ask()


def put(run: Run, file: str, field: str, text: str) -> None:
    """Write a file with one field's value replaced by ``text``, whatever that is."""
    path = run.folder / file
    values = json.loads(path.read_text()) if path.exists() else {}
    path.write_text(json.dumps({**values, field: "@@"}).replace('"@@"', text))


@pytest.mark.parametrize("text", WRONG, ids=range(len(WRONG)))
def test_a_damaged_config_is_listed_with_its_reason_and_hides_nothing(runs, store, text):
    good, bad = runs
    original = (bad.folder / "config.json").read_text()
    for field in fields(RunConfig):
        (bad.folder / "config.json").write_text(original)
        put(bad, "config.json", field.name, text)
        listed = {run.id for run in store.runs()}
        damaged = store.damaged()
        assert listed | {run.id for run in damaged} == {good.id, bad.id}
        assert good.id in listed
        assert waiting_before(good, store) == []
        for one in damaged:
            assert "config.json is missing or damaged (" in one.why
        for run in store.runs():  # what every page asks of every run
            assert isinstance(run.config.part + run.config.dataset_title + run.config.method, str)
            assert run.config.n_clusters >= 0
    (bad.folder / "config.json").write_text(text)
    assert [run.id for run in store.runs()] == [good.id]
    assert [run.id for run in store.damaged()] == [bad.id]


@pytest.mark.parametrize("text", WRONG, ids=range(len(WRONG)))
def test_a_damaged_status_stops_no_queue(runs, store, text):
    bad, good = runs
    for field in fields(RunStatus):
        (bad.folder / "status.json").unlink(missing_ok=True)
        put(bad, "status.json", field.name, text)
        assert isinstance(bad.status(), RunStatus)
        assert [run.id for run in waiting_before(good, store)] in ([], [bad.id])
        assert store.get(good.id).status().state == "queued"
    (bad.folder / "status.json").write_text(text)
    assert bad.status().state == "queued"
    assert bad.set_status(state="stopped").state == "stopped"


@pytest.mark.parametrize("text", WRONG, ids=range(len(WRONG)))
def test_damaged_metrics_events_and_commands_are_as_if_there_were_none(runs, text):
    run = runs[0]
    (run.folder / "result.npz").write_bytes(b"")
    for field in ("acc", "silhouette", "seconds", "content", "spaces", "by_k", "sizes"):
        (run.folder / "metrics.json").unlink(missing_ok=True)
        put(run, "metrics.json", field, text)
        assert isinstance(run.metrics(), dict)
        assert isinstance(run.content, str)
        table(list(runs))
    (run.folder / "events.jsonl").write_text(text + "\n")
    assert run.events()[0] == []
    for path in (run.folder / "command.json", run.folder / "metrics.json"):
        path.write_text(text)
    assert run.command() == "run"
    assert run.metrics() == {}


def test_a_folder_that_lost_its_config_is_damaged_and_other_folders_are_not_runs(runs, store):
    good, bad = runs
    (bad.folder / "config.json").unlink()
    for name in ("datasets", "slots", "projector", ".new-20260101-000000-x", "20260101-notes"):
        (store.root / name).mkdir(exist_ok=True)
    (store.root / "projector" / "status.json").write_text("{}")
    assert store.damaged() == [DamagedRun(bad.folder, "Its config.json is missing.")]
    assert [run.id for run in store.runs()] == [good.id]


def test_a_damaged_run_can_be_deleted_and_one_that_is_mended_is_a_run_again(runs, store):
    good, bad = runs
    text = (bad.folder / "config.json").read_text()
    (bad.folder / "config.json").write_text("{")
    (damaged,) = store.damaged()
    (bad.folder / "config.json").write_text(text)
    assert store.damaged() == []
    assert len(store.runs()) == 2
    store.delete(damaged)
    assert [run.id for run in store.runs()] == [good.id]
    assert not bad.folder.exists()


def test_the_newest_runs_are_offered(ask, store):
    made = [ask(seed=seed).id for seed in range(4)]
    assert [run.id for run in store.recent(2)] == made[:1:-1]


def test_what_killed_processes_left_half_done_is_swept(ask, store):
    run = ask()
    for name in (".opening-x", ".deleted-x", ".new-x", ".new-young", ".mine"):
        (store.root / name).mkdir()
        (store.root / name / "file").write_text("x")
        if name != ".new-young":
            os.utime(store.root / name, (0, 0))
    store.sweep()
    assert {path.name for path in store.root.iterdir()} == {run.id, ".new-young", ".mine"}
