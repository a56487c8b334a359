"""Keeping one's own data sets, and opening any data set by a reference."""

from __future__ import annotations

import json
import os

import numpy as np
import pytest
from PIL import Image

from deepclust.data import files
from deepclust.data.dataset import Dataset
from deepclust.data.files import keep_dataset, list_own, open_dataset


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
        raise OSError("no space left")

    monkeypatch.setattr(files.np, "savez", full)
    with pytest.raises(OSError, match="no space"):
        keep_dataset(mine(), tmp_path)
    assert list(tmp_path.iterdir()) == []


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


def test_names_with_options_and_files(tmp_path, picture_zip):
    assert open_dataset({"name": "moons", "options": {"n_samples": 50}}, tmp_path).n_samples == 50
    assert open_dataset({"name": "digits"}, tmp_path).n_samples == 1797
    np.savez(tmp_path / "table.npz", x=np.eye(3))
    assert open_dataset({"file": str(tmp_path / "table.npz")}, tmp_path).name == "table"
    images = {"a/1.png": Image.new("L", (4, 4)), "b/1.png": Image.new("L", (5, 5))}
    (tmp_path / "cats.ZIP").write_bytes(picture_zip(images).getvalue())
    ds = open_dataset({"file": str(tmp_path / "cats.ZIP"), "size": [6, 4]}, tmp_path)
    assert (ds.feature_shape, ds.class_names) == ((6, 4), ("a", "b"))


@pytest.mark.parametrize(
    "ref", [{}, {"name": "digits", "own": "0" * 16}, {"url": "x"}, {"own": "0" * 16, "options": {}}]
)
def test_other_references_are_refused(tmp_path, ref):
    with pytest.raises(ValueError, match=r"does not name a data set. Use one of"):
        open_dataset(ref, tmp_path)


def test_other_files_are_refused(tmp_path):
    with pytest.raises(ValueError, match=r"table\.csv is neither"):
        open_dataset({"file": str(tmp_path / "table.csv")}, tmp_path)
    with pytest.raises(ValueError, match="There is no file"):
        open_dataset({"file": str(tmp_path / "gone.zip")}, tmp_path)
