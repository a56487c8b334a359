"""`deepclust choose-k`: what it prints for people and for programs, and what it refuses."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from deepclust.cli import main
from deepclust.runs import Run, RunStore
from deepclust.selection.k.criterion import Criterion, count, curve
from deepclust.selection.k.discovery import FACTS


def a_few_criteria(X: np.ndarray, ks: range, labels: object = None, pictures: object = None) -> Iterator[Criterion]:
    yield curve(FACTS["views"], ks, [1.0 if k == 3 else 0.5 for k in ks])
    yield curve(FACTS["smallest"], ks, np.ones(len(ks)))
    yield count(FACTS["hdbscan"], ks, [3])


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, small_file: Path) -> Run:
    """A finished run in the folder that $DEEPCLUST_RUNS names; the criteria are few and quick."""
    monkeypatch.setenv("DEEPCLUST_RUNS", str(tmp_path / "runs"))
    monkeypatch.setattr("deepclust.selection.k.board.judge_k", a_few_criteria)
    words = ["fit", "--data", str(small_file), "--method", "KMeans", "--set", "n_clusters=3", "n_init=2"]
    assert main(words) == 0
    return RunStore().runs()[0]


def test_json_has_every_curve_and_pick_and_the_verdict(run: Run, capsys) -> None:
    capsys.readouterr()
    assert main(["choose-k", run.id, "--max-k", "6", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["run"] == run.id
    assert [c["name"] for c in told["criteria"]] == ["views", "smallest", "hdbscan"]
    first = told["criteria"][0]
    assert dict(zip(first["ks"], first["curve"], strict=True)) == {2: 0.5, 3: 1.0, 4: 0.5, 5: 0.5, 6: 0.5}
    assert first["pick"] == 3
    assert told["verdict"]["best"] == 3
    assert told["verdict"]["low"] <= 3 <= told["verdict"]["high"]
    assert (run.folder / "choose_k.json").exists()


def test_for_people_a_table_and_the_verdict(run: Run, capsys) -> None:
    capsys.readouterr()
    assert main(["choose-k", run.id]) == 0
    out = capsys.readouterr().out
    assert out.splitlines()[0].split() == ["criterion", "pick", "plausible", "weight"]
    assert "3 clusters" in out
    assert "2 of 2 criteria pick" in out


@pytest.mark.parametrize(
    ("words", "sentence"),
    [(["nowhere"], "There is no run 'nowhere'"), (["{run}", "--max-k", "1"], "max_k=1 is not allowed")],
)
def test_what_cannot_be_done_is_said_in_one_line(run: Run, capsys, words: list[str], sentence: str) -> None:
    capsys.readouterr()
    assert main(["choose-k", *(word.format(run=run.id) for word in words)]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("deepclust: ")
    assert sentence in err
    assert err.count("\n") == 1


def test_an_error_ends_with_1(run: Run, capsys, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("deepclust.selection.k.board.judge_k", lambda *a, **k: iter(()))
    assert main(["choose-k", run.id]) == 1
    assert "No criterion has an opinion" in capsys.readouterr().err
