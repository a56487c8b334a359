"""Partitions in the spaces of other runs: standings, agreeing spaces and weights against plain loops and by hand."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import calinski_harabasz_score, davies_bouldin_score, silhouette_score

from deepclust.selection.settings.cross_space import (
    agreeing,
    agreement_of,
    judge_across,
    page_rank,
    standing,
    standings_in_spaces,
)
from deepclust.selection.settings.rank_correlation import spearman


@pytest.fixture(scope="module")
def runs() -> tuple[list[np.ndarray], list[np.ndarray], list[float]]:
    """Six runs on 120 samples of 3 groups: spaces, partitions, and how much of each partition is right.

    Five spaces show the groups; the last is noise, in which its own partition is tidy.
    """
    dice = np.random.default_rng(0)
    y = np.repeat(np.arange(3), 40)
    centres = np.eye(3)[y] * 6
    right = [1.0, 0.95, 0.85, 0.75, 0.6]
    spaces = [centres + dice.normal(size=(120, 3)) for _ in right]
    partitions = [np.where(dice.random(120) < share, y, dice.integers(0, 3, 120)) for share in right]
    noise = dice.normal(size=(120, 3))
    spaces.append(noise)
    partitions.append((noise[:, 0] > 0).astype(np.int64) + (noise[:, 1] > 0))
    return spaces, partitions, [*right, 0.0]


@pytest.fixture(scope="module")
def standings(runs: tuple[list[np.ndarray], list[np.ndarray], list[float]]) -> np.ndarray:
    spaces, partitions, _ = runs
    found = np.full((6, 6), np.nan)
    for i, column in standings_in_spaces(spaces, partitions):
        found[:, i] = column
    return found


def test_a_column_is_the_mean_rank_under_three_indices(runs, standings: np.ndarray) -> None:
    spaces, partitions, _ = runs
    others = [j for j in range(6) if j != 2]
    places = np.zeros(5)
    for index, sign in ((silhouette_score, 1), (calinski_harabasz_score, 1), (davies_bouldin_score, -1)):
        values = [sign * index(spaces[2], partitions[j]) for j in others]
        for i, value in enumerate(values):
            places[i] += sum(value > other for other in values) / 4 / 3
    assert np.isnan(standings[2, 2])
    np.testing.assert_allclose(standings[others, 2], places)


def test_what_cannot_be_judged_is_last() -> None:
    assert standing(np.array([[0.5, np.nan, 0.1]])).tolist() == [1.0, 0.0, 0.5]
    assert np.isnan(standing(np.array([[0.5]]))).all()


def test_the_order_of_what_is_right_is_found_and_the_odd_space_has_no_say(runs, standings: np.ndarray) -> None:
    _, _, right = runs
    judged = judge_across(standings)
    assert judged.kept.tolist() == [True] * 5 + [False]
    assert judged.weights[5] == 0
    assert judged.weights.sum() == pytest.approx(1)
    assert spearman(judged.scores, right) > 0.9
    assert judged.scores.argmin() == 5


def test_agreement_is_over_the_partitions_of_other_runs(standings: np.ndarray) -> None:
    found = agreement_of(standings)
    rows = [i for i in range(6) if i not in (0, 3)]
    assert found[0, 3] == found[3, 0] == spearman(standings[rows, 0], standings[rows, 3])
    assert (np.diag(found) == 1).all()


def test_the_largest_group_that_agrees_is_kept() -> None:
    blocks = np.full((5, 5), -0.2)
    blocks[:3, :3] = 0.8
    blocks[3:, 3:] = 0.99
    np.fill_diagonal(blocks, 1)
    assert agreeing(blocks).tolist() == [True, True, True, False, False]
    assert agreeing(np.full((1, 1), 1.0)).tolist() == [True]


def test_page_rank_is_the_stationary_state_of_the_walk() -> None:
    links = np.array([[1.0, 0.9, 0.8], [0.9, 1.0, 0.1], [0.8, 0.1, 1.0]])
    weights = page_rank(links)
    walk = links - np.eye(3)
    google = 0.85 * walk / walk.sum(axis=0) + 0.15 / 3
    np.testing.assert_allclose(google @ weights, weights, atol=1e-9)
    assert weights.argmax() == 0
    np.testing.assert_allclose(page_rank(np.eye(4)), 0.25)  # no links: all alike


def test_few_runs_are_all_kept_and_two_say_nothing() -> None:
    three = np.array([[np.nan, 1.0, 0.0], [0.0, np.nan, 1.0], [1.0, 0.0, np.nan]])
    judged = judge_across(three)
    assert judged.kept.all()
    np.testing.assert_allclose(judged.scores, 0.5)
    two = np.full((2, 2), np.nan)
    assert np.isnan(judge_across(two).scores).all()
