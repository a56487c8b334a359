"""What is watched while a run learns, as ECharts options: loss curves, the small map, cluster sizes.

ECharts and not plotly, because a keyed ECharts chart is updated in place, every second, without flicker.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from deepclust.figures.theme import GRID, PETROFF_10, TEXT, colour, echarts_mark
from deepclust.metrics.lineage import letter

MAX_POINTS = 500
MAP_POINTS = 1_000


def loss_series(records: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Curves of a run's events: one per stage and loss term, ``x`` counting epochs through the whole run.

    Returns [{"stage", "term", "help", "x": [...], "y": [...]}] in the order of appearance.
    """
    curves: dict[tuple[str, str], dict[str, Any]] = {}
    words: dict[tuple[str, str], str] = {}
    before, last = 0, 0
    stage_now = ""
    for record in records:
        if record["kind"] == "stage":
            words |= {(record["name"], term): text for term, text in record["terms"].items()}
        elif record["kind"] == "progress":
            if record["stage"] != stage_now:
                stage_now, before = record["stage"], last
            last = before + record["epoch"]
            for term, value in record["losses"].items():
                key = (record["stage"], term)
                curve = curves.setdefault(
                    key, {"stage": key[0], "term": term, "help": words.get(key, ""), "x": [], "y": []}
                )
                curve["x"].append(last)
                curve["y"].append(value)
    return list(curves.values())


def thin(x: Sequence[float], y: Sequence[float], most: int = MAX_POINTS) -> tuple[list[float], list[float]]:
    """At most ``most`` points of a curve: the least and the greatest value of every bin, so that no peak is lost."""
    if len(x) <= most:
        return list(x), list(y)
    bins = np.array_split(np.arange(len(x)), most // 2)
    values = np.asarray(y)
    keep = sorted({int(b[f(values[b])]) for b in bins for f in (np.argmin, np.argmax)} | {len(x) - 1})
    return [x[i] for i in keep], [y[i] for i in keep]


def loss_curves(curves: Sequence[Mapping[str, Any]], *, log: bool = False, round_name: str = "epoch") -> dict[str, Any]:
    """Small multiples: one panel per loss term, one colour per stage.

    round_name: what x counts (`Method.round_name`); rounds that are no epochs are points, as none follows from another.
    """
    terms = list(dict.fromkeys(c["term"] for c in curves))
    stages = list(dict.fromkeys(c["stage"] for c in curves))
    if not terms:
        return {
            "title": {
                "text": f"Loss curves appear with the first {round_name}",
                "left": "center",
                "top": "middle",
                "textStyle": {"color": TEXT, "fontSize": 14, "fontWeight": "normal"},
            }
        }
    columns = min(len(terms), 2)
    rows = -(-len(terms) // columns)
    last_x = max(max(c["x"]) for c in curves)
    grids, titles, x_axes, y_axes, series = [], [], [], [], []
    for i, term in enumerate(terms):
        left, top = 100 * (i % columns) / columns, 8 + 92 * (i // columns) / rows
        width, height = 100 / columns - 11, 92 / rows - 36 / rows - 3
        if len(terms) == 1:
            width = 88
        grids.append({"left": f"{left + 9}%", "top": f"{top + 8}%", "width": f"{width}%", "height": f"{height}%"})
        titles.append(
            {
                "text": term,
                "left": f"{left + 9}%",
                "top": f"{top}%",
                "textStyle": {"fontSize": 13, "fontWeight": 600, "color": TEXT},
            }
        )
        x_axes.append(
            {
                "type": "value",
                "gridIndex": i,
                "min": 0,
                "max": last_x,
                "minInterval": 1,
                "splitLine": {"show": False},
                "axisLabel": {"color": TEXT, "hideOverlap": True},
            }
        )
        y_axes.append(
            {
                "type": "log" if log else "value",
                "gridIndex": i,
                "scale": True,
                "splitNumber": 3,
                "splitLine": {"lineStyle": {"color": GRID}},
                "axisLabel": {"color": TEXT},
            }
        )
    for curve in curves:
        x, y = thin(curve["x"], curve["y"])
        shown = [[a, float(f"{b:.5g}")] for a, b in zip(x, y, strict=True) if not log or b > 0]
        panel = terms.index(curve["term"])
        series.append(
            {
                "type": "line",
                "name": curve["stage"],
                "xAxisIndex": panel,
                "yAxisIndex": panel,
                "data": shown,
                "showSymbol": len(shown) < 2 or round_name != "epoch",
                "color": PETROFF_10[stages.index(curve["stage"]) % 10],
                "lineStyle": {"width": 2 if round_name == "epoch" else 0},
            }
        )
    return {
        "animation": False,
        "legend": {"data": stages, "top": 0, "right": 10, "textStyle": {"color": TEXT}},
        "tooltip": {"trigger": "axis", "confine": True},
        "title": titles,
        "grid": grids,
        "xAxis": x_axes,
        "yAxis": y_axes,
        "series": series,
    }


def loss_height(curves: Sequence[Mapping[str, Any]]) -> int:
    """Pixels that `loss_curves` needs: a row of panels for every two terms."""
    n_terms = len({c["term"] for c in curves})
    return 60 + 190 * max(1, -(-n_terms // 2))


def small_map(points: np.ndarray, labels: np.ndarray, n_clusters: int, side: int | None = None) -> dict[str, Any]:
    """The plane of a snapshot, points float32 (m, 2) coloured by cluster int (m,); at most 1,000 are drawn.

    side: pixels of the square that is drawn into, so that a circle is one; None fills the chart.
    """
    step = max(1, -(-len(points) // MAP_POINTS))
    points, labels = points[::step].round(3), labels[::step]
    reach = max(1.0, float(np.abs(points).max(initial=0)) * 1.05)
    axis = {"type": "value", "min": -reach, "max": reach, "show": False}
    return {
        "animation": True,
        "animationDurationUpdate": 500,
        "grid": {"left": 4, "right": 4, "top": 4, "bottom": 4}
        if side is None
        else {"left": "center", "top": 4, "width": side - 8, "height": side - 8},
        "xAxis": axis,
        "yAxis": axis,
        "series": [
            {
                "type": "scatter",
                "name": f"cluster {letter(c)}",
                "symbol": echarts_mark(c),
                "symbolSize": 5,
                "color": colour(c),
                "data": points[labels == c].tolist(),
                "itemStyle": {"opacity": 0.75},
            }
            for c in range(max(n_clusters, int(labels.max(initial=-1)) + 1))
        ],
    }


def size_bars(labels: np.ndarray, n_clusters: int) -> dict[str, Any]:
    """How many samples of a snapshot each cluster holds, in its colour."""
    n_bars = max(n_clusters, int(labels.max(initial=-1)) + 1)
    counts = np.bincount(labels[labels >= 0], minlength=n_bars)
    return {
        "animation": False,
        "grid": {"left": 40, "right": 6, "top": 8, "bottom": 22},
        "tooltip": {"trigger": "item", "formatter": "cluster {b}: {c}"},
        "xAxis": {
            "type": "category",
            "data": [letter(c) for c in range(n_bars)],
            "axisTick": {"show": False},
            "axisLabel": {"color": TEXT},
        },
        "yAxis": {
            "type": "value",
            "splitNumber": 3,
            "splitLine": {"lineStyle": {"color": GRID}},
            "axisLabel": {"color": TEXT},
        },
        "series": [
            {
                "type": "bar",
                "barCategoryGap": "20%",
                "data": [{"value": int(n), "itemStyle": {"color": colour(c)}} for c, n in enumerate(counts)],
            }
        ],
    }
