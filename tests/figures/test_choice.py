"""The board: votes, one panel for each criterion, picks and the range."""

from __future__ import annotations

from dataclasses import replace

import pytest

from deepclust.figures.choice import criteria_board, votes_chart
from deepclust.selection.k.criterion import Criterion, count, curve
from deepclust.selection.k.discovery import FACTS
from deepclust.selection.k.verdict import Verdict, give_verdict

KS = range(2, 9)


@pytest.fixture
def criteria() -> list[Criterion]:
    peak = [-abs(k - 4.0) for k in KS]
    return [
        curve(FACTS["views"], KS, peak),
        curve(FACTS["silhouette"], KS, peak, pick=4),
        curve(FACTS["smallest"], KS, peak),
        count(FACTS["hdbscan"], KS, [4, 5, 4]),
    ]


@pytest.fixture
def verdict(criteria: list[Criterion]) -> Verdict:
    found = give_verdict(criteria)
    assert found is not None
    return found


def test_votes_of_every_k_with_the_best_in_its_own_colour(verdict: Verdict) -> None:
    (bars,) = votes_chart(verdict, chosen=5).data
    assert list(bars.x) == list(KS)
    assert list(bars.y) == list(verdict.votes.values())
    colours = dict(zip(bars.x, bars.marker.color, strict=True))
    assert colours[verdict.best] != colours[8]
    wide = replace(verdict, low=3, high=5)
    (bars,) = votes_chart(wide).data
    assert len(set(bars.marker.color)) == 3
    assert bars.marker.color[1] == bars.marker.color[3] != bars.marker.color[2]


def test_words_at_both_lines_are_on_their_own_sides(verdict: Verdict) -> None:
    notes = {a.text.strip(): a.xanchor for a in votes_chart(verdict, chosen=5, true_k=4).layout.annotations}
    assert notes == {"looked at": "left", "true classes": "right"}


def test_every_criterion_has_a_panel_and_a_dot_at_its_pick(criteria: list[Criterion], verdict: Verdict) -> None:
    figure = criteria_board(criteria, verdict, KS)
    titles = [a.text for a in figure.layout.annotations]
    assert titles[0] == "<b>Cuts that views agree with</b>: k = 4"
    assert "no vote" in titles[2]
    dots = [t for t in figure.data if t.name == "pick"]
    assert [list(d.x) for d in dots] == [[4], [4], [4]]
    assert len({t.xaxis for t in figure.data}) == 4
    counted = [t for t in figure.data if t.xaxis == "x4"]
    assert [list(t.x) for t in counted] == [[5], [4]]


def test_the_range_is_a_band_in_every_panel_and_the_truth_a_line(criteria: list[Criterion], verdict: Verdict) -> None:
    shapes = criteria_board(criteria, verdict, KS, true_k=6).layout.shapes
    bands = [s for s in shapes if s.type == "rect"]
    assert {(b.x0, b.x1) for b in bands} == {(verdict.low - 0.5, verdict.high + 0.5)}
    assert len(bands) == 4
    assert {s.x0 for s in shapes if s.type == "line"} == {6}


def test_without_a_verdict_there_is_no_band(criteria: list[Criterion]) -> None:
    assert len(criteria_board(criteria[2:3], None, KS).layout.shapes) == 0
