"""A disk that fills up while a run trains: the run ends as failed, in words, and goes on once there is room again."""

from __future__ import annotations

import errno
import json
import os

import pytest

from deepclust import disk
from deepclust.disk import DiskFullError
from deepclust.engine.training.launch import discard, launch
from deepclust.engine.training.train import train
from deepclust.events import Progress
from deepclust.runs.run import SPARE


@pytest.fixture
def fill(monkeypatch):
    """``fill(run)``: from now on no file is taken until the run gives up the room that it keeps for its last words."""

    def filled(run):
        def opened(path, mode="r", *more, **further):
            if set(mode) & set("wxa") and (run.folder / SPARE).exists():
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            return open(path, mode, *more, **further)

        monkeypatch.setattr(disk, "open", opened, raising=False)

    return filled


def unfinished(run):
    return [path.name for path in run.folder.rglob(".*") if path.name != SPARE]


@pytest.mark.parametrize("at", [2, 5])
def test_a_full_disk_ends_a_run_in_words_and_it_goes_on_from_its_checkpoint(ask, store, fill, monkeypatch, at):
    monkeypatch.setattr("deepclust.engine.training.train.CHECKPOINT_EVERY", 0.0)
    run, undisturbed = ask("AEKMeans", max_epochs=6), ask("AEKMeans", max_epochs=6)

    def watch(event):
        if isinstance(event, Progress) and event.epoch == at:
            fill(run)

    status = train(run, store, watch=watch)
    assert status.state == "failed"
    assert status == run.status(), "the last words are on the disk"
    assert "is full" in status.message
    assert "Resume goes on from the last checkpoint" in status.message
    assert not unfinished(run)
    assert (run.folder / "checkpoint.pt").exists()
    monkeypatch.undo()
    assert train(run, store).state == "done"
    assert train(undisturbed, store).state == "done"
    epochs = [event["epoch"] for event in run.events()[0] if event["kind"] == "progress"]
    assert epochs == [1, 2, 3, 4, 5, 6]
    assert run.result().labels.tolist() == undisturbed.result().labels.tolist()
    assert not (run.folder / SPARE).exists(), "an ended run keeps no room"
    assert run.metrics() == json.loads((run.folder / "metrics.json").read_text()), "every field of it is known"


def test_a_disk_that_fills_before_the_first_word_is_said_too(ask, store, fill):
    run = ask()
    fill(run)
    status = train(run, store)
    assert status.state == "failed"
    assert "is full" in run.status().message


def test_where_not_even_the_last_words_find_room_the_reader_says_what_it_sees(ask, monkeypatch):
    run = ask()
    run.set_status(state="running", pid=2**22 + 1, create_time=0.0, host="", heartbeat=0.0)
    assert "disk" not in run.status().message
    monkeypatch.setattr(disk.shutil, "disk_usage", lambda folder: type("Usage", (), {"free": 0}))
    status = run.status()
    assert (status.state, status.message) == (
        "lost",
        "The worker process ended without a word. The disk that holds it is full.",
    )


def refuse_all(monkeypatch):
    def opened(path, mode="r", *more, **further):
        if set(mode) & set("wxa"):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return open(path, mode, *more, **further)

    monkeypatch.setattr(disk, "open", opened, raising=False)


def test_resume_and_a_new_run_say_that_the_disk_is_full_and_no_half_folder_stays(ask, store, monkeypatch):
    run = ask()
    run.set_status(state="stopped")
    before = sorted(path.name for path in store.root.iterdir())
    refuse_all(monkeypatch)
    with pytest.raises(DiskFullError, match="is full"):
        launch(run)
    with pytest.raises(DiskFullError, match=r"is full.*Free some space"):
        store.create(run.config)
    assert sorted(path.name for path in store.root.iterdir()) == before
    assert json.loads((run.folder / "status.json").read_text())["state"] == "stopped"


def test_an_ended_run_can_be_discarded_on_a_full_disk(ask, store, monkeypatch):
    run = ask()
    run.set_status(state="failed")
    refuse_all(monkeypatch)
    discard(run, store)
    assert store.runs() == []


def test_a_run_whose_folder_is_removed_while_it_trains_ends_and_leaves_nothing(ask, store):
    run = ask("AEKMeans", max_epochs=4_000)

    def watch(event):
        if isinstance(event, Progress) and event.epoch == 3:
            for path in sorted(
                run.folder.rglob("*"), reverse=True
            ):  # as rm -r does, which a new file makes fail at its end
                path.rmdir() if path.is_dir() else path.unlink()

    status = train(run, store, watch=watch)
    assert status.state == "stopped"
    assert not run.folder.exists()
    assert (store.runs(), store.damaged()) == ([], [])
