"""How good the verdict was on data sets whose classes are known: the honest note beside it."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

#: Written by `python -m benchmarks.selection --write`.
RECORD = Path(__file__).with_name("record.json")
#: Written by `python -m benchmarks.ranking --write`.
RANKING_RECORD = Path(__file__).parent.parent / "settings" / "ranking_record.json"


def ranking_track_record() -> str:
    """How well rankings of settings agreed with the accuracy, in a sentence; "" where it was never measured."""
    try:
        known = json.loads(RANKING_RECORD.read_text(encoding="utf-8"))
        return (
            f"How far to trust this: on {known['words']} the order had a Spearman correlation of {known['place']:.2f} with the "
            f"accuracy that the labels give ({known['n_settings']} settings, {known['n_runs']} runs). Look at the maps and the "
            "pictures before you rely on it."
        )
    except (OSError, ValueError, KeyError):
        return ""


@cache
def record() -> dict[str, dict[str, Any]]:
    """Counts {n, classes, in_range, within_1, width, single} of the last benchmark, over "real" latent spaces on which nothing was tuned.

    Empty where there is no record.
    """
    try:
        return dict(json.loads(RECORD.read_text(encoding="utf-8")))
    except (OSError, ValueError):
        return {}


def track_record() -> str:
    """The benchmark in a sentence; "" where there is none."""
    known = record()
    if not known:
        return ""
    real = known["real"]
    return (
        f"How far to trust this: on {real['n']} latent spaces of real data with {real['classes'][0]} to {real['classes'][1]} known "
        f"classes, none of which was used to weigh the votes, the range held the number of classes in {real['in_range']} and the best k was within 1 of it in "
        f"{real['within_1']}; it was {real['width']:g} k wide on average. Classes that people name are often finer or coarser "
        "than the groups that a space shows: look at the pictures."
    )
