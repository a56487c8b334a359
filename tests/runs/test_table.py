"""Runs of a group as rows: mean and spread over the seeds, and only of those that have ended."""

from __future__ import annotations

import pytest

from deepclust.disk import write_json
from deepclust.runs import RunConfig, RunGroup
from deepclust.runs.table import table


@pytest.fixture
def member(store):
    """Make a run of a group, finished with these metrics or not at all: ``member("+MI", 0, acc=0.8)``."""
    group = RunGroup.new("Ablation ladder", kind="ladder")

    def make(name: str, seed: int, **metrics: float):
        config = RunConfig(
            {"name": "digits"},
            "Digits",
            "f",
            "image",
            9,
            (2, 2),
            "DDLS",
            {"n_clusters": 2},
            seed=seed,
            group=group,
            member=name,
        )
        run = store.create(config)
        if metrics:
            write_json(run.folder / "metrics.json", metrics)
            (run.folder / "result.npz").touch()
        return run

    return make


def test_seeds_of_a_member_become_one_row(member):
    runs = [
        member("a", 0, acc=0.5, seconds=1.0),
        member("b", 0, acc=0.9, seconds=2.0),
        member("a", 1, acc=0.7, seconds=4.0),
    ]
    first, second = table(runs)
    assert (first.part, second.part) == ("a", "b")
    assert first.runs == (runs[0], runs[2])
    assert first.mean("acc") == pytest.approx(0.6)
    assert first.spread("acc") == pytest.approx(0.1414, abs=1e-4)
    assert second.mean("acc") == 0.9
    assert second.spread("acc") is None


def test_runs_that_have_not_ended_count_for_nothing(member):
    (row,) = table([member("a", 0, acc=0.5, seconds=1.0), member("a", 1)])
    assert (len(row.runs), row.n_ended) == (2, 1)
    assert row.mean("acc") == 0.5
    assert row.mean("nmi") is None
    (empty,) = table([member("c", 0)])
    assert (empty.n_ended, empty.mean("acc"), empty.spread("acc")) == (0, None, None)
