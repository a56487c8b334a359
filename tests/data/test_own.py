"""Data sets of one's own: kept under their content's name, listed, renamed, deleted."""

from __future__ import annotations

import json
import os

import numpy as np
import pytest

from deepclust.data import own
from deepclust.data.dataset import Dataset
from deepclust.data.own import delete_own, keep_dataset, list_own, rename_own
from deepclust.data.references import open_dataset


def mine(**changes: object) -> Dataset:
    facts = {
        "name": "cells",
        "X": np.random.default_rng(0).random((6, 3, 3), dtype=np.float32),
        "y": np.array([0, 1, 2, 0, 1, 2]),
        "class_names": ("a", "b", "ü"),
        "kind": "image",
        "n_train": 4,
        "title": "My cells",
        "notes": ("One note.",),
    }
    return Dataset(**(facts | changes))


def test_what_is_kept_comes_back_whole(tmp_path):
    ds = mine()
    back = open_dataset(keep_dataset(ds, tmp_path / "new" / "datasets"), tmp_path / "new" / "datasets")
    assert np.array_equal(back.X, ds.X)
    assert np.array_equal(back.y, ds.y)
    for fact in ("name", "class_names", "kind", "n_train", "title", "notes", "fingerprint"):
        assert getattr(back, fact) == getattr(ds, fact)


def test_names_of_features_come_back(tmp_path):
    ds = Dataset("t", np.eye(3, dtype=np.float32), feature_names=("width", "höhe", "=1"))
    assert open_dataset(keep_dataset(ds, tmp_path), tmp_path).feature_names == ds.feature_names


def test_pictures_of_whole_numbers_are_kept_small_and_come_back_the_same(tmp_path):
    pixels = np.random.default_rng(0).integers(0, 256, (50, 20, 20)).astype(np.uint8)
    ds = mine(X=np.divide(pixels, np.float32(255), dtype=np.float32), y=None, class_names=None)
    ref = keep_dataset(ds, tmp_path)
    back = open_dataset(ref, tmp_path)
    assert back.X.tobytes() == ds.X.tobytes()
    assert (tmp_path / f"{ref['own']}.npz").stat().st_size < 1.1 * pixels.nbytes
    for X in (ds.X * 0.99, ds.X * 2 - 1):
        assert np.array_equal(open_dataset(keep_dataset(mine(X=X, y=None, class_names=None), tmp_path), tmp_path).X, X)


def test_without_labels_the_key_is_the_fingerprint(tmp_path):
    ds = mine(y=None, class_names=None)
    assert keep_dataset(ds, tmp_path) == {"own": ds.fingerprint}
    assert open_dataset({"own": ds.fingerprint}, tmp_path).y is None


def test_same_data_same_file_other_labels_another(tmp_path):
    first = keep_dataset(mine(), tmp_path)
    assert keep_dataset(mine(title="Renamed"), tmp_path) == first
    other = keep_dataset(mine(y=np.array([2, 1, 0, 0, 1, 2])), tmp_path)
    assert other != first
    assert len(list(tmp_path.glob("*.npz"))) == 2
    assert open_dataset(first, tmp_path).title == "Renamed"
    assert open_dataset(first, tmp_path).y.tolist() == [0, 1, 2, 0, 1, 2]
    assert open_dataset(other, tmp_path).y.tolist() == [2, 1, 0, 0, 1, 2]


def test_list_shows_the_newest_first_and_passes_over_the_broken(tmp_path):
    assert list_own(tmp_path / "none") == []
    old = keep_dataset(mine(), tmp_path)
    os.utime(tmp_path / f"{old['own']}.npz", (1, 1))
    new = keep_dataset(mine(X=np.ones((6, 2), np.float32), kind="vector", y=None, class_names=None), tmp_path)
    for name, text in (("0" * 16, "{"), ("1" * 16, "[]"), ("2" * 16, '{"title": "x"}'), ("notes", "{}")):
        (tmp_path / f"{name}.json").write_text(text)
        (tmp_path / f"{name}.npz").write_bytes((tmp_path / f"{new['own']}.npz").read_bytes())
    about = (tmp_path / f"{new['own']}.json").read_text()
    (tmp_path / f"{'3' * 16}.json").write_text(about)
    (tmp_path / f"{'4' * 16}.json").write_text(about)
    (tmp_path / f"{'4' * 16}.npz").write_bytes(b"cut short")
    assert list_own(tmp_path) == [
        {
            "own": new["own"],
            "title": "My cells",
            "n_samples": 6,
            "feature_shape": (2,),
            "kind": "vector",
            "n_classes": None,
        },
        {
            "own": old["own"],
            "title": "My cells",
            "n_samples": 6,
            "feature_shape": (3, 3),
            "kind": "image",
            "n_classes": 3,
        },
    ]


def test_a_failed_write_leaves_nothing_behind(tmp_path, monkeypatch):
    def full(*args: object, **options: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(own.np, "savez", full)
    with pytest.raises(ValueError, match=r"The disk that holds .* is full, and nothing was kept"):
        keep_dataset(mine(), tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_what_a_killed_upload_left_unfinished_is_removed(tmp_path):
    for name in (".0a.npz.4194305.0a1b2c3d.part", "0a.npz"):
        (tmp_path / name).write_bytes(b"half")
        os.utime(tmp_path / name, (0, 0))
    key = keep_dataset(Dataset("a", np.eye(3)), tmp_path)["own"]
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(["0a.npz", f"{key}.json", f"{key}.npz"])


@pytest.mark.parametrize("key", ["../secret", "0" * 16, "", "0" * 15 + "/", "ABCDEF0123456789"])
def test_an_own_set_that_is_not_there(tmp_path, key):
    (tmp_path / "secret.npz").write_bytes(b"x")
    with pytest.raises(ValueError, match="no own data set"):
        open_dataset({"own": key}, tmp_path / "datasets")


@pytest.mark.parametrize("damage", ["json", "npz", "facts"])
def test_a_damaged_own_set_says_so(tmp_path, damage):
    key = keep_dataset(mine(), tmp_path)["own"]
    if damage == "json":
        (tmp_path / f"{key}.json").unlink()
    elif damage == "npz":
        (tmp_path / f"{key}.npz").write_bytes(b"cut")
    else:
        (tmp_path / f"{key}.json").write_text(json.dumps({"name": "x"}))
    with pytest.raises(ValueError, match=r"is damaged .*Load the original file again"):
        open_dataset({"own": key}, tmp_path)


def test_renaming_keeps_the_key_and_deleting_removes_both_files(tmp_path):
    ref = keep_dataset(mine(), tmp_path)
    rename_own(ref["own"], "  Other \n cells ", tmp_path)
    assert open_dataset(ref, tmp_path).title == "Other cells"
    assert list_own(tmp_path)[0]["title"] == "Other cells"
    with pytest.raises(ValueError, match="at least one letter"):
        rename_own(ref["own"], "  ", tmp_path)
    (tmp_path / f"{ref['own']}.json").write_text("{")
    with pytest.raises(ValueError, match="can only be deleted"):
        rename_own(ref["own"], "x", tmp_path)
    delete_own(ref["own"], tmp_path)
    assert list(tmp_path.iterdir()) == []
    for call in (lambda: delete_own(ref["own"], tmp_path), lambda: rename_own("../x", "y", tmp_path)):
        with pytest.raises(ValueError, match="no own data set"):
            call()


def test_ids_and_what_was_left_out_are_kept(tmp_path):
    ds = mine(ids=np.array([f"bild {i} ü".encode() for i in range(6)]), left_out=("x.png (cut short)",))
    back = open_dataset(keep_dataset(ds, tmp_path), tmp_path)
    assert back.name_of(5) == "bild 5 ü"
    assert back.left_out == ("x.png (cut short)",)
    assert mine().name_of(5) == "row 5"
