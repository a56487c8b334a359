"""Choosing k for a run: the board on disk as it fills, a process of its own, stop, further k, and the space that is judged."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator

import numpy as np
import pytest
from sklearn.metrics import adjusted_rand_score

from deepclust.disk import load_arrays, save_arrays
from deepclust.engine.judging import choosing
from deepclust.engine.judging.choosing import (
    Board,
    board_of,
    board_summary,
    choose_k,
    largest_k,
    read_board,
    start_choosing,
)
from deepclust.engine.judging.judged_space import judged_space
from deepclust.engine.judging.readings import readings
from deepclust.engine.training.more_ks import add_ks
from deepclust.engine.training.saved import load_model
from deepclust.engine.training.train import train
from deepclust.methods import find_method
from deepclust.runs import Run, RunStore
from deepclust.selection.k.criterion import Criterion, count, curve
from deepclust.selection.k.discovery import FACTS
from deepclust.spaces import INPUT, Space


def a_few_criteria(X: np.ndarray, ks: range, labels: object = None, pictures: object = None) -> Iterator[Criterion]:
    """Stand in for the whole board, which is tested in tests/selection."""
    assert len(X) == 90
    yield curve(FACTS["views"], ks, [1.0 if k == 3 else 0.5 for k in ks])
    yield curve(FACTS["smallest"], ks, np.ones(len(ks)))
    yield count(FACTS["hdbscan"], ks, [3])


@pytest.fixture
def finished(ask: Callable[..., Run], store: RunStore) -> Run:
    """A run of k-means on 90 samples in 3 groups."""
    run = ask("KMeans")
    assert train(run, store).state == "done"
    return run


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("deepclust.selection.k.board.judge_k", a_few_criteria)


def test_a_run_without_a_board_has_none(finished: Run) -> None:
    assert read_board(finished) == Board()
    assert not read_board(finished).live


def test_the_board_fills_in_on_disk_and_stays(finished: Run, quick: None) -> None:
    seen: list[Board] = []
    board = choose_k(finished, 6, lambda b: seen.append(read_board(finished)))
    assert [len(b.criteria) for b in seen] == [0, 0, 0, 1, 2, 3, 3]  # the gaps are read before
    assert [len(b.readings) for b in seen] == [0, 1, 1, 1, 1, 1, 1]
    assert seen[2].state == "running"
    assert seen[3].doing == FACTS["davies_bouldin"].title  # the second of the real board
    assert (board.state, board.max_k) == ("done", 6)
    assert board.verdict is not None
    assert board.verdict.best == 3
    kept = read_board(finished)
    assert kept.criteria == board.criteria
    assert kept.verdict == board.verdict
    told = json.loads(json.dumps(board_summary(board)))
    assert told["verdict"]["low"] <= 3 <= told["verdict"]["high"]
    assert {"name", "curve", "ks", "pick"} <= set(told["criteria"][0])


def test_what_is_judged_are_the_clusters_that_the_method_reads_at_every_k(ask, store, monkeypatch) -> None:
    """LALNet cuts a graph: k-means on its space is what nobody sees."""
    run = ask("LALNet")
    assert train(run, store).state == "done"
    judged: dict[int, np.ndarray] = {}

    def criteria(
        X: np.ndarray, ks: range, labels: dict[int, np.ndarray], pictures: object = None
    ) -> Iterator[Criterion]:
        judged.update(labels)
        return a_few_criteria(X, ks)

    monkeypatch.setattr("deepclust.selection.k.board.judge_k", criteria)
    choose_k(run, 6)
    np.testing.assert_array_equal(judged[3], run.result().labels)
    cut = load_model(run).regrouping(run.result().embedding)
    for k in (2, 6):
        assert adjusted_rand_score(judged[k], cut(k)) == 1


def test_a_board_that_is_there_is_not_computed_again(finished: Run, quick: None, monkeypatch) -> None:
    choose_k(finished, 6)
    monkeypatch.setattr("deepclust.selection.k.board.judge_k", lambda *a, **k: pytest.fail("computed again"))
    assert choose_k(finished, 6).state == "done"


def test_a_board_of_another_latent_space_is_not_shown(finished: Run, quick: None) -> None:
    choose_k(finished, 6)
    metrics = finished.metrics()
    (finished.folder / "metrics.json").write_text(json.dumps(metrics | {"content": "other"}))
    assert read_board(finished).state == "missing"


@pytest.mark.parametrize("text", ["", "{", "[]", '{"state": "done", "criteria": [{}]}', '{"criteria": 3}'])
def test_a_damaged_board_reads_as_none(finished: Run, text: str) -> None:
    (finished.folder / "choose_k.json").write_text(text)
    assert read_board(finished).state == "missing"


def test_stopping_keeps_what_is_there(finished: Run, quick: None) -> None:
    board = choose_k(finished, 6, lambda b: board_of(finished).stop() if len(b.criteria) == 1 else None)
    assert (board.state, len(board.criteria)) == ("stopped", 2)
    assert read_board(finished).state == "stopped"
    assert choose_k(finished, 6).state == "done"


def test_an_error_is_told(finished: Run, monkeypatch) -> None:
    def fails(*_: object, **__: object) -> Iterator[Criterion]:
        raise ValueError("There is something wrong with it.")
        yield

    monkeypatch.setattr("deepclust.selection.k.board.judge_k", fails)
    assert choose_k(finished, 6).error == "There is something wrong with it."
    assert read_board(finished).state == "failed"


def test_a_process_that_died_reads_as_lost(finished: Run, quick: None) -> None:
    choose_k(finished, 6)
    values = json.loads((finished.folder / "choose_k.json").read_text())
    (finished.folder / "choose_k.json").write_text(json.dumps(values | {"state": "running", "pid": 2**22 + 1}))
    assert read_board(finished).state == "lost"
    assert "without a word" in read_board(finished).error


def test_what_cannot_be_compared_is_refused(finished: Run, ask: Callable[..., Run]) -> None:
    with pytest.raises(ValueError, match="from 3 to 22"):
        choose_k(finished, 51)
    with pytest.raises(ValueError, match="max_k=2 is not allowed"):
        start_choosing(finished, 2)
    with pytest.raises(ValueError, match="no result yet"):
        choose_k(ask("KMeans"), 6)
    assert largest_k(finished) == 22


def test_two_at_once_are_one_too_many(finished: Run, quick: None) -> None:
    def second(board: Board) -> None:
        if not board.criteria and board.doing:
            with pytest.raises(ValueError, match="Another process"):
                choose_k(finished, 6)

    assert choose_k(finished, 6, second).state == "done"


@pytest.mark.slow
def test_a_detached_process_does_the_work(finished: Run, wait_until, workers) -> None:
    start_choosing(finished, 5)
    assert read_board(finished).live
    before = (finished.folder / "choose_k.json").read_text()
    start_choosing(finished, 5)  # another tab
    assert json.loads((finished.folder / "choose_k.json").read_text())["max_k"] == json.loads(before)["max_k"]
    wait_until(lambda: len(read_board(finished).criteria) >= 4, "four criteria")
    board_of(finished).stop()
    wait_until(lambda: not read_board(finished).live, "its end", patience=120)
    board = read_board(finished)
    assert board.state in ("stopped", "done"), board.error + (finished.folder / "choose_k.log").read_text()
    assert board.verdict is not None
    assert board.verdict.low <= 3 <= board.verdict.high


# -- further k --------------------------------------------------------------------------------------------------------


def test_further_k_are_added_to_the_slider_with_scores(finished: Run) -> None:
    before = finished.labels_by_k()
    found = add_ks(finished, range(2, 24))
    again = finished.labels_by_k()
    assert list(again) == list(range(2, 24)) == list(found)
    assert all((again[k] == before[k]).all() for k in before)
    by_k = finished.metrics()["by_k"]
    assert {"acc", "sizes", "silhouette"} <= set(by_k["23"])
    assert sum(by_k["23"]["sizes"]) == 90


def test_further_k_need_no_data_set(finished: Run, small_file) -> None:
    small_file.unlink()
    add_ks(finished, [21])
    assert "acc" not in finished.metrics()["by_k"]["21"]
    assert len(finished.metrics()["by_k"]["21"]["sizes"]) >= 1


def test_nothing_is_written_where_nothing_is_missing(finished: Run) -> None:
    written = (finished.folder / "labels_by_k.npz").stat().st_mtime_ns
    assert 20 in add_ks(finished, range(2, 21))
    assert (finished.folder / "labels_by_k.npz").stat().st_mtime_ns == written


# -- the space that is judged -----------------------------------------------------------------------------------------


def test_the_space_of_k_means_does_not_depend_on_k(finished: Run) -> None:
    space = judged_space(finished)
    assert space.own
    assert space.words == ""
    assert (space.points == finished.result().embedding).all()


def test_a_latent_space_that_float32_cannot_square_is_judged_as_any_other(finished: Run) -> None:
    (usual,) = readings(finished, judged_space(finished))
    arrays = load_arrays(finished.folder / "result.npz")
    embedding = arrays["embedding"] * np.float32(1e36)
    save_arrays(finished.folder / "result.npz", arrays | {"embedding": embedding})
    assert np.isfinite(np.square(judged_space(finished).points).sum())
    (far,) = readings(finished, judged_space(finished))
    np.testing.assert_allclose(far.values, usual.values, atol=1e-4)


def test_of_a_method_that_trains_with_k_the_pre_training_is_judged(ask: Callable[..., Run], store: RunStore) -> None:
    run = ask("DDLS")
    assert train(run, store).state == "done"
    space = judged_space(run)
    last = [s for s in map(run.snapshot, range(run.n_snapshots)) if str(s["stage"]) == "Pre-training"][-1]
    assert not space.own
    assert np.allclose(space.points, last["embedding"])
    assert "Pre-training" in space.words
    assert "k = 3" in space.words


def test_the_input_can_be_judged_and_without_a_choice_there_is_a_warning(finished: Run, monkeypatch) -> None:
    monkeypatch.setattr(
        find_method("KMeans"), "spaces_without_k", (Space("stage", "Nowhere"), Space("space", "None"), INPUT)
    )
    assert judged_space(finished).points.shape == (90, 36)
    monkeypatch.setattr(find_method("KMeans"), "spaces_without_k", ())
    assert "Take this with care" in judged_space(finished).words


def test_the_process_ends_quietly_where_it_cannot_help(finished: Run) -> None:
    assert choosing.main([str(finished.folder), "99"]) == 0  # a k that makes no sense ends quietly
    assert read_board(finished).state == "missing"
