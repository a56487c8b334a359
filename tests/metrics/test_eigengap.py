"""Gaps between eigenvalues: on values worked by hand, and on clouds that have groups or none."""

from __future__ import annotations

import numpy as np
import pytest

from deepclust.graphs import spectral_embedding
from deepclust.metrics.eigengap import Eigengaps, eigengaps, gap_words, ordinal, piece_sizes, read_gaps


def said(values, pieces=()) -> str:
    return " ".join(gap_words(values, pieces))


def test_gaps_are_differences():
    np.testing.assert_allclose(eigengaps([0.0, 0.1, 0.4]), [0.1, 0.3])


def test_a_clear_gap_is_found_and_said():
    values = [0.0, 0.01, 0.02, 0.2, 0.215, 0.25, 0.26]
    found = read_gaps(values)
    assert found == Eigengaps(n_pieces=1, widest=(3, 5, 4), clear=(3,), first_widest=False)
    words = said(values)
    assert "A clear gap after the 3rd value: 3 groups are well separated" in words
    assert "10 times as large" in words
    assert "The next candidates are 5 and 4." in words


def test_the_gap_after_the_first_value_is_never_a_candidate_but_explained():
    values = [0.0, 0.5, 0.51, 0.53, 0.54]
    found = read_gaps(values)
    assert found.first_widest
    assert 1 not in found.marked
    words = said(values)
    assert "No clear gap" in words
    assert "although it is the widest here" in words
    assert "trap" in words


def test_without_a_clear_gap_nothing_is_promised():
    words = said([0.0, 0.1, 0.12, 0.15, 0.16])
    assert "**No clear gap.** The widest is after the 3rd value" in words
    assert "only 1.2 times" in words
    assert "well separated" not in words
    assert "Candidates to look at: 3, 2 and 4." in words


def test_a_steep_but_narrow_gap_is_not_clear():
    # as of one long strip, whose values grow with the square of their number
    assert read_gaps((np.arange(12) / 30) ** 2).clear == ()


def test_a_very_steep_gap_is_clear_even_if_later_ones_are_wider():
    found = read_gaps([0.0, 0.001, 0.009, 0.02, 0.05, 0.10])
    assert found.clear == (2,)
    assert found.marked[0] == 2


def test_pieces_are_counted_and_outliers_named():
    values = [0.0, 0.0, 0.0, 0.1, 0.12]
    assert read_gaps(values).n_pieces == 3
    words = said(values, [600, 390, 4])
    assert "falls apart into 3 pieces** (600, 390 and 4 samples)" in words
    assert "1 of them is smaller than 1 %" in words
    assert "trap" not in words
    assert "No clear gap beyond that" in words
    assert "Candidates" not in words, "the pieces are the answer"
    assert read_gaps([0.0, 0.0, 0.01, 0.2, 0.21]).marked[0] == 3
    assert "(" not in said(values)


def test_all_zero_says_that_no_gap_can_be_seen():
    assert "5 pieces or more" in said(np.zeros(5))


def test_sizes_of_pieces_come_from_the_vectors():
    X = np.concatenate([np.zeros((30, 2)), np.full((20, 2), 9.0), np.full((14, 2), -9.0)])
    X += np.random.default_rng(0).normal(scale=0.1, size=X.shape)
    values, vectors = spectral_embedding(X, 6)
    assert piece_sizes(values, vectors.astype(np.float32)) == [30, 20, 14]


@pytest.mark.parametrize("seed", [0, 1, 2])
@pytest.mark.parametrize("shape", ["round-2", "round-5", "square", "strip", "ring"])
def test_a_single_shape_has_no_clear_gap(seed, shape):
    dice = np.random.default_rng(seed)
    if shape.startswith("round"):
        X = dice.normal(size=(500, int(shape[-1])))
    elif shape == "ring":
        angle = dice.uniform(0, 2 * np.pi, 500)
        X = np.column_stack([np.cos(angle), np.sin(angle)]) + 0.03 * dice.normal(size=(500, 2))
    else:
        X = dice.uniform(size=(500, 2)) * [1 if shape == "square" else 10, 1]
    assert read_gaps(spectral_embedding(X, 21)[0]).clear == ()


@pytest.mark.parametrize("k", [3, 6])
def test_round_groups_that_are_apart_are_counted(k):
    dice = np.random.default_rng(0)
    centres = 7 * np.eye(10)[:k]
    X = centres[np.arange(600) % k] + dice.normal(size=(600, 10))
    values, _ = spectral_embedding(X, 21)
    found = read_gaps(values)
    assert found.n_pieces == k or found.clear[:1] == (k,)


def test_too_few_values_are_refused():
    with pytest.raises(ValueError, match="at least 3"):
        read_gaps([0.0, 0.1])


@pytest.mark.parametrize(
    ("number", "word"), [(1, "1st"), (2, "2nd"), (3, "3rd"), (4, "4th"), (11, "11th"), (12, "12th"), (21, "21st")]
)
def test_ordinals(number, word):
    assert ordinal(number) == word
