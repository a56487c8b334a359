"""Colours and marks: ten colours that colour-blind people can tell apart, and a second cue beyond ten clusters."""

from __future__ import annotations

# Petroff 2021, "Accessible color sequences for data visualization", arXiv:2107.02270, the sequence of ten.
PETROFF_10 = (
    "#3f90da",
    "#ffa90e",
    "#bd1f01",
    "#94a4a2",
    "#832db6",
    "#a96b59",
    "#e76300",
    "#b9ac70",
    "#717581",
    "#92dadd",
)
NOISE = "#c9ccd1"
GRID = "rgba(128,128,128,0.18)"
TEXT = "#808890"  # readable on the light and on the dark ground
CONFIDENCE = "Cividis"

_PLOTLY_MARKS = ("circle", "diamond", "square", "triangle-up", "cross", "star")
_ECHARTS_MARKS = ("circle", "diamond", "rect", "triangle", "roundRect", "pin")
_TEXT_MARKS = ("●", "◆", "■", "▲", "✚", "★")


def colour(cluster: int) -> str:
    """The colour of a cluster number; negative numbers are noise."""
    return NOISE if cluster < 0 else PETROFF_10[cluster % 10]


def plotly_mark(cluster: int) -> str:
    """The marker of a cluster: it changes after every ten, where the colours begin again."""
    return _PLOTLY_MARKS[max(cluster, 0) // 10 % len(_PLOTLY_MARKS)]


def echarts_mark(cluster: int) -> str:
    """As `plotly_mark`, by its ECharts name."""
    return _ECHARTS_MARKS[max(cluster, 0) // 10 % len(_ECHARTS_MARKS)]


def text_mark(cluster: int) -> str:
    """As `plotly_mark`, as a character for headings."""
    return _TEXT_MARKS[max(cluster, 0) // 10 % len(_TEXT_MARKS)]
