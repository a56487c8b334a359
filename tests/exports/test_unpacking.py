"""Zips from strangers: each is refused in words, and nothing of it is left behind."""

from __future__ import annotations

import io
import json
import stat
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from deepclust.exports.bundle import write_bundle
from deepclust.exports.unpacking import open_bundle
from deepclust.runs import Run, RunStore

Members = dict[str, bytes]


@pytest.fixture
def members(vectors: Run, store: RunStore) -> Members:
    """The files of a good zip by their names."""
    target = io.BytesIO()
    write_bundle(vectors, store, target)
    with zipfile.ZipFile(target) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


@pytest.fixture
def elsewhere(tmp_path: Path) -> RunStore:
    return RunStore(tmp_path / "elsewhere")


def packed(members: Members, **info: Any) -> io.BytesIO:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return target


def arrays(**values: Any) -> bytes:
    target = io.BytesIO()
    np.savez_compressed(target, **values)
    return target.getvalue()


def changed(members: Members, name: str, **values: Any) -> Members:
    """With other values in one of the JSON files."""
    return members | {name: json.dumps({**json.loads(members[name]), **values}).encode()}


def refused(zipped: Any, store: RunStore, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        open_bundle(zipped, store)
    left = [p for p in store.root.rglob("*") if p.is_file()] if store.root.exists() else []
    assert left == []


@pytest.mark.parametrize(
    "name",
    [
        "../outside.txt",
        "run/../../outside.txt",
        "/etc/passwd",
        "run/model.pkl",
        "run/snapshots/../../x.npz",
        "C:\\x.npz",
        "run/projections/evil.npz",
        "data/../x.npz",
        "run/sub/config.json",
        "data/0123456789abcdef.exe",
    ],
)
def test_files_that_no_run_is_made_of(members: Members, elsewhere: RunStore, tmp_path: Path, name: str) -> None:
    refused(packed(members | {name: b"x"}), elsewhere, "holds what no run is made of")
    assert not (tmp_path / "outside.txt").exists()


def test_links(members: Members, elsewhere: RunStore) -> None:
    zipped = packed(members)
    with zipfile.ZipFile(zipped, "a") as archive:
        link = zipfile.ZipInfo("run/model.pt" if "run/model.pt" not in members else "run/edits/3.json")
        link.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(link, "/etc/passwd")
    refused(zipped, elsewhere, "holds what no run is made of")


def test_bombs_outside_and_inside(members: Members, elsewhere: RunStore) -> None:
    with pytest.raises(ValueError, match="would unpack to"):
        open_bundle(packed(members), elsewhere, max_bytes=1_000)
    hollow = arrays(labels=np.zeros(60, np.int64), embedding=np.zeros((60, 1_200_000), np.float32), seconds=1.0)
    refused(packed(members | {"run/result.npz": hollow}), elsewhere, "bomb|unpack")


def test_no_zip_no_run_and_not_whole(members: Members, elsewhere: RunStore) -> None:
    refused(io.BytesIO(b"not a zip at all"), elsewhere, "is not a run that DeepClust has packed")
    refused(packed({"cat.png": b"x"}), elsewhere, "it holds cat.png")
    refused(packed({k: v for k, v in members.items() if k != "run/result.npz"}), elsewhere, "result.npz is missing")
    cut = io.BytesIO(packed(members).getvalue()[:-200])
    refused(cut, elsewhere, "damaged or cut short")
    refused(packed(changed(members, "deepclust-run.json", format=99)), elsewhere, "another version")
    broken = bytearray(packed(members).getvalue())
    broken[2_000:2_100] = bytes(100)
    refused(io.BytesIO(bytes(broken)), elsewhere, "damaged|is not")


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"dataset": {"file": "/etc/passwd"}}, "not by a path"),
        ({"dataset": {"own": "../../x"}}, "damaged|no own data set|not the one"),
        ({"dataset": {}}, "not by a path"),
        ({"method": "Evil"}, "There is no method 'Evil'"),
        ({"params": {"n_clusters": 3, "command": "rm"}}, "has no parameter 'command'"),
        ({"params": {"n_clusters": 10**9}}, "is not allowed"),
        ({"n_samples": 61}, "labels for 60 samples"),
        ({"n_samples": "many"}, "n_samples: 'many' is not a whole number"),
        ({"created": "today"}, "cannot be opened"),
        ({"created": 1e300}, "created: .* is not a number from 0 to"),
        ({"dataset": {"name": ["digits"]}}, "damaged"),
        ({"dataset": {"name": "digits", "prepare": 5}}, "damaged"),
    ],
)
def test_configs_that_do_not_fit(members: Members, elsewhere: RunStore, values: dict[str, Any], words: str) -> None:
    bad = changed(members, "run/config.json", **values)
    if values.get("dataset", {}).get("own") == "../../x":
        run = open_bundle(packed(bad), elsewhere)  # a reference that leads nowhere is a missing data set, no more
        from deepclust.exports.view import data_of

        assert data_of(run, elsewhere) is None
        return
    refused(packed(bad), elsewhere, words)


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        (
            "run/result.npz",
            {"labels": np.zeros(60, np.int64), "embedding": np.full((60, 2), np.nan, np.float32), "seconds": 1.0},
            "embedding goes from nan to nan",
        ),
        (
            "run/result.npz",
            {"labels": np.zeros(60, np.int64), "embedding": np.zeros(60, np.float32), "seconds": 1.0},
            "embedding is no table of numbers",
        ),
        (
            "run/result.npz",
            {"labels": np.full(60, 10**12), "embedding": np.zeros((60, 2), np.float32), "seconds": 1.0},
            "labels goes from .* and may go from -1 to 9999",
        ),
        (
            "run/result.npz",
            {"labels": np.array([{}] * 60), "embedding": np.zeros((60, 2)), "seconds": 1.0},
            "Python objects",
        ),
        ("run/labels_by_k.npz", {"3": np.zeros(59, np.int16)}, "3 does not fit: 59 where there should be 60"),
        ("run/labels_by_k.npz", {"4": np.zeros(60, np.int16)}, "its own k = 3"),
        ("run/labels_by_k.npz", {"evil": np.zeros(60, np.int16)}, "cannot be opened"),
    ],
)
def test_arrays_that_do_not_belong_together(
    members: Members, elsewhere: RunStore, name: str, content: dict[str, Any], words: str
) -> None:
    refused(packed(members | {name: arrays(**content)}), elsewhere, words)


def test_data_that_are_not_the_runs_own_are_refused(members: Members, elsewhere: RunStore) -> None:
    key = next(n for n in members if n.startswith("data/") and n.endswith(".npz"))
    other = arrays(x=np.ones((60, 5), np.float32))
    refused(packed(members | {key: other}), elsewhere, "not the one that the run was trained on|damaged")


def test_words_from_strangers_are_plain_and_their_maps_and_processes_are_left_out(
    members: Members, elsewhere: RunStore
) -> None:
    picture = "![x](http://evil.example/x.png)"
    note = json.dumps({"kind": "note", "level": "info", "text": picture})
    strange = json.dumps({"kind": "script", "text": picture})
    map_name = next(n for n in members if n.startswith("run/projections/"))
    bad = changed(
        members,
        "run/config.json",
        dataset_title=picture,
        device="cuda:0; rm",
        group={"id": "g", "words": picture, "differs": ""},
    )
    bad = changed(bad, "run/status.json", state="running", pid=1, message=picture)
    bad |= {
        "run/events.jsonl": members["run/events.jsonl"] + f"{note}\n{strange}\n".encode(),
        map_name: b"no map",
        "deepclust-run.json": json.dumps({"format": 1, "run": "datasets"}).encode(),
    }
    bad[map_name] = arrays(points=np.zeros((7, 2)), facts=np.array(json.dumps({"method": "pca", "params": {}})))
    run = open_bundle(packed(bad), elsewhere)
    assert run.id == "opened-run", "an id that is the name of another folder is not taken"
    config, status = run.config, run.status()
    assert not set("[]()!") & set(config.dataset_title) - {"!"}
    assert (config.group, config.device, config.member) == (None, "auto", "")
    assert (status.state, status.pid) == ("done", None)
    texts = [e["text"] for e in run.events()[0] if e["kind"] == "note"]
    assert texts[-1] == "!(x)(http://evil.example/x.png)"
    assert {e["kind"] for e in run.events()[0]} <= {"stage", "progress", "note"}
    assert not list((run.folder / "projections").glob("*.npz"))


def test_a_failed_store_leaves_nothing(members: Members, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(ValueError, match="cannot be written"):
        open_bundle(packed(members), RunStore(tmp_path / "file" / "runs"))


def test_a_run_that_comes_as_a_path_is_named_in_the_error(
    tmp_path: Path, elsewhere: RunStore, ask: Callable[..., Run]
) -> None:
    with pytest.raises(ValueError, match="There is no file"):
        open_bundle(tmp_path / "nothing.zip", elsewhere)
    (tmp_path / "odd.zip").write_bytes(b"PK")
    with pytest.raises(ValueError, match=r"odd\.zip is not a run"):
        open_bundle(tmp_path / "odd.zip", elsewhere)
