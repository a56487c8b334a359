"""Cost against the number of samples, as `benchmarks/large.py` measured it on made-up texts of Reuters' size."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

FILE = Path(__file__).with_name("large.jsonl")
REUTERS = 685_071  # texts that Shaham et al. 2018 clustered
TITLES = {
    "spectralnet": "SpectralNet",
    "landmarks": "Spectral clustering with landmarks",
    "arpack": "ARPACK as scikit-learn calls it",
    "exact": "ARPACK without a factorisation",
}


@dataclass(frozen=True)
class Measured:
    """CPU seconds of a part, those of the neighbour graph it needs, peak memory and ACC; or why it did not end."""

    what: str
    n_samples: int
    cpu: float | None = None
    graph: float | None = None
    gigabytes: float | None = None
    acc: float | None = None
    problem: str = ""

    def line(self) -> str:
        """As a line of the file."""
        return json.dumps({name: value for name, value in asdict(self).items() if value not in (None, "")})

    @property
    def seconds(self) -> float | None:
        """CPU seconds with those of the graph."""
        return None if self.cpu is None else self.cpu + (self.graph or 0.0)


def lines_of(measured: Sequence[Measured]) -> dict[str, tuple[list[int], list[float]]]:
    """By title the sizes at which a part ended, and its CPU seconds there."""
    ended = {what: [m for m in measured if m.what == what and m.seconds is not None] for what in TITLES}
    return {
        TITLES[what]: ([m.n_samples for m in part], [m.seconds for m in part if m.seconds is not None])
        for what, part in ended.items()
        if part
    }


def in_words(measured: Sequence[Measured]) -> str:
    """What each part took at its largest size, and where it did not end."""
    said = []
    for what, title in TITLES.items():
        part = [m for m in measured if m.what == what]
        ended = [m for m in part if m.seconds is not None]
        over = [m for m in part if m.problem]
        if ended:
            last = max(ended, key=lambda m: m.n_samples)
            took = f"{last.seconds:,.0f} CPU seconds and {last.gigabytes:.1f} GB at {last.n_samples:,}"
            stopped = f", and at {over[0].n_samples:,} {over[0].problem}" if over else ""
            said.append(f"{title}: {took}{stopped}")
    return "; ".join(said) + "." if said else ""


def read_measured(path: Path = FILE) -> list[Measured]:
    """What was measured, by part and then by n."""
    if not path.exists():
        return []
    return [Measured(**json.loads(line)) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
