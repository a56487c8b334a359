"""The folder of runs: create, list, find and delete; damage in one run must not hide the others."""

from __future__ import annotations

import json
import os
import re
import time
from dataclasses import replace

import pytest

from deepclust.runs import RunConfig, RunGroup, RunStore
from deepclust.runs.store import DAYS_ASIDE


def config(**changes) -> RunConfig:
    known = RunConfig(
        dataset={"name": "digits"},
        dataset_title="Digits",
        fingerprint="0123456789abcdef",
        kind="image",
        n_samples=1797,
        feature_shape=(8, 8),
        method="KMeans",
        params={"n_clusters": 10},
    )
    return replace(known, **changes)


def test_nothing_is_created_before_it_is_needed(store):
    assert store.runs() == []
    assert not store.root.exists()


def test_create_gives_a_folder_that_says_what_was_asked(store):
    asked = config(preset="quick", seed=3, labels_seen=True)
    run = store.create(asked)
    assert re.fullmatch(r"\d{8}-\d{6}-kmeans-digits-[0-9a-f]{4}", run.id)
    again = store.get(run.id)
    assert again.config == asked
    assert again.config.feature_shape == (8, 8)
    assert again.config.n_clusters == 10
    assert again.status().state == "queued"
    assert json.loads((run.folder / "config.json").read_text())["seed"] == 3


@pytest.mark.parametrize("title", ["", "数字", "../../etc/passwd", "a" * 300, "Üñï & <b>"])
def test_any_title_gives_an_id_that_can_be_asked_for(store, title):
    run = store.create(config(dataset_title=title))
    assert run.folder.parent == store.root
    assert store.get(run.id).config.dataset_title == title


def test_runs_are_listed_newest_first(store):
    now = time.time()
    ids = [store.create(config(created=now - age)).id for age in (10, 0, 20)]
    assert [run.id for run in store.runs()] == [ids[1], ids[0], ids[2]]


@pytest.mark.parametrize(
    "run_id", ["../x", "", None, "KMeans", "a/b", ".hidden", "x" * 81, "run\n", "-x", "never-made"]
)
def test_malformed_and_unknown_ids_are_refused(store, run_id):
    store.create(config())
    (store.root.parent / "x").mkdir()
    (store.root.parent / "x" / "config.json").write_text("{}")
    with pytest.raises(ValueError, match="There is no run"):
        store.get(run_id)


@pytest.mark.parametrize(
    "text",
    ["", "{", "[]", "null", "{}", "\xff", '{"feature_shape": 3}', '{"feature_shape": [8, 8], "method": "KMeans"}'],
)
def test_a_damaged_config_does_not_hide_the_others(store, text):
    good, bad = store.create(config()), store.create(config())
    (bad.folder / "config.json").write_text(text, encoding="latin-1")
    assert [run.id for run in store.runs()] == [good.id]
    with pytest.raises(ValueError, match=r"config\.json is missing or damaged"):
        store.get(bad.id)


@pytest.mark.parametrize("change", [{"created": None}, {"params": {}}, {"params": {"n_clusters": "ten"}}])
def test_a_config_with_impossible_values_is_damaged(store, change):
    run = store.create(config())
    path = run.folder / "config.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), **change}))
    assert store.runs() == []


def test_a_config_of_a_later_version_can_still_be_read(store):
    run = store.create(config())
    path = run.folder / "config.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), "invented_later": 1}))
    assert store.get(run.id).config == run.config


def test_other_folders_are_not_runs(store):
    run = store.create(config())
    for name in ("datasets", "slots", ".deleted-x", "Notes"):
        (store.root / name).mkdir()
    (store.root / ".deleted-x" / "config.json").write_text((run.folder / "config.json").read_text())
    (store.root / "a-file").write_text("")
    assert [r.id for r in store.runs()] == [run.id]


def test_delete_removes_the_folder_and_nothing_else(store):
    keep, gone = store.create(config()), store.create(config())
    gone.set_status(state="done")
    (gone.folder / "projections").mkdir()
    (gone.folder / "projections" / "a.npz").write_bytes(b"x")
    store.delete(gone)
    assert sorted(path.name for path in store.root.iterdir()) == [keep.id]
    store.delete(gone)  # a second tab did the same
    assert [run.id for run in store.runs()] == [keep.id]


def test_a_live_run_is_not_deleted_unless_forced(store):
    run = store.create(config())
    with pytest.raises(ValueError, match=r"still queued\. Stop or discard it first"):
        store.delete(run)
    assert run.folder.exists()
    store.delete(run, force=True)
    assert not run.folder.exists()


def test_the_root_is_asked_for_given_by_the_environment_or_the_users_own(tmp_path, monkeypatch):
    monkeypatch.setenv("DEEPCLUST_RUNS", str(tmp_path / "named"))
    assert RunStore().root == tmp_path / "named"
    assert RunStore(tmp_path / "given").root == tmp_path / "given"
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("DEEPCLUST_RUNS")
    assert RunStore().root.name == "runs"
    assert "deepclust" in RunStore().root.parts


def test_a_group_is_found_in_the_order_of_its_runs(store):
    now, group, other = time.time(), RunGroup.new("Transformations", "n_init"), RunGroup.new("x", "n_init")
    ids = [store.create(config(created=now + age, group=group)).id for age in (2, 0, 1)]
    store.create(config(created=now))
    store.create(config(created=now, group=other))
    assert [run.id for run in store.group(group.id)] == [ids[1], ids[2], ids[0]]
    assert store.group(group.id)[0].config.group == group
    assert store.group("no such group") == []


def test_runs_from_before_there_were_groups_can_still_be_read(store):
    run = store.create(config())
    path = run.folder / "config.json"
    path.write_text(json.dumps({k: v for k, v in json.loads(path.read_text()).items() if k != "group"}))
    assert store.get(run.id).config.group is None
    assert store.get(run.id).config.part == ""


@pytest.mark.parametrize("group", [3, "x", [], {}, {"id": "a", "words": "b"}])
def test_a_damaged_group_is_a_damaged_config(store, group):
    run = store.create(config())
    path = run.folder / "config.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), "group": group}))
    assert store.runs() == []


def test_a_group_of_a_later_version_can_still_be_read(store):
    group = RunGroup.new("Transformations", "n_init")
    run = store.create(config(group=group))
    path = run.folder / "config.json"
    values = json.loads(path.read_text())
    path.write_text(json.dumps({**values, "group": {**values["group"], "invented_later": 1}}))
    assert store.get(run.id).config.group == group


def test_a_run_that_was_set_aside_is_in_no_list_and_comes_back_as_it_was(store):
    run, other = store.create(config(seed=1)), store.create(config(seed=2))
    with pytest.raises(ValueError, match="still queued"):
        store.set_aside(run)
    run.set_status(state="done")
    store.set_aside(run)
    assert [r.id for r in store.runs()] == [other.id]
    assert store.aside() == [run.id]
    with pytest.raises(ValueError, match="no run"):
        store.get(run.id)
    assert store.bring_back(run.id).config.seed == 1
    assert store.get(run.id).status().state == "done"
    assert store.aside() == []


def test_a_run_that_was_set_aside_can_be_deleted_for_good(store):
    run = store.create(config())
    run.set_status(state="done")
    store.set_aside(run)
    store.delete_aside("../elsewhere")
    store.delete_aside(run.id)
    store.delete_aside(run.id)
    assert store.aside() == []
    assert list(store.root.glob("*")) == []


@pytest.mark.parametrize("run_id", ["../x", "", "never-there", "x" * 81])
def test_what_is_not_aside_cannot_be_brought_back(store, run_id):
    store.create(config())
    with pytest.raises(ValueError, match="not among those"):
        store.bring_back(run_id)


def test_a_run_is_aside_for_some_days_and_then_gone(store):
    runs = [store.create(config(seed=seed)) for seed in (1, 2)]
    for run in runs:
        run.set_status(state="done")
        store.set_aside(run)
    old = time.time() - (DAYS_ASIDE + 1) * 86_400
    os.utime(store.root / f".aside-{runs[0].id}", (old, old))
    store.sweep()
    assert store.aside() == [runs[1].id]
