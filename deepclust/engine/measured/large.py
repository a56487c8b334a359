"""Cost against the number of samples, as `benchmarks/large.py` measured it on made-up texts of Reuters' size."""

from __future__ import annotations

import json
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


def read_measured(path: Path = FILE) -> list[Measured]:
    """What was measured, by part and then by n."""
    if not path.exists():
        return []
    return [Measured(**json.loads(line)) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
