"""Files appear whole or not at all; a full disk and a forbidden folder are sentences; nothing unfinished stays."""

from __future__ import annotations

import errno
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from deepclust import disk
from deepclust.disk import DiskError, DiskFullError, obstacle

WRITERS: dict[str, Callable[[Path], None]] = {
    "json": lambda path: disk.write_json(path, {"a": 1}),
    "synced json": lambda path: disk.write_json(path, {"a": 1}, sync=True),
    "arrays": lambda path: disk.save_arrays(path, {"x": np.zeros(10_000)}),
    "append": lambda path: disk.append(path, b"line\n"),
}


def refuse(monkeypatch: pytest.MonkeyPatch, number: int) -> None:
    """Every file that is written from now on is refused once its first bytes have gone through."""
    true_open = open

    class Refusing:
        def __init__(self, file):
            self._file = file

        def __getattr__(self, name):
            return getattr(self._file, name)

        def __enter__(self):
            return self

        def __exit__(self, *_):
            self._file.close()

        def write(self, content):
            self._file.write(bytes(content)[:3])
            raise OSError(number, os.strerror(number))

    def opened(path, mode="r", *more, **further):
        file = true_open(path, mode, *more, **further)
        return Refusing(file) if set(mode) & set("wxa") else file

    monkeypatch.setattr("builtins.open", opened)


@pytest.mark.parametrize("write", WRITERS.values(), ids=WRITERS)
@pytest.mark.parametrize(
    ("number", "words"),
    [
        (errno.ENOSPC, r"The disk that holds .* is full, and nothing was kept of a\.file.*try again"),
        (errno.EDQUOT, "is full"),
        (errno.EROFS, "cannot be written"),
        (errno.EACCES, "cannot be written.*DEEPCLUST_RUNS"),
    ],
)
def test_a_refused_file_is_a_sentence_and_leaves_what_was_there(tmp_path, monkeypatch, write, number, words):
    target = tmp_path / "a.file"
    target.write_bytes(b"before\n")
    with monkeypatch.context() as patched:
        refuse(patched, number)
        with pytest.raises(DiskError, match=words) as refused:
            write(target)
    assert isinstance(refused.value, ValueError), "pages show every ValueError as it stands"
    assert isinstance(refused.value, DiskFullError) == (number in (errno.ENOSPC, errno.EDQUOT))
    assert [path.name for path in tmp_path.iterdir()] == ["a.file"]
    assert target.read_bytes() == b"before\n"


@pytest.mark.parametrize("write", WRITERS.values(), ids=WRITERS)
def test_a_folder_that_was_removed_does_not_come_back(tmp_path, write):
    with pytest.raises(FileNotFoundError):
        write(tmp_path / "gone" / "a.file")
    assert not list(tmp_path.iterdir())


def test_files_can_be_read_by_others_as_far_as_the_system_lets_them(tmp_path):
    mask = os.umask(0o022)
    try:
        disk.write_json(tmp_path / "a.json", {})
    finally:
        os.umask(mask)
    assert (tmp_path / "a.json").stat().st_mode & 0o777 == 0o644


def test_how_much_is_free_is_said_where_it_is_little(tmp_path, monkeypatch):
    monkeypatch.setattr(disk.shutil, "disk_usage", lambda folder: type("Usage", (), {"free": 1_572_864}))
    with pytest.raises(DiskFullError, match=r"\(1\.5 MB are free\)"), disk.refusals(tmp_path):
        raise OSError(errno.ENOSPC, "full")


def test_what_killed_writers_left_is_swept_and_what_living_ones_write_stays(tmp_path):
    child = subprocess.Popen([sys.executable, "-c", "pass"])
    child.wait()
    (tmp_path / "snapshots").mkdir()
    left = [
        f".status.json.{child.pid}.123456",
        f"snapshots/.00003.npz.{child.pid}",
        f".a.npz.{child.pid}.0a1b2c3d.part",
    ]
    kept = [f".a.npz.{os.getpid()}.0a1b2c3d.part", ".hidden", "a.json", "b.7", f".young.{child.pid}.0a1b2c3d.part"]
    for name in left + kept:
        (tmp_path / name).write_bytes(b"x")
        if "young" not in name:
            os.utime(tmp_path / name, (0, 0))
    disk.sweep(tmp_path)
    assert sorted(path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*") if path.is_file()) == sorted(
        kept
    )


@pytest.mark.parametrize("text", ["", "{", "[" * 100_000, '{"a": ' * 100_000, "\xff", "1" * 5_000])
def test_damaged_json_is_a_value_error(tmp_path, text):
    (tmp_path / "a.json").write_text(text, encoding="latin-1")
    with pytest.raises(ValueError):  # noqa: PT011 - Python's own words
        disk.read_json(tmp_path / "a.json")


@pytest.mark.parametrize("packed", [False, True])
def test_damaged_arrays_are_a_value_error_wherever_the_damage_is(tmp_path, packed):
    path = tmp_path / "a.npz"
    (np.savez_compressed if packed else np.savez)(path, x=np.arange(50), y=np.array("text"))
    whole = path.read_bytes()
    for at in range(0, len(whole), 7):
        path.write_bytes(whole[:at] + bytes([whole[at] ^ 0xFF]) + whole[at + 1 :])
        try:
            disk.load_arrays(path)
        except ValueError:
            continue


def test_what_keeps_files_from_being_written_is_known_before(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "not" / "there yet"
    assert obstacle(folder) == ""
    usage = shutil.disk_usage(tmp_path)
    monkeypatch.setattr("deepclust.disk.shutil.disk_usage", lambda path: usage._replace(free=4096))
    assert "is full" in obstacle(folder)
    monkeypatch.setattr("deepclust.disk.os.access", lambda path, mode: False)
    assert f"{folder} cannot be written" in obstacle(folder)
