"""Scores over two hyper-parameters as heat maps, in the manner of figure 5 of the dual-autoencoder paper."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from deepclust.figures.theme import GRID, TEXT

LEAST_RANGE = 0.1  # the colours span at least this much, so that noise does not look like a finding
LIGHT, DARK = "#e3eefa", "#08519c"
INK_ON_LIGHT, INK_ON_DARK = "#14171c", "#ffffff"


@dataclass(frozen=True)
class Cells:
    """What is known of a score: values by (x, y) position, and a word for each position that has none yet."""

    values: Mapping[tuple[int, int], float]
    words: Mapping[tuple[int, int], str] = field(default_factory=dict)


def heat_map(
    cells: Cells, x: Sequence[Any], y: Sequence[Any], x_name: str, y_name: str = "", digits: int = 3
) -> dict[str, Any]:
    """ECharts options of a grid: x to the right, y upwards, every cell with its number or the word for it.

    x, y: the values of the two hyper-parameters; y may be a single empty string where there is only one.
    """
    low, high = span(list(cells.values.values()))
    middle = (low + high) / 2
    filled = [
        {
            "value": [*at, round(value, 5)],
            "name": f"{value:.{digits}f}",
            "label": {"color": INK_ON_DARK if value > middle else INK_ON_LIGHT},
        }
        for at, value in cells.values.items()
    ]
    waiting = [{"value": list(at), "name": word} for at, word in cells.words.items()]
    return {
        "animation": False,
        "grid": {"left": 30 if y_name else 10, "right": 10, "top": 8, "bottom": 30},
        "tooltip": {"trigger": "item", "formatter": "{b}", "confine": True},
        "xAxis": _axis(x, x_name, 30),
        "yAxis": _axis(y, y_name, 48),
        "visualMap": {
            "show": False,
            "min": low,
            "max": high,
            "dimension": 2,
            "seriesIndex": 0,
            "inRange": {"color": [LIGHT, DARK]},
        },
        "series": [
            {
                "type": "heatmap",
                "name": "score",
                "data": filled,
                "label": {"show": True, "formatter": "{b}", "fontSize": 13},
                "itemStyle": {"borderColor": GRID, "borderWidth": 1},
            },
            {
                "type": "scatter",
                "name": "waiting",
                "data": waiting,
                "silent": True,
                "symbolSize": 1,
                "itemStyle": {"color": "transparent"},
                "label": {"show": True, "formatter": "{b}", "fontSize": 12, "color": TEXT},
            },
        ],
    }


def span(values: Sequence[float]) -> tuple[float, float]:
    """From where to where the colours go: from the least to the greatest value, widened where they lie close together."""
    if not values:
        return 0.0, 1.0
    low, high = min(values), max(values)
    missing = max(0.0, LEAST_RANGE - (high - low)) / 2
    return round(low - missing, 5), round(high + missing, 5)


def _axis(values: Sequence[Any], name: str, gap: int) -> dict[str, Any]:
    return {
        "type": "category",
        "data": [str(value) for value in values],
        "name": name,
        "nameLocation": "middle",
        "nameGap": gap,
        "nameTextStyle": {"color": TEXT, "fontSize": 13},
        "axisLabel": {"color": TEXT},
        "axisTick": {"show": False},
        "axisLine": {"show": False},
    }
