"""Runs and transformations side by side: samples under every transformation of a set, and small maps of equal size."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from PIL import Image

from deepclust.figures.live import small_map
from deepclust.figures.pictures import MOST_BARS, THUMBNAIL, sprite
from deepclust.metrics.lineage import letter
from deepclust.metrics.matching import align_labels
from deepclust.transforms import IDENTITY, SETS, TRANSFORMATIONS, members_for, members_of, preview

#: What the numbered transformations do, short enough for the head of a column.
MARKS = {
    IDENTITY: "as it is",
    "T2": "90°",
    "T3": "180°",
    "T4": "270°",
    "T5": "mirror",
    "T6": "mirror 90°",
    "T7": "mirror 180°",
    "T8": "mirror 270°",
}
REACH = 3.0  # standard deviations of a feature that its bar can show, up and down


def combination(names: Sequence[str], kind: str) -> str:
    """One name for several transformations of samples of a ``kind``: that of the set which has just these, or a sum.

    The order in which they were picked does not count. ValueError as `deepclust.transforms.members_for`.
    """
    picked = {IDENTITY, *names}
    ordered = [name for name in TRANSFORMATIONS if name in picked]
    members = members_for("+".join(ordered), kind)
    known = (name for name, s in SETS.items() if set(s.members) == set(members))
    return next(known, "+".join(members))


def transformation_sprite(
    X: np.ndarray, set_name: str, spread: tuple[np.ndarray, np.ndarray] | None = None
) -> Image.Image:
    """Samples under every transformation of a set as one picture: a row for each sample, a column for each member.

    X: pictures (n, h, w) or (n, h, w, c) in 0..1, or vectors (n, d). spread: mean and standard deviation (d,) of the
    features of vectors, those of X where they are not given. Vectors are shown as the method sees them, centred: the
    middle of a bar's cell is the mean, its edges are three standard deviations away.
    """
    value_range = None
    if X.ndim == 2:
        mean, deviation = spread if spread is not None else (X.mean(axis=0), X.std(axis=0))
        X = (X - mean) / np.where(deviation > 0, deviation, 1.0)
        value_range = (-REACH, REACH)
    views = preview(X, set_name)  # (n_transforms, n, ...)
    by_sample = views.swapaxes(0, 1).reshape(-1, *views.shape[2:])
    cell = None if X.ndim == 2 or max(X.shape[1:3]) <= THUMBNAIL else THUMBNAIL
    return sprite(by_sample, columns=len(views), cell=cell, value_range=value_range)


def headings(set_name: str, feature_shape: Sequence[int]) -> list[tuple[str, str, str]]:
    """Name, short mark (maybe empty) and words of each column of `transformation_sprite`."""
    members = members_of(set_name, feature_shape)
    return [(name, MARKS.get(name, ""), TRANSFORMATIONS[name].words) for name in members]


def how_to_read(n_features: int) -> str:
    """How vectors are drawn by `transformation_sprite`, in words."""
    if n_features == 2:
        return f"Each panel is the plane of both features, {REACH:g} standard deviations around their means."
    if n_features > MOST_BARS:
        return (
            "Each square holds the features row by row as grey values: their means are a middle grey, black and white "
            f"are {REACH:g} standard deviations away."
        )
    return f"Each bar is a feature: its mean is in the middle, the edges are {REACH:g} standard deviations away."


def words_of(set_name: str) -> str:
    """What a set does, in words; for a combination those of its transformations, without the identity."""
    if set_name in SETS:
        return SETS[set_name].words
    return ", ".join(TRANSFORMATIONS[n].words for n in set_name.split("+") if n in TRANSFORMATIONS and n != IDENTITY)


def matched(labels: np.ndarray, like: np.ndarray | None) -> np.ndarray:
    """Labels int (n,), renamed so that clusters have the colours of those of another run ``like`` that they share most
    samples with; as they are where there is no other run, or one of other samples."""
    if like is None or len(like) != len(labels):
        return labels
    return align_labels(like, labels)


def multiple(
    points: np.ndarray, groups: np.ndarray, n_groups: int, names: Sequence[str] | None = None
) -> dict[str, Any]:
    """One of several small maps, as ECharts options: points float32 (m, 2) of any scale, coloured by group int (m,).

    n_groups: how many there are at least. names: words for them (class names); else they are clusters, called by their letters.
    """
    centred = points - (points.max(axis=0) + points.min(axis=0)) / 2 if len(points) else points
    unit = centred / max(float(np.abs(centred).max(initial=0)), 1e-12)
    options = small_map(unit, groups, n_groups)
    for group, series in enumerate(options["series"]):
        series["name"] = names[group] if names is not None else letter(group)
        series["symbolSize"] = 4
    options["series"].append(_numbers(unit, groups, [s["name"] for s in options["series"]]))
    return options


def _numbers(points: np.ndarray, groups: np.ndarray, names: Sequence[str]) -> dict[str, Any]:
    """The name of every group at its median point: colour alone must not carry the meaning."""
    middles = {int(g): np.median(points[groups == g], axis=0) for g in np.unique(groups[groups >= 0])}
    return {
        "type": "scatter",
        "name": "names",
        "silent": True,
        "symbolSize": 1,
        "itemStyle": {"color": "transparent"},
        "label": {
            "show": True,
            "formatter": "{b}",
            "fontSize": 13,
            "fontWeight": "bold",
            "color": "#14171c",
            "textBorderColor": "rgba(255,255,255,0.9)",
            "textBorderWidth": 3,
        },
        "data": [{"name": names[g], "value": m.round(3).tolist()} for g, m in middles.items()],
    }
