"""Arrays that another process reads: what comes back, and what is said where nothing does."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

import h5py
import numpy as np
import pytest
from scipy.io import savemat

from deepclust.data.reading.arrays import apart
from deepclust.data.reading.arrays.apart import named_apart
from deepclust.data.reading.read import read_file

ARRAYS = {
    "turned": np.arange(12.0).reshape(3, 4).T,
    "none": np.zeros((0, 2), np.int8),
    "words": np.array(["a", "bcd"]),
    "one": np.array(3.5),
    "problem": np.ones(2),
}


def good(path: Path, label: str, max_bytes: int) -> dict[str, np.ndarray]:
    return ARRAYS


def refusing(path: Path, label: str, max_bytes: int) -> dict[str, np.ndarray]:
    raise ValueError(f"{label} at {path.name} is more than {max_bytes}.")


def stumbling(path: Path, label: str, max_bytes: int) -> dict[str, np.ndarray]:
    raise RecursionError


def crashing(path: Path, label: str, max_bytes: int) -> dict[str, np.ndarray]:
    os.kill(os.getpid(), signal.SIGSEGV)
    return {}


def starved(path: Path, label: str, max_bytes: int) -> dict[str, np.ndarray]:
    os.kill(os.getpid(), signal.SIGKILL)
    return {}


def leaving(path: Path, label: str, max_bytes: int) -> dict[str, np.ndarray]:
    os._exit(3)


def breaking_off(path: Path, label: str, max_bytes: int) -> dict[str, np.ndarray]:
    return {"a": np.zeros(9), "b": np.array([{}])}  # the second cannot be sent


def endless(path: Path, label: str, max_bytes: int) -> dict[str, np.ndarray]:
    while True:
        time.sleep(1)


@pytest.mark.parametrize("name", ["a.h5", "a.mat"])
def test_these_files_are_not_read_in_this_process(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    X = np.random.default_rng(0).normal(size=(9, 4))
    if name == "a.mat":
        savemat(tmp_path / name, {"X": X})
    else:
        with h5py.File(tmp_path / name, "w") as stream:
            stream["x"] = X
    monkeypatch.setattr("scipy.io.loadmat", None)
    monkeypatch.setattr("h5py.File", None)
    np.testing.assert_array_equal(read_file(tmp_path / name).X, X.astype(np.float32))


@pytest.fixture
def file(tmp_path: Path) -> Path:
    (tmp_path / "a.mat").write_bytes(b"?")
    return tmp_path / "a.mat"


def test_arrays_come_back_as_they_are(file: Path) -> None:
    arrays = named_apart(f"{__name__}.good", file, "mine", 9).arrays
    assert list(arrays) == list(ARRAYS)
    for name, array in ARRAYS.items():
        np.testing.assert_array_equal(arrays[name], array)
        assert arrays[name].dtype == array.dtype


@pytest.mark.parametrize(
    ("reader", "words"),
    [
        ("refusing", r"^mine at a\.mat is more than 9\.$"),
        ("stumbling", "^mine is nested too deeply to be read"),
        (
            "crashing",
            r"^mine could not be read: the program that reads it broke off \(SIGSEGV\)\. One of its files may",
        ),
        ("starved", "^mine could not be read: there was not enough memory"),
        ("leaving", r"^mine could not be read: the program that reads it broke off"),
        ("breaking_off", r"^mine could not be read: the program that reads it broke off"),
    ],
)
def test_every_other_end_is_a_sentence(reader: str, words: str, file: Path) -> None:
    with pytest.raises(ValueError, match=words) as caught:
        named_apart(f"{__name__}.{reader}", file, "mine", 9)
    assert str(caught.value).endswith(".")


def test_a_reader_without_an_end_is_ended(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(apart, "PATIENCE", 1.0)
    with pytest.raises(ValueError, match=r"^mine could not be read: after 1 s there was no end\. It may be damaged"):
        named_apart(f"{__name__}.endless", file, "mine", 9)
