"""Which map of a run is seen first, and of how many samples."""

from __future__ import annotations

import pytest

from deepclust.engine.maps.run_maps import FIRST_SAMPLE, LAID_OUT, MOST_PLACED, first_sample, telling_projection
from deepclust.projections import BEST_FIRST, PROJECTIONS


def test_a_space_of_two_dimensions_is_its_own_map():
    assert [telling_projection(n) for n in (1, 2, 3, 64)] == ["pca", "pca", BEST_FIRST[0], BEST_FIRST[0]]


@pytest.mark.parametrize("method", PROJECTIONS)
def test_all_samples_are_shown_where_that_takes_seconds_and_else_a_sample(method):
    at_once = PROJECTIONS[method].at_once
    assert first_sample(method, FIRST_SAMPLE) is None
    assert first_sample(method, at_once) is None
    many = LAID_OUT <= at_once < MOST_PLACED
    assert first_sample(method, at_once + 1) == (LAID_OUT if many else FIRST_SAMPLE)
    assert first_sample(method, MOST_PLACED + 1) == FIRST_SAMPLE


def test_the_map_that_separates_shows_all_of_seventy_thousand():
    assert first_sample(BEST_FIRST[0], 70_000) == LAID_OUT
