"""Ranking a group: the board on disk as it fills, what is refused, a process of its own, and the measures of real runs."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from deepclust.data.references import open_dataset
from deepclust.engine.asking.ask import make_config
from deepclust.engine.judging import judged_group, ranking
from deepclust.engine.judging.ranking import (
    RankBoard,
    is_current,
    rank_group,
    ranking_of,
    ranking_summary,
    read_ranking,
    settings_of,
    start_ranking,
)
from deepclust.engine.training.sweep import sweep
from deepclust.engine.training.train import train
from deepclust.metrics.external import ari
from deepclust.runs import Run, RunStore
from deepclust.selection.settings.pseudo_task import PseudoTask


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A runs folder with two settings of k-means with two seeds each, finished: 3 clusters where there are 3, and 6."""
    store = RunStore(tmp_path_factory.mktemp("sweep"))
    ref = {"name": "blobs", "options": {"n_samples": 90, "n_blobs": 3}}
    config = make_config(ref, open_dataset(ref, store.datasets), "KMeans", values={"n_init": 2})
    for each in sweep(config, {"n_clusters": [3, 6]}, seeds=[0, 1]):
        assert train(store.create(each), store).state == "done"
    return store.root


@pytest.fixture
def group(store: RunStore, trained: Path) -> list[Run]:
    """Those runs in a folder of the test's own."""
    shutil.copytree(trained, store.root)
    return store.runs()[::-1]


def group_id(runs: list[Run]) -> str:
    assert runs[0].config.group is not None
    return runs[0].config.group.id


def test_the_board_fills_in_on_disk_and_stays(group: list[Run], store: RunStore) -> None:
    assert read_ranking(store, group_id(group)) == RankBoard()
    seen: list[RankBoard] = []
    board = rank_group(store, group_id(group), lambda b: seen.append(read_ranking(store, group_id(group))))
    assert [b.state for b in seen] == ["running"] * (len(seen) - 1) + ["done"]
    assert [b.done for b in seen] == sorted(b.done for b in seen)
    assert board.done == board.n_steps == 2 + 4
    assert read_ranking(store, group_id(group)) == board
    assert is_current(board, group)
    found = board.ranking
    assert found is not None
    assert found.standings[0].setting == "3"
    assert board.values["stability"]["3"] == 1.0
    labels = {r.id: r.result().labels for r in group}
    sixes = [r.id for r in group if r.config.part == "6"]
    assert board.values["stability"]["6"] == pytest.approx(ari(labels[sixes[0]], labels[sixes[1]]))
    assert board.typical["6"] in sixes
    assert "task" not in board.values
    assert "loss" not in board.values, "another k is another objective"
    told = json.loads(json.dumps(ranking_summary(board)))
    assert told["standings"][0]["run"] == board.typical["3"]
    assert {"winner", "leaders", "sentence", "reasons", "measures"} <= set(told)


def test_labels_play_no_part(group: list[Run], store: RunStore, monkeypatch: pytest.MonkeyPatch) -> None:
    before = rank_group(store, group_id(group)).values
    for run in group:
        metrics = run.metrics()
        for name in ("acc", "nmi", "ari"):
            metrics[name] = 0.0
        (run.folder / "metrics.json").write_text(json.dumps(metrics | {"content": "another"}))
    monkeypatch.setattr(judged_group, "open_dataset", lambda *a: pytest.fail("labels lie beside the data"))
    again = rank_group(store, group_id(group))
    assert again.values == before


def test_a_ranking_that_is_there_is_not_made_again(group, store, monkeypatch: pytest.MonkeyPatch) -> None:
    rank_group(store, group_id(group))
    monkeypatch.setattr(judged_group, "judge_group", lambda runs: pytest.fail("judged again"))
    assert rank_group(store, group_id(group)).state == "done"
    store.delete(group[3], force=True)
    assert not is_current(read_ranking(store, group_id(group)), group[:3])


def test_stopping_keeps_what_is_there(group: list[Run], store: RunStore) -> None:
    board = rank_group(
        store, group_id(group), lambda b: ranking_of(store, group_id(group)).stop() if b.done == 1 else None
    )
    assert board.state == "stopped"
    assert "stability" in board.values
    assert "cross_space" not in board.values
    assert rank_group(store, group_id(group)).state == "done"


def test_an_error_is_told(group: list[Run], store: RunStore, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(runs: list[Run]) -> Iterator[dict]:
        raise ValueError("There is something wrong with it.")
        yield

    monkeypatch.setattr(judged_group, "judge_group", fails)
    assert rank_group(store, group_id(group)).error == "There is something wrong with it."
    assert read_ranking(store, group_id(group)).state == "failed"


@pytest.mark.parametrize("text", ["", "[]", '{"state": "done", "values": 3}', '{"surprise": 1}'])
def test_a_damaged_board_reads_as_none(group: list[Run], store: RunStore, text: str) -> None:
    rank_group(store, group_id(group))
    (store.root / "rankings" / f"{group_id(group)}.json").write_text(text)
    assert read_ranking(store, group_id(group)) == RankBoard()


def test_a_process_that_died_reads_as_lost(group: list[Run], store: RunStore) -> None:
    rank_group(store, group_id(group))
    path = store.root / "rankings" / f"{group_id(group)}.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {"state": "running", "pid": 2**22 + 1}))
    assert read_ranking(store, group_id(group)).state == "lost"


def test_what_cannot_be_ranked_is_refused(store: RunStore, group: list[Run]) -> None:
    assert settings_of(group[:1]) == ["3"]
    with pytest.raises(ValueError, match=r"results of 0 setting\(s\): a ranking compares two or more"):
        rank_group(store, "abc")
    with pytest.raises(ValueError, match="not the id of a group"):
        ranking_of(store, "../x")
    strange = [Run(r.folder) for r in group[:2]]
    strange[1].__dict__["config"] = replace(group[1].config, fingerprint="other")
    with pytest.raises(ValueError, match="different data"):
        list(judged_group.judge_group(strange))


def test_the_pseudo_task_of_every_set_is_tried_once(
    ask: Callable[..., Run], store: RunStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    tried = []

    def judge_task(X: np.ndarray, name: str) -> PseudoTask:
        tried.append(name)
        linear = {"D4": 0.5, "half-turn": 1.0}[name]
        return PseudoTask(name, 8 if name == "D4" else 2, linear, 0.3, 1.0)

    monkeypatch.setattr("deepclust.selection.settings.pseudo_task.judge_task", judge_task)
    config = ask("LALNet").config
    values = {"transforms": ["D4", "half-turn"], "max_epochs": [0, 1]}
    runs = [store.create(c) for c in sweep(config, values)]
    for run in runs:
        assert train(run, store).state == "done"
    board = rank_group(store, group_id(runs))
    assert tried == ["D4", "half-turn"]
    assert board.state == "done", board.error
    lessons = board.values["task"]
    assert lessons["transforms D4, max_epochs 1"] == lessons["transforms D4, max_epochs 0"]
    assert "shortcut" in board.problems["transforms half-turn, max_epochs 1"]
    assert board.ranking is not None
    assert {s.setting.split(",")[0] for s in board.ranking.standings[2:]} == {"transforms half-turn"}
    assert board.tasks["transforms D4, max_epochs 1"]["linear"] == 0.5


def test_losses_count_where_they_mean_the_same(ask: Callable[..., Run], store: RunStore) -> None:
    config = ask("AEKMeans").config
    runs = [store.create(c) for c in sweep(config, {"learning_rate": [0.0001, 0.01]})]
    for run in runs:
        assert train(run, store).state == "done"
    found = judged_group.final_losses(runs)
    last = [[e for e in run.events()[0] if e["kind"] == "progress"][-1]["losses"]["reconstruction"] for run in runs]
    assert found == last
    board = rank_group(store, group_id(runs))
    assert board.values["loss"] == dict(zip(("0.0001", "0.01"), last, strict=True))
    assert board.values["cross_space"] == {"0.0001": None, "0.01": None}, "two runs have no third to judge them"


@pytest.mark.slow
def test_a_detached_process_does_the_work(group: list[Run], store: RunStore, wait_until, workers) -> None:
    start_ranking(store, group_id(group))
    assert read_ranking(store, group_id(group)).live
    start_ranking(store, group_id(group))  # another tab
    wait_until(lambda: not read_ranking(store, group_id(group)).live, "its end", patience=120)
    board = read_ranking(store, group_id(group))
    log = (store.root / "rankings" / f"{group_id(group)}.log").read_text()
    assert board.state == "done", board.error + log


def test_the_process_ends_quietly_where_it_cannot_help(store: RunStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ranking, "yield_to_the_page", lambda: None)
    assert ranking.main([str(store.root), "nowhere"]) == 0
    assert read_ranking(store, "nowhere").state == "missing"
