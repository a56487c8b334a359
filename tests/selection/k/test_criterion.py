"""Picks of curves and counts, and that a criterion survives JSON."""

from __future__ import annotations

import json

import numpy as np
import pytest

from deepclust.selection.k.criterion import Criterion, Facts, best_of, count, curve
from deepclust.selection.k.discovery import FACTS

KS = [2, 3, 4, 5]


def test_the_best_and_what_comes_near_it() -> None:
    assert best_of(KS, np.array([0.0, 0.97, 1.0, 0.9])) == (4, (3, 4))
    assert best_of(KS, np.array([np.nan, 0.2, np.nan, 0.1])) == (3, (3,))
    assert best_of(KS, np.full(4, np.nan)) == (None, ())
    assert best_of(KS, np.array([0.0, 0.97, 1.0, 0.9]), near=0.1) == (4, (3, 4, 5))


def test_low_is_good_for_some() -> None:
    assert curve(Facts("low", "Low", "", "low"), KS, [3.0, 1.0, 2.0, 2.0]).pick == 3
    assert curve(FACTS["views"], KS, [3.0, 1.0, 2.0, 2.0]).pick == 2


def test_what_does_not_vote_picks_nothing() -> None:
    found = curve(FACTS["smallest"], KS, [1.0, 0.5, 0.2, 0.1])
    assert (found.pick, found.plausible, found.weight) == (None, (), 0)


def test_the_middle_of_several_counts_is_the_pick_and_those_outside_are_no_vote() -> None:
    found = count(FACTS["hdbscan"], KS, [4, 9, 3, 3])
    assert (found.pick, found.plausible) == (3, (3, 4))
    assert "outside 2 to 5" in found.note
    assert count(FACTS["hdbscan"], KS, [0]).pick is None


def test_json_and_back() -> None:
    found = curve(FACTS["silhouette"], KS, [0.1, np.nan, 0.3, 1e9], pick=None, note="so it is")
    again = Criterion.from_json(json.loads(json.dumps(found.to_json())))
    assert again == found
    assert again.curve == (0.1, None, 0.3, 1e9)
    with pytest.raises(ValueError, match="not a criterion"):
        Criterion.from_json({"name": "views"})
