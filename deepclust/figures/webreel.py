"""What the WebGL map is told of many moments, as bytes: places and groups at each, and the curves that go with them.

The parts of a time machine beside those of every map (`deepclust.figures.webmap`). All moments go over once, and the
browser steps through them by itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from deepclust.figures.live import thin
from deepclust.figures.webmap import group_codes, message
from deepclust.metrics.matching import confusion

STEPS = 65_535  # of the places along each side of the box of all points
CURVE_POINTS = 200


def reel(map_key: str, frames: np.ndarray, texts: Sequence[str], x: Sequence[float]) -> bytes:
    """Places float (s, m, 2) of m points at s moments in 4 bytes each; their words, and their places on the epochs' axis."""
    corners = frames.reshape(-1, 2)
    low, high = corners.min(axis=0), corners.max(axis=0)
    units = np.rint((frames - low) / np.maximum(high - low, 1e-12) * STEPS).astype(np.uint16)
    steps = [{"text": text, "x": float(place)} for text, place in zip(texts, x, strict=True)]
    box = [float(edge) for edge in (*low, *high)]
    return message(map_key, "reel", {"box": box, "steps": steps}, {"xy": units})


def groups(map_key: str, labels: np.ndarray) -> bytes:
    """The clusters int (s, m) of all points at all moments."""
    codes = group_codes(labels.reshape(-1))
    return message(map_key, "groups", {"n_codes": int(codes.max(initial=0)) + 1}, {"codes": codes}, deflate=True)


def story(
    map_key: str,
    curves: Sequence[Mapping[str, Any]],
    x: Sequence[float],
    scores: Mapping[str, Sequence[float]],
    labels: np.ndarray,
    against: np.ndarray,
    words: str,
    names: Sequence[str] | None,
) -> bytes:
    """What scrubs along: loss curves of `loss_series`, scores in 0..1 of every moment, and a table of counts.

    The clusters labels int (s, m) are counted against groups int (m,) called ``words``, such as classes with ``names``. Rows
    and columns stand as they match at the last moment; clusters that are gone by then are the last rows.
    """
    _, rows, columns = confusion(against, labels[-1])
    gone = np.setdiff1d(labels, rows)
    told = [_curve(c) for c in curves if np.isfinite(c["y"]).any()]
    ends = [*(c["x"][-1] for c in curves if c["x"]), *x]
    facts = {
        "curves": told,
        "end": max(ends, default=1),
        "moments": list(map(float, x)),
        "scores": {name: [round(float(value), 4) for value in values] for name, values in scores.items()},
        "against": words,
        "names": None if names is None else list(names),
        "rows": [int(group) + 1 for group in [*rows, *gone]],
        "columns": [int(group) + 1 for group in columns],
    }
    return message(map_key, "story", facts, {"against": group_codes(against)}, deflate=True)


def _curve(curve: Mapping[str, Any]) -> dict[str, Any]:
    """A curve as JSON can hold it: thinned, and without what is not a number (a loss that has burst)."""
    held = [(x, y) for x, y in zip(curve["x"], curve["y"], strict=True) if np.isfinite(y)]
    x, y = thin([a for a, _ in held], [b for _, b in held], CURVE_POINTS)
    return {"term": curve["term"], "stage": curve["stage"], "x": x, "y": [float(f"{b:.5g}") for b in y]}


def play(map_key: str, then: bool, moment: str = "Epoch", known: str = "At the end") -> bytes:
    """Whether the points have the colours of their groups at the moment that is shown, or those of the map.

    moment: what a step is; known: what the card calls the cluster that a point has in the run of the map.
    """
    return message(map_key, "play", {"then": then, "moment": moment, "known": known})


def epochs_on_axis(records: Iterable[Mapping[str, Any]], stages: Sequence[str], epochs: Sequence[int]) -> list[float]:
    """Where moments, told by stage and epoch and in order, stand on the axis of `loss_series` of a run's events."""
    passed: list[tuple[str, int, float]] = []
    before, last, stage_now = 0, 0, ""
    for record in records:
        if record["kind"] == "progress":
            if record["stage"] != stage_now:
                stage_now, before = record["stage"], last
            last = before + record["epoch"]
            passed.append((record["stage"], record["epoch"], last))
    places: list[float] = []
    reached = 0
    for stage, epoch in zip(stages, epochs, strict=True):
        found = next((i for i in range(reached, len(passed)) if passed[i][:2] == (stage, epoch)), None)
        if found is not None:
            reached = found
        places.append(passed[reached][2] if passed else float(len(places)))
    return places
