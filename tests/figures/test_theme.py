"""Colours and marks tell clusters apart, beyond ten too."""

from __future__ import annotations

from deepclust.figures.theme import NOISE, PETROFF_10, colour, echarts_mark, plotly_mark, text_mark


def test_ten_clusters_have_ten_colours_and_noise_has_its_own() -> None:
    assert [colour(c) for c in range(10)] == list(PETROFF_10)
    assert len(set(PETROFF_10)) == 10
    assert colour(-1) == NOISE
    assert NOISE not in PETROFF_10


def test_beyond_ten_the_mark_changes_where_the_colour_repeats() -> None:
    for mark in (plotly_mark, echarts_mark, text_mark):
        looks = {(colour(c), mark(c)) for c in range(60)}
        assert len(looks) == 60
        assert mark(0) == mark(9) != mark(10)
