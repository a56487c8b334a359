"""The live charts: which curves there are, how they are thinned, what the small map and the bars hold."""

from __future__ import annotations

import json

import numpy as np

from deepclust.figures.live import MAP_POINTS, loss_curves, loss_height, loss_series, size_bars, small_map, thin

RECORDS = [
    {"kind": "stage", "name": "Pre-training", "n_epochs": 2, "terms": {"reconstruction": "squared error"}},
    {"kind": "progress", "stage": "Pre-training", "epoch": 1, "losses": {"reconstruction": 4.0}, "seconds": 1},
    {"kind": "progress", "stage": "Pre-training", "epoch": 2, "losses": {"reconstruction": 3.0}, "seconds": 1},
    {"kind": "note", "level": "info", "text": "a word"},
    {"kind": "stage", "name": "Stage I", "n_epochs": 1, "terms": {"reconstruction": "r", "clustering": "c"}},
    {
        "kind": "progress",
        "stage": "Stage I",
        "epoch": 1,
        "losses": {"reconstruction": 2.0, "clustering": -0.5},
        "seconds": 1,
    },
]


def test_every_stage_and_term_is_a_curve_on_one_axis_of_epochs() -> None:
    curves = loss_series(RECORDS)
    assert [(c["stage"], c["term"], c["help"]) for c in curves] == [
        ("Pre-training", "reconstruction", "squared error"),
        ("Stage I", "reconstruction", "r"),
        ("Stage I", "clustering", "c"),
    ]
    assert [c["x"] for c in curves] == [[1, 2], [3], [3]]
    assert [c["y"] for c in curves] == [[4.0, 3.0], [2.0], [-0.5]]


def test_curves_are_panels_by_term_and_colours_by_stage() -> None:
    options = loss_curves(loss_series(RECORDS))
    assert [t["text"] for t in options["title"]] == ["reconstruction", "clustering"]
    assert [s["xAxisIndex"] for s in options["series"]] == [0, 0, 1]
    first, second, third = (s["color"] for s in options["series"])
    assert first != second == third
    assert options["series"][0]["data"] == [[1, 4.0], [2, 3.0]]
    json.dumps(options)


def test_every_two_terms_need_a_row_of_height() -> None:
    curves = [{"term": str(i)} for i in range(5)]
    assert loss_height(curves) - loss_height(curves[:4]) == loss_height(curves[:4]) - loss_height(curves[:2])
    assert loss_height([]) == loss_height(curves[:2]) == loss_height(curves[:1])


def test_a_logarithmic_axis_leaves_out_what_it_cannot_show() -> None:
    options = loss_curves(loss_series(RECORDS), log=True)
    assert options["yAxis"][0]["type"] == "log"
    assert options["series"][2]["data"] == []


def test_no_epochs_yet_gives_a_sentence_instead_of_empty_axes() -> None:
    assert "first epoch" in loss_curves([])["title"]["text"]


def test_thinning_keeps_peaks_and_the_last_point() -> None:
    x = list(range(10_000))
    y = [0.0] * 10_000
    y[1234], y[9999] = 7.0, 3.0
    shown_x, shown_y = thin(x, y)
    assert len(shown_x) <= 502
    assert max(shown_y) == 7.0
    assert (shown_x[-1], shown_y[-1]) == (9999, 3.0)
    assert thin([1, 2], [3, 4]) == ([1, 2], [3, 4])


def test_small_map_holds_every_cluster_and_at_most_a_thousand_points() -> None:
    points = np.random.default_rng(0).normal(size=(2_000, 2)).astype(np.float32)
    labels = np.arange(2_000) % 3
    series = small_map(points, labels, n_clusters=4)["series"]
    assert [s["name"] for s in series] == ["cluster A", "cluster B", "cluster C", "cluster D"]
    assert 0 < sum(len(s["data"]) for s in series) <= MAP_POINTS
    assert series[3]["data"] == []


def test_bars_count_the_samples_of_each_cluster_and_leave_noise_out() -> None:
    bars = size_bars(np.array([0, 0, 2, -1]), n_clusters=4)
    assert [d["value"] for d in bars["series"][0]["data"]] == [2, 0, 1, 0]


def test_rounds_that_do_not_build_on_each_other_are_points() -> None:
    (series,) = loss_curves(loss_series(RECORDS[:3]), round_name="start")["series"]
    assert series["showSymbol"] is True
    assert series["lineStyle"]["width"] == 0
    assert loss_curves(loss_series(RECORDS))["series"][0]["lineStyle"]["width"] == 2


def test_a_square_map_is_as_wide_as_high() -> None:
    grid = small_map(np.zeros((3, 2), np.float32), np.zeros(3, int), 1, side=300)["grid"]
    assert grid["width"] == grid["height"]
