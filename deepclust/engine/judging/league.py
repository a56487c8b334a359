"""The league: what every method reached on the same data over the same seeds, as `benchmarks/league.py` measured it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import fmean, pstdev
from typing import Any

from deepclust.data.catalog.reported import Reported
from deepclust.data.catalog.table import find_entry
from deepclust.engine.judging import yardstick
from deepclust.methods import METHODS, Method

LINE = yardstick.METHOD  # what any method has to beat
FILE = Path(__file__).with_name("league.jsonl")
#: The data by a short title: the reference that opens them. What was published on them stands with the entry of that name.
DATA: dict[str, dict[str, Any]] = {
    "digits": {"name": "digits"},
    "USPS": {"name": "usps"},
    "MNIST test": {"name": "mnist-test"},
    "Fashion 10,000": {"name": "fashion-mnist", "part": "test"},
    "COIL-20": {"name": "coil20"},
    "pendigits": {"name": "pendigits"},
    "rings": {"name": "rings"},
}
QUICK = "quick"
SEEDS = (0, 1, 2)


@dataclass(frozen=True)
class Cell:
    """One fit: ACC, NMI (max) and the CPU seconds of it; None where it did not end, and then ``problem`` says why."""

    method: str
    preset: str
    data: str
    seed: int
    acc: float | None = None
    nmi: float | None = None
    cpu: float | None = None
    problem: str = ""

    @property
    def key(self) -> tuple[str, str, str, int]:
        return self.method, self.preset, self.data, self.seed

    def line(self) -> str:
        """As a line of the file."""
        return json.dumps({name: value for name, value in asdict(self).items() if value not in (None, "")})


@dataclass(frozen=True)
class Standing:
    """A method on some data: mean and spread over the seeds that ended, and why others did not."""

    acc: float | None
    acc_spread: float
    nmi: float | None
    nmi_spread: float
    cpu: float | None
    n_seeds: int
    problem: str
    published: Reported | None


@dataclass(frozen=True)
class Row:
    """A method with a preset on all data; ``lead`` is its mean ACC over that of `LINE` on the same data, None where unknown."""

    method: str
    preset: str
    standings: Mapping[str, Standing]
    lead: float | None

    @property
    def title(self) -> str:
        cls = METHODS[self.method]
        return cls.title if self.preset == QUICK else f"{cls.title} · {self.preset}"

    @property
    def n_data(self) -> int:
        """On how many of the data it ended."""
        return sum(standing.acc is not None for standing in self.standings.values())


def read_cells(path: Path = FILE) -> list[Cell]:
    """What was measured of methods that there are; of several measurements of a cell the last."""
    cells = (Cell(**json.loads(line)) for line in path.read_text(encoding="utf-8").splitlines() if line.strip())
    return list({cell.key: cell for cell in cells if cell.method in METHODS and cell.data in DATA}.values())


def league(cells: Iterable[Cell]) -> list[Row]:
    """A row for each method and preset, best first: by the lead over `LINE`, those that ended on all data before others."""
    by_row: dict[tuple[str, str], dict[str, list[Cell]]] = {}
    for cell in cells:
        by_row.setdefault((cell.method, cell.preset), {}).setdefault(cell.data, []).append(cell)
    standings = {
        key: {data: _standing(METHODS[key[0]], data, row[data]) for data in DATA if data in row}
        for key, row in by_row.items()
    }
    line = standings.get((LINE, QUICK), {})
    rows = [Row(*key, row, _lead(row, line)) for key, row in standings.items()]
    return sorted(rows, key=lambda row: (row.n_data < len(DATA), -1 if row.lead is None else -row.lead, row.title))


def measured_sentence(method: str, rows: Iterable[Row]) -> str:
    """What a method reached with the preset quick on each of the data, and how far that is from what is reported; "" where unknown."""
    standings = next((row.standings for row in rows if (row.method, row.preset) == (method, QUICK)), {})
    figures = [_figure(data, standing) for data, standing in standings.items()]
    return f"Measured here, preset quick, ACC over up to {len(SEEDS)} seeds: {'; '.join(figures)}." if figures else ""


def _figure(data: str, standing: Standing) -> str:
    if standing.acc is None or standing.cpu is None:
        return f"{data}: {standing.problem}"
    spread = f" ± {standing.acc_spread:.3f}" if standing.n_seeds > 1 else " (one seed)"
    reported, beside = standing.published.acc if standing.published else None, ""
    if reported is not None:
        apart = round(standing.acc, 3) - reported
        beside = f", {abs(apart):.3f} {'below' if apart < 0 else 'above'} the {reported:.3f} reported"
    return f"{data} {standing.acc:.3f}{spread}{beside}, {standing.cpu:.0f} CPU s"


def _standing(method: type[Method], data: str, cells: list[Cell]) -> Standing:
    ended = [cell for cell in cells if cell.acc is not None]
    acc, nmi, cpu = (
        [v for v in (getattr(cell, name) for cell in ended) if v is not None] for name in ("acc", "nmi", "cpu")
    )
    return Standing(
        fmean(acc) if acc else None,
        pstdev(acc) if acc else 0.0,
        fmean(nmi) if nmi else None,
        pstdev(nmi) if nmi else 0.0,
        fmean(cpu) if cpu else None,
        len(ended),
        "; ".join(sorted({cell.problem for cell in cells if cell.problem})),
        published_of(method, DATA[data]["name"]),
    )


def _lead(row: Mapping[str, Standing], line: Mapping[str, Standing]) -> float | None:
    """Mean difference of ACC to that of the line, over the data on which both ended."""
    pairs = [(row[data].acc, line[data].acc) for data in row if data in line]
    leads = [mine - its for mine, its in pairs if mine is not None and its is not None]
    return fmean(leads) if leads else None


def published_of(method: type[Method], name: str) -> Reported | None:
    """What a paper reports of a method on a data set of the catalog: its authors before others, the best of them."""
    names = {method.title, method.__name__, *method.reported_as}
    rows = [row for row in find_entry(name).published if row.method in names and row.acc is not None]
    return min(rows, key=lambda row: row.by != "authors", default=None)
