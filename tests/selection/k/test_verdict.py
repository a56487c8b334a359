"""The verdict: how votes are counted, when it says that there is no clear k, and that labels play no part."""

from __future__ import annotations

import numpy as np
import pytest

from deepclust.selection.k.criterion import RESERVE, Criterion
from deepclust.selection.k.verdict import AT_THE_END, count_votes, densest, give_verdict, median

KS = tuple(range(2, 21))


def voter(pick: int | None, plausible: tuple[int, ...] = (), weight: float = 1.0, title: str = "T") -> Criterion:
    curve = tuple(0.0 for _ in KS)
    return Criterion("t", title, "", "high", KS, curve, pick, plausible or (() if pick is None else (pick,)), weight)


def test_half_a_vote_is_shared_among_what_is_plausible() -> None:
    votes = count_votes([voter(5, (5, 20), weight=2.0)], KS)
    assert {k: v for k, v in zip(KS, votes, strict=True) if v} == {5: 1.5, 20: 0.5}


def test_a_pick_at_the_end_counts_less() -> None:
    assert count_votes([voter(20)], KS)[-1] == pytest.approx(AT_THE_END)
    assert count_votes([voter(2)], KS)[0] == pytest.approx(AT_THE_END)


def test_the_best_is_the_median_and_the_range_is_where_the_votes_are_densest() -> None:
    votes = np.array([1.0, 1.0, 1.0, 3.0, 0.0, 2.0, 1.0, 1.0])  # of k = 2 to 9
    assert median(range(2, 10), votes) == 5
    assert densest(range(2, 10), votes) == (2, 8), "2 to 7 hold four fifths, as 3 to 8 do, and one more on either side"


def test_a_range_of_large_k_is_wider_and_ends_where_the_comparison_does() -> None:
    ks = range(2, 31)
    votes = np.array([{20: 4.0, 21: 4.0, 29: 1.0, 30: 1.0}.get(k, 0.0) for k in ks])
    assert densest(ks, votes) == (18, 23)
    votes[:27] = 0
    assert densest(ks, votes) == (26, 30)


def test_one_k_with_nearly_all_votes_is_a_range_of_its_own() -> None:
    votes = np.array([0.0, 19.0, 1.0])
    assert densest(range(2, 5), votes) == (3, 3)
    votes[1] = 18.9
    assert densest(range(2, 5), votes) == (2, 4)


def test_one_voter_far_away_does_not_move_the_best() -> None:
    found = give_verdict([*(voter(k) for k in (9, 10, 10, 11)), voter(3)])
    assert found is not None
    assert (found.best, found.low, found.high) == (10, 8, 12)


def test_agreement_is_a_clear_answer() -> None:
    found = give_verdict([voter(4, title=f"C{i}") for i in range(5)])
    assert found is not None
    assert (found.best, found.clear, found.agreeing, found.n_voters) == (4, True, 5, 5)
    assert found.sentence.startswith("4 clusters")
    assert "C4 (4)" in found.reasons[0]


@pytest.mark.parametrize(
    ("picks", "words"),
    [((10, 10, 10, 10), None), ((10, 10, 10, 10, 12), "9 to 11 are"), ((3, 10, 10, 10, 10), "9 to 11 are")],
)
def test_what_is_nearly_as_good_is_said(picks: tuple[int, ...], words: str | None) -> None:
    found = give_verdict([voter(k) for k in picks])
    assert found is not None
    assert found.sentence == ("10 clusters." if words is None else f"10 clusters; {words} nearly as good.")


def test_disagreement_is_said() -> None:
    found = give_verdict([voter(k) for k in (4, 6, 8, 10, 12)])
    assert found is not None
    assert not found.clear
    assert found.low <= 8 <= found.high
    assert found.sentence.startswith(f"No clear k: {found.low} to {found.high}")


def test_both_sides_are_named() -> None:
    found = give_verdict([*(voter(10) for _ in range(9)), voter(3, title="Few"), voter(19, title="Many")])
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


def test_criteria_in_reserve_are_heard_only_where_no_other_has_an_opinion() -> None:
    early = give_verdict([voter(5, weight=RESERVE), voter(None)])
    assert early is not None
    assert early.best == 5
    later = give_verdict([voter(5, weight=RESERVE), voter(9)])
    assert later is not None
    assert (later.best, later.n_voters) == (9, 1)


def test_between_two_halves_of_the_votes_the_best_is_in_the_middle() -> None:
    assert median(KS, count_votes([voter(8), voter(12)], KS)) == 10
