"""Downloads in a process of their own: what they write down, and what is said of one that died."""

from __future__ import annotations

import json
import time
import zipfile

import pytest

from deepclust.data.catalog import entry as entry_module
from deepclust.engine.detached import process
from deepclust.engine.intake import fetching as module
from deepclust.engine.intake.fetching import Fetching, fetching, forget_fetch, start_fetch
from deepclust.owner import this_process


@pytest.fixture
def data(monkeypatch, tmp_path):
    monkeypatch.setenv("DEEPCLUST_DATA", str(tmp_path / "data"))
    return tmp_path / "data"


def test_a_process_fetches_and_says_how_far_it_is(data, tmp_path):
    assert fetching("letter", tmp_path).state == "missing"
    (data / "downloads" / "letter").mkdir(parents=True)
    with zipfile.ZipFile(data / "downloads" / "letter" / "letter.zip", "w") as archive:
        archive.writestr("letter-recognition.data", "A,1,2\nB,3,4\n")
    start_fetch("letter", tmp_path)
    assert fetching("letter", tmp_path).live
    start_fetch("letter", tmp_path)  # nothing happens: it is under way
    deadline = time.monotonic() + 60
    while fetching("letter", tmp_path).live:
        assert time.monotonic() < deadline
        time.sleep(0.05)
    while process._children:  # it says that it is done a moment before it ends
        assert time.monotonic() < deadline
        process.reap()
    assert fetching("letter", tmp_path).state == "done"
    assert (data / "letter.npz").is_file()
    assert (tmp_path / "fetching" / "letter.log").read_text() == ""
    forget_fetch("letter", tmp_path)
    assert fetching("letter", tmp_path).state == "missing"


def test_a_failure_is_written_down_in_words(data, tmp_path, monkeypatch):
    (tmp_path / "fetching").mkdir()
    monkeypatch.setattr(module.sys, "argv", ["x", "notmnist", str(tmp_path)])
    monkeypatch.setattr(module, "yield_to_the_page", lambda: None)
    module.main()
    found = fetching("notmnist", tmp_path)
    assert found.state == "failed"
    assert "not offered for download any more" in found.error


def test_reports_are_written_down(data, tmp_path, monkeypatch):
    def make(source, file, title, folder, report):
        report("a.gz", 10, 100)
        now = fetching("usps", tmp_path)
        assert (now.state, now.doing, now.done, now.fraction) == ("running", "a.gz", 10, 0.1)
        report("b.gz", 5, 0)
        assert fetching("usps", tmp_path).fraction is None
        raise ValueError("enough")

    (tmp_path / "fetching").mkdir()
    monkeypatch.setattr(entry_module, "make_file", make)
    monkeypatch.setattr(module.sys, "argv", ["x", "usps", str(tmp_path)])
    monkeypatch.setattr(module, "yield_to_the_page", lambda: None)
    module.main()
    report = fetching("usps", tmp_path)
    assert report == Fetching("failed", 5, 0, doing="b.gz", error="enough", **report.identity)


def test_one_that_died_has_failed(tmp_path):
    (tmp_path / "fetching").mkdir()
    file = tmp_path / "fetching" / "usps.json"
    file.write_text(json.dumps({"state": "running", "pid": 2**22 + 1, "create_time": 0.0}))
    assert "ended without a word" in fetching("usps", tmp_path).error
    file.write_text(json.dumps({"state": "running", **this_process()}))
    assert fetching("usps", tmp_path).state == "running"
    file.write_text("{")
    assert fetching("usps", tmp_path).state == "missing"


def test_a_folder_that_cannot_be_written_is_said_at_once(tmp_path, monkeypatch):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("DEEPCLUST_DATA", str(tmp_path / "file" / "data"))
    with pytest.raises(ValueError, match=r"USPS cannot be kept: the folder .* cannot be written"):
        start_fetch("usps", tmp_path)
    assert fetching("usps", tmp_path).state == "missing"
