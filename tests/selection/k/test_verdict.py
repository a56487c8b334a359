"""The verdict: how votes are counted, when it says that there is no clear k, and that labels play no part."""

from __future__ import annotations

import numpy as np
import pytest

from deepclust.selection.k.criterion import Criterion
from deepclust.selection.k.verdict import AT_THE_END, count_votes, give_verdict, quantile

KS = tuple(range(2, 21))


def voter(pick: int | None, plausible: tuple[int, ...] = (), weight: float = 1.0, title: str = "T") -> Criterion:
    curve = tuple(0.0 for _ in KS)
    return Criterion(
        "t", title, "", "high", KS, curve, (), pick, plausible or (() if pick is None else (pick,)), weight
    )


def test_half_a_vote_is_shared_among_what_is_plausible() -> None:
    votes = count_votes([voter(5, (5, 20), weight=2.0)], KS)
    assert {k: v for k, v in zip(KS, votes, strict=True) if v} == {5: 1.5, 20: 0.5}


def test_a_pick_at_the_end_counts_less() -> None:
    assert count_votes([voter(20)], KS)[-1] == pytest.approx(AT_THE_END)
    assert count_votes([voter(2)], KS)[0] == pytest.approx(AT_THE_END)


def test_the_best_is_the_median_and_the_range_leaves_a_fifth_on_either_side() -> None:
    votes = np.array([1.0, 1.0, 1.0, 3.0, 0.0, 2.0, 1.0, 1.0])  # of k = 2 to 9
    assert [quantile(range(2, 10), votes, share) for share in (0.2, 0.5, 0.8)] == [3, 5, 7]


def test_one_voter_far_away_does_not_move_the_best() -> None:
    found = give_verdict([*(voter(k) for k in (9, 10, 10, 11)), voter(3)])
    assert found is not None
    assert (found.best, found.low, found.high) == (10, 3, 10)


def test_agreement_is_a_clear_answer() -> None:
    found = give_verdict([voter(4, title=f"C{i}") for i in range(5)])
    assert found is not None
    assert (found.best, found.clear, found.agreeing, found.n_voters) == (4, True, 5, 5)
    assert found.sentence.startswith("4 clusters")
    assert "C4 (4)" in found.reasons[0]


@pytest.mark.parametrize(
    ("picks", "words"),
    [((10, 10, 10, 12), "11 to 12 are"), ((10, 10, 11), "11 is"), ((9, 10, 10), "9 is"), ((9, 10, 11), "9 to 11 are")],
)
def test_what_is_nearly_as_good_leaves_out_the_best(picks: tuple[int, ...], words: str) -> None:
    found = give_verdict([voter(k) for k in picks])
    assert found is not None
    assert found.sentence == f"10 clusters; {words} nearly as good."


def test_disagreement_is_said() -> None:
    found = give_verdict([voter(k) for k in (6, 7, 8, 9, 9)])
    assert found is not None
    assert not found.clear
    assert found.low <= 7 <= found.high
    assert found.sentence.startswith(f"No clear k: {found.low} to {found.high}")


def test_both_sides_are_named() -> None:
    found = give_verdict([*(voter(10) for _ in range(4)), voter(3, title="Few"), voter(19, title="Many")])
    assert found is not None
    assert "For fewer speak Few (3)." in found.reasons
    assert "For more speak Many (19)." in found.reasons


def test_a_range_that_reaches_the_end_asks_for_more() -> None:
    found = give_verdict([voter(19), voter(20)])
    assert found is not None
    assert found.high == 20
    assert "or more" in found.sentence
    assert any("larger k" in reason for reason in found.reasons)


def test_nobody_with_an_opinion_is_no_verdict() -> None:
    assert give_verdict([]) is None
    assert give_verdict([voter(None)]) is None
    assert give_verdict([voter(5, weight=0.0)]) is None
