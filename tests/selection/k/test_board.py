"""The whole board on groups that everyone can see."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

from deepclust.projections import project
from deepclust.selection import Criterion, give_verdict, judge_k
from deepclust.selection.k.discovery import FACTS
from deepclust.selection.k.record import record, track_record


@pytest.fixture(scope="module")
def board(groups) -> Iterator[list[Criterion]]:
    """All criteria for k = 2 .. 10, with PCA in 3-D for a map: UMAP compiles for long, and is tested where it lives."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(
            "deepclust.selection.k.criteria.maps.project", lambda X, method, random_state, params: project(X, "pca", 3)
        )
        yield list(judge_k(groups[0], range(2, 11)))


def test_all_criteria_come_in_their_order_with_words(board) -> None:
    assert [c.name for c in board] == list(FACTS)
    assert all(c.title and c.sentence for c in board)
    assert all(len(c.curve) in (0, 9) for c in board)
    assert all(c.seconds >= 0 for c in board)


def test_four_groups_get_four_votes(board) -> None:
    verdict = give_verdict(board)
    assert verdict is not None
    assert (verdict.best, verdict.clear) == (4, True)
    assert verdict.agreeing == verdict.n_voters == 3


def test_every_curve_is_there(board) -> None:
    missing = [c.name for c in board if c.curve and None in c.curve]
    assert missing == ["views"], "these data are no pictures"
    assert [c.name for c in board if not c.curve] == ["localmap_regions", "hdbscan"]


def test_the_first_criterion_comes_before_the_slow_ones(groups, monkeypatch) -> None:
    monkeypatch.setattr(
        "deepclust.selection.k.criteria.maps.project", lambda *a, **k: pytest.fail("it waited for the map")
    )
    first = next(iter(judge_k(groups[0], range(2, 6), {4: groups[1]})))
    assert first.curve[2] == max(c for c in first.curve if c is not None), "the value of k = 4"


def test_few_samples_many_of_them_alike_are_no_hindrance(monkeypatch) -> None:
    monkeypatch.setattr(
        "deepclust.selection.k.criteria.maps.project", lambda X, method, random_state, params: project(X, "pca", 3)
    )
    X = np.random.default_rng(0).normal(size=(12, 3)).astype(np.float32)
    X[4:] = X[4]
    found = list(judge_k(X, range(2, 5)))
    assert [c.name for c in found] == list(FACTS)
    verdict = give_verdict(found)
    assert verdict is not None
    assert 2 <= verdict.best <= 4


def test_a_space_that_cannot_be_judged_is_refused_at_once() -> None:
    with pytest.raises(ValueError, match="finite"):
        next(judge_k(np.full((9, 2), np.inf), range(2, 5)))


def test_the_record_says_how_often_it_was_right(monkeypatch) -> None:
    known = record()
    for part in known.values():
        assert 0 <= part["within_1"] <= part["n"]
        assert 0 <= part["in_range"] <= part["n"]
    assert known["real"]["width"] >= 1
    assert f"on {known['real']['n']} latent spaces of real data" in track_record()
    monkeypatch.setattr("deepclust.selection.k.record.record", dict)
    assert track_record() == ""
