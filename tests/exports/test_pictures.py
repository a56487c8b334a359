"""Folders of pictures: which file lies where, names that every system takes, and vectors as tables."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Callable

import numpy as np
import pytest
from PIL import Image

from deepclust.data.references import open_dataset
from deepclust.exports.pictures import safe_name, write_pictures
from deepclust.exports.view import View
from deepclust.runs import Run, RunStore
from deepclust.runs.edits import Merge, Rename, add


def packed(view: View) -> zipfile.ZipFile:
    target = io.BytesIO()
    write_pictures(view, target)
    return zipfile.ZipFile(target)


def test_every_picture_lies_in_the_folder_of_its_cluster(
    pictures: Run, store: RunStore, view: Callable[..., View]
) -> None:
    archive = packed(view(pictures))
    labels = pictures.result().labels
    names = [n for n in archive.namelist() if n.endswith(".png")]
    assert {(int(n[:3]), int(n[4:10])) for n in names} == {(int(c), row) for row, c in enumerate(labels)}
    X = open_dataset(pictures.config.dataset, store.datasets).X
    drawn = np.asarray(Image.open(archive.open(f"{labels[7]:03d}/000007.png")))
    np.testing.assert_array_equal(drawn, np.rint(X[7] * 255).astype(np.uint8))
    assert archive.read("clusters.csv").decode().startswith("row,cluster,")
    assert archive.testzip() is None


def test_vectors_are_a_table_in_each_folder_and_edits_are_seen(vectors: Run, view: Callable[..., View]) -> None:
    add(vectors, 3, Rename(1, "a/../<b>"))
    add(vectors, 3, Merge((0, 2)))
    shown = view(vectors)
    archive = packed(shown)
    folders = sorted({n.split("/")[0] for n in archive.namelist() if "/" in n})
    assert len(folders) == 2
    assert "001 a_.._" in [f[:9] for f in folders]
    rows = 0
    for folder in folders:
        read = list(csv.DictReader(io.StringIO(archive.read(f"{folder}/samples.csv").decode(), newline="")))
        rows += len(read)
        for row in read:
            assert shown.labels[int(row["row"])] == int(folder[:3])
            assert float(row["feature 0"]) == pytest.approx(float(shown.data.X[int(row["row"]), 0]), rel=1e-5)
            assert not row["name"].startswith(("=", "+", "-", "@"))
    assert rows == 60


def test_without_data_there_is_nothing_to_sort(pictures: Run, view: Callable[..., View]) -> None:
    with pytest.raises(ValueError, match="not on this computer"):
        write_pictures(view(pictures, data=False), io.BytesIO())


@pytest.mark.parametrize(
    ("text", "safe"),
    [
        ("cat", "cat"),
        ("../../etc/passwd", "_.._etc_passwd"),
        ("a\\b:c*?", "a_b_c__"),
        (" .hidden. ", "hidden"),
        ("line\nbreak\x00", "line break"),
        ("🦓 Käfer", "🦓 Käfer"),
        ("...", ""),
        ("x" * 300, "x" * 60),
    ],
)
def test_safe_name(text: str, safe: str) -> None:
    assert safe_name(text) == safe
