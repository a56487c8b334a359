"""Folders as classes: those that only part a set or give a date are none; names in any encoding and normal form."""

from __future__ import annotations

import unicodedata
import zipfile
from pathlib import Path

import numpy as np
import pytest

from deepclust.data.reading.pictures.folders import folder_classes
from deepclust.data.reading.read import read_file
from tests.data.reading.archives.test_bundles import PNG


@pytest.mark.parametrize(
    ("folders", "classes"),
    [
        (["ash", "birch"], ("ash", "birch")),
        (["images/train2017", "images/val2017"], None),
        (["train", "test"], None),
        (["train/ash", "test/ash", "train/birch"], ("ash", "birch")),
        (["ash/2021-01", "ash/2021-02", "birch/2021-01"], ("ash", "birch")),
        (
            ["Greek/character01", "Greek/character02", "Latin/character01"],
            ("Greek/character01", "Greek/character02", "Latin/character01"),
        ),
        (["animals/cat", "plants/oak"], ("cat", "oak")),
        (["Bäume", unicodedata.normalize("NFD", "Bäume"), "Käfer"], ("Bäume", "Käfer")),
        (["", "ash", "birch"], ("(no folder)", "ash", "birch")),
        (["ash", "ash"], None),
    ],
)
def test_which_folders_are_classes(folders, classes):
    assert folder_classes([f"{folder}/{i}.png".lstrip("/") for i, folder in enumerate(folders)])[1] == classes


@pytest.mark.parametrize(("name", "encoding"), [("Bäume", "utf-8"), ("白蜡", "gb18030")])
def test_names_of_a_zip_that_does_not_say_their_encoding(tmp_path: Path, name: str, encoding: str) -> None:
    raw = name.encode(encoding)
    with zipfile.ZipFile(tmp_path / "q.zip", "w") as archive:
        archive.writestr(zipfile.ZipInfo(f"{'x' * len(raw)}/0.png"), PNG)
        archive.writestr(zipfile.ZipInfo("other/0.png"), PNG)
    (tmp_path / "q.zip").write_bytes((tmp_path / "q.zip").read_bytes().replace(b"x" * len(raw), raw))
    assert name in read_file(tmp_path / "q.zip").class_names


def test_the_majority_decides_what_a_zip_holds(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "t.zip", "w") as archive:
        for i in range(4):
            archive.writestr(f"{'ab'[i % 2]}/{i}.txt", f"some words of text {i}")
        archive.writestr("cover.png", PNG)
    assert read_file(tmp_path / "t.zip").kind == "text"


@pytest.mark.parametrize("name", ["data.csv", "archive/data.csv", "data.npz"])
def test_a_table_or_arrays_alone_in_a_zip(tmp_path: Path, name: str) -> None:
    inner = tmp_path / name.rpartition("/")[2]
    if name.endswith("npz"):
        np.savez(inner, x=np.arange(24.0).reshape(12, 2) ** 1.5)
    else:
        inner.write_text("a,b,label\n" + "".join(f"{i / 7},{i * i / 3},{'xy'[i % 2]}\n" for i in range(12)))
    with zipfile.ZipFile(tmp_path / "mine.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.write(inner, name)
        archive.writestr("__MACOSX/._data", "x")
    data = read_file(tmp_path / "mine.zip")
    assert (data.title, data.n_samples, data.feature_shape) == ("mine", 12, (2,))


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("x.pkl", r"pickled.*can run programs.*to_csv"),
        ("x.pt", r"torch.*cpu\(\)\.numpy\(\)"),
        ("x.rar", "Unpack it"),
        ("x.heic", "Export them as JPEG"),
        ("x.dcm", "Export them as PNG"),
    ],
)
def test_kinds_that_are_not_read_name_the_way_out(tmp_path: Path, name: str, words: str) -> None:
    (tmp_path / name).write_bytes(b"something")
    with zipfile.ZipFile(tmp_path / "z.zip", "w") as archive:
        archive.writestr(name, b"something")
    for path in (tmp_path / name, tmp_path / "z.zip"):
        with pytest.raises(ValueError, match=words):
            read_file(path)
