"""`export` and `import` on the command line: files appear whole, and refusals are sentences."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from deepclust.cli import main
from deepclust.engine.training.train import train
from deepclust.runs import Run, RunStore


@pytest.fixture
def finished(ask: Callable[..., Run], store: RunStore) -> Run:
    run = ask("KMeans", n_init=1)
    assert train(run, store).state == "done"
    return run


def test_every_kind_is_written_and_a_run_comes_back(
    finished: Run, store: RunStore, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    begins = {
        "csv": b"row,cluster",
        "pictures": b"PK",
        "map": b"\x89PNG",
        "report": b"<!doctype html>",
        "notebook": b"{",
        "run": b"PK",
    }
    for what, first in begins.items():
        target = tmp_path / "out" / f"file.{'png' if what == 'map' else what}"
        asked = ["export", finished.id, "--what", what, "--to", str(target), "--runs", str(store.root), "--json"]
        assert main(asked) == 0
        assert json.loads(capsys.readouterr().out)["bytes"] == target.stat().st_size
        assert target.read_bytes().startswith(first)
    assert main(["import", str(tmp_path / "out" / "file.run"), "--runs", str(tmp_path / "there"), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["run"], told["data"]) == (finished.id, True)
    assert RunStore(tmp_path / "there").get(finished.id).result().labels.tolist() == finished.result().labels.tolist()


def test_classes_only_with_reveal_and_data_left_out_on_request(
    finished: Run, store: RunStore, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shared = ["--runs", str(store.root)]
    main(["export", finished.id, "--what", "csv", "--k", "4", "--to", str(tmp_path / "a.csv"), *shared])
    main(["export", finished.id, "--what", "csv", "--reveal", "--to", str(tmp_path / "b.csv"), *shared])
    assert (tmp_path / "a.csv").read_text().splitlines()[0] == "row,cluster,cluster_name,confidence"
    assert (tmp_path / "b.csv").read_text().splitlines()[0].endswith(",class")
    main(["export", finished.id, "--to", str(tmp_path / "run.zip"), "--without-data", *shared])
    capsys.readouterr()
    assert main(["import", str(tmp_path / "run.zip"), "--runs", str(tmp_path / "there")]) == 0
    assert "are not on this computer" in capsys.readouterr().out


def test_refusals_are_sentences_and_leave_no_file(
    finished: Run, store: RunStore, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shared = ["--runs", str(store.root)]
    assert main(["export", finished.id, "--what", "map", "--to", str(tmp_path / "map.jpg"), *shared]) == 2
    assert "ends in .png or .svg" in capsys.readouterr().err
    assert main(["export", finished.id, "--what", "csv", "--k", "999", "--to", str(tmp_path / "x.csv"), *shared]) == 2
    assert "no clusters for k = 999" in capsys.readouterr().err
    (tmp_path / "bad.zip").write_bytes(b"x")
    assert main(["import", str(tmp_path / "bad.zip"), *shared]) == 2
    assert "bad.zip is not a run" in capsys.readouterr().err
    assert not list(tmp_path.glob("*.csv"))
    assert not list(tmp_path.glob(".*.part"))
