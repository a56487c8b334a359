"""What runs are called where several stand beside each other: shortly, and no two alike."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from deepclust.runs import Run
from deepclust.runs.remarks import remarks_of
from pages.parts.strip import method_of


def called(runs: Sequence[tuple[Run, int]]) -> list[str]:
    """Runs, each at some k, by the names that they were given, else by their methods; where those are the same, by what
    tells them apart."""
    names = [f"{remarks_of(run).name or method_of(run)}, k = {k}" for run, k in runs]
    for endings in ([f", seed {run.config.seed}" for run, _ in runs], [f" ({run.id[-4:]})" for run, _ in runs]):
        often = Counter(names)
        names = [name + ending * (often[name] > 1) for name, ending in zip(names, endings, strict=True)]
    return names
