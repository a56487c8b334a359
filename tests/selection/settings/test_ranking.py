"""The order of settings: wins counted by hand, problems go last, and no winner where none is clear."""

from __future__ import annotations

import numpy as np
import pytest

from deepclust.selection.settings.measures import MEASURES
from deepclust.selection.settings.ranking import Ranking, foretold, rank_settings, win_shares


def ranked(*, problems: dict[str, str] | None = None, **columns: dict[str, float | None]) -> Ranking:
    found = rank_settings(columns, problems)
    assert found is not None
    return found


def test_wins_are_counted_and_what_is_nearly_equal_counts_half() -> None:
    column = np.array([0.9, 0.895, 0.5, np.nan, 0.1])
    expected = []
    for i in (0, 1, 2, 4):  # a difference below a twentieth of the range (0.04) is none
        points = 0.0
        for j in (0, 1, 2, 4):
            if i != j:
                points += 0.5 if abs(column[i] - column[j]) <= 0.04 else float(column[i] > column[j])
        expected.append(points / 3)
    shares = win_shares(column, "stability")
    assert np.isnan(shares[3])
    assert shares[[0, 1, 2, 4]].tolist() == pytest.approx(expected)
    assert win_shares(np.array([1.0, 2.0]), "loss").tolist() == [1.0, 0.0], "low is good"
    assert win_shares(np.array([0.501, 0.5]), "stability").tolist() == [0.5, 0.5], "that little is nothing"


def test_the_first_in_all_measures_wins_with_its_reasons() -> None:
    found = ranked(
        stability={"x": 0.9, "y": 0.5, "z": 0.2},
        agreement={"x": 0.6, "y": 0.5, "z": 0.1},
        silhouette={"x": 0.1, "y": 0.5, "z": 0.9},
    )
    assert [s.setting for s in found.standings] == ["x", "y", "z"]
    assert [s.score for s in found.standings] == [1.0, 0.5, 0.0]
    assert found.winner == "x"
    assert found.sentence == "x is first."
    assert found.measures == ("stability", "agreement"), "the own silhouette has no voice"
    assert found.reasons[0] == "x is ahead of all others in Seeds agree and Others agree."
    assert "Seeds agree (0.9 to 0.5)" in found.reasons[1]


def test_without_a_clear_lead_there_is_no_winner() -> None:
    found = ranked(stability={"x": 0.9, "y": 0.5, "z": 0.2}, agreement={"x": 0.5, "y": 0.6, "z": 0.1})
    assert found.winner is None
    assert set(found.leaders) == {"x", "y"}
    assert found.sentence == "No clear winner: x and y are about equal."


def test_one_seed_of_each_names_no_winner() -> None:
    found = ranked(stability={"x": None, "y": None}, agreement={"x": 0.9, "y": 0.2})
    assert (found.winner, found.leaders) == (None, ("x",))
    assert found.sentence.startswith("No winner yet: x is ahead, of one seed each")


def test_a_setting_with_a_problem_stands_behind_all_others() -> None:
    found = ranked(stability={"x": 0.9, "y": 0.5, "z": 0.2}, problems={"x": "a shortcut"})
    assert [s.setting for s in found.standings] == ["y", "z", "x"]
    assert found.winner == "y"
    assert found.reasons[-1] == "x: a shortcut."
    nobody = ranked(stability={"x": 0.9, "y": 0.5}, problems={"x": "a shortcut", "y": "no signal"})
    assert nobody.sentence == "None of these can be recommended."


def test_what_is_unknown_is_not_held_against_a_setting() -> None:
    found = ranked(stability={"x": None, "y": 0.5, "z": 0.2}, agreement={"x": 0.9, "y": 0.5, "z": 0.2})
    assert found.standings[0].setting == "x"
    assert found.standings[0].score == 1.0
    assert found.standings[0].values == {"stability": None, "agreement": 0.9}


def test_a_measure_in_which_all_are_equal_has_no_voice() -> None:
    found = ranked(stability={"x": 1.0, "y": 1.0}, agreement={"x": 0.9, "y": 0.2})
    assert found.measures == ("agreement",)
    assert "take it as a hint" in " ".join(found.reasons)


@pytest.mark.parametrize("values", [{}, {"stability": {"x": 0.5}}, {"stability": {"x": None, "y": None}}])
def test_where_nothing_is_known_there_is_no_ranking(values: dict) -> None:
    assert rank_settings(values) is None


def test_every_measure_that_has_a_voice_counts_the_same() -> None:
    assert {m.weight for m in MEASURES.values()} == {0.0, 1.0}


def test_what_was_foretold_is_measured_against_what_came_to_light() -> None:
    found = ranked(
        stability={"x": 0.9, "y": 0.5, "z": 0.2},
        silhouette={"x": 0.1, "y": 0.5, "z": 0.9},
        loss={"x": 1, "y": 2, "z": 3},
    )
    told = foretold(found, {"x": 0.95, "y": 0.8, "z": 0.4, "elsewhere": 0.1})
    assert told == {"stability": 1.0, "loss": 1.0, "silhouette": -1.0, "place": 1.0}
    assert foretold(found, {"x": 0.95, "y": None, "z": 0.4})["place"] is None
