"""`deepclust rank` and the ranking at the end of a sweep: for people, for programs, and what is refused."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from deepclust.cli import main
from deepclust.runs import RunStore


@pytest.fixture
def swept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, small_file: Path, capsys) -> dict[str, Any]:
    """What a sweep of k-means over two numbers of clusters and two seeds printed as JSON."""
    monkeypatch.setenv("DEEPCLUST_RUNS", str(tmp_path / "runs"))
    monkeypatch.delenv("DEEPCLUST_SCHEDULER", raising=False)
    words = ["sweep", "--data", str(small_file), "--method", "KMeans", "--set", "n_clusters=3,6", "n_init=2"]
    assert main([*words, "--seeds", "0-1", "--json"]) == 0
    return dict(json.loads(capsys.readouterr().out))


def test_a_sweep_ends_with_its_ranking(swept: dict[str, Any]) -> None:
    assert [row["member"] for row in swept["table"]] == ["3", "6"]
    assert swept["ranking"]["standings"][0]["setting"] == "3"
    assert swept["ranking"]["n_runs"] == 4


def test_json_has_every_measure_and_the_run_that_stands_for_each_setting(swept, capsys) -> None:
    assert main(["rank", swept["group"], "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["group"] == swept["group"]
    assert told["state"] == "done"
    first = told["standings"][0]
    assert {"stability", "agreement", "cross_space", "silhouette"} <= set(first["values"])
    assert RunStore().get(first["run"]).config.part == first["setting"]
    assert told["winner"] in (None, "3")


def test_for_people_a_table_and_sentences(swept: dict[str, Any], capsys) -> None:
    assert main(["rank", swept["runs"][0]["run"]]) == 0  # one of its runs names the group too
    out = capsys.readouterr().out
    assert out.split()[:3] == ["place", "setting", "score"]
    assert "3 is first." in out or "No clear winner" in out
    assert "Labels were not looked at." in out


def test_what_cannot_be_ranked_is_said_in_one_line(swept: dict[str, Any], small_file: Path, capsys) -> None:
    assert main(["rank", "nowhere"]) == 2
    assert "There is no group or run 'nowhere'" in capsys.readouterr().err
    assert main(["fit", "--data", str(small_file), "--method", "KMeans", "--set", "n_clusters=3", "--json"]) == 0
    alone = json.loads(capsys.readouterr().out)["run"]
    assert main(["rank", alone]) == 2
    err = capsys.readouterr().err
    assert "was started alone" in err
    assert err.count("\n") == 1


def test_seeds_alone_are_not_ranked(tmp_path: Path, monkeypatch, small_file: Path, capsys) -> None:
    monkeypatch.setenv("DEEPCLUST_RUNS", str(tmp_path / "runs"))
    monkeypatch.delenv("DEEPCLUST_SCHEDULER", raising=False)
    words = ["sweep", "--data", str(small_file), "--method", "KMeans", "--set", "n_clusters=3", "--seeds", "0-1"]
    assert main([*words, "--json"]) == 0
    assert "ranking" not in json.loads(capsys.readouterr().out)
