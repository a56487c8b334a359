"""Own data read by a process of its own: what it finds, what it says, and that its end is not the end of the app."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from deepclust.data.references import open_dataset
from deepclust.engine.detached import process
from deepclust.engine.intake import reading


def zipped(path: Path, *sizes: int) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        for i, size in enumerate(sizes):
            picture = io.BytesIO()
            Image.new("L", (size, size), 10 * i).save(picture, format="PNG")
            archive.writestr(f"{i}.png", picture.getvalue())
    return path


def test_pictures_are_read_elsewhere_and_kept_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "_work", None)  # not in this process
    path = zipped(tmp_path / "p.zip", 8, 9, 8)
    ref = reading.read_and_keep(path, "mine 🎈", {"size": [6, 6]}, tmp_path / "own")
    found = open_dataset(ref, tmp_path / "own")
    assert (found.title, found.X.shape) == ("mine 🎈", (3, 6, 6))
    with pytest.raises(ValueError, match="2 different sizes"):
        reading.read_and_keep(path, "mine", {}, tmp_path / "own")


def test_arrays_are_read_at_once_and_the_preparation_comes_along(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(process.subprocess, "run", None)
    np.save(tmp_path / "x.npy", np.random.default_rng(0).normal(size=(20, 3)) * [1, 1, 1000])
    ref = reading.read_and_keep(tmp_path / "x.npy", "x", {}, tmp_path / "own")
    assert ref["prepare"] == {"how": "standardise"}


@pytest.mark.parametrize(
    ("ends", "words"),
    [
        ("import os; os.kill(os.getpid(), 11)", "broke off (SIGSEGV)"),
        ("import os; os.kill(os.getpid(), 9)", "memory"),
        ("raise MemoryError", "memory"),
        ("raise KeyError('huh')", "KeyError: 'huh'"),
    ],
)
def test_a_reader_that_dies_is_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, ends: str, words: str
) -> None:
    run = process.subprocess.run
    monkeypatch.setattr(process.subprocess, "run", lambda command, **options: run([command[0], "-c", ends], **options))
    with pytest.raises(ValueError, match=r"p could not be read: .*Nothing was kept") as caught:
        reading.read_and_keep(zipped(tmp_path / "p.zip", 8), "p", {}, tmp_path / "own")
    assert words in str(caught.value)
