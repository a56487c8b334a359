"""The four papers' own tables again: what they report, what our presets reached, and what an empty cell would take.

Published figures are those of the catalog. Ours are the cells of the league, and the lines of `papers.jsonl` beside this
file: fits in another form (a rung, a part of the data, another machine), each with the command that repeats it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from deepclust.data.catalog.reported import KILINC, RUNGS, SHAHAM, SHAHAM_ANSWER, TZOREFF, YANG, Reported
from deepclust.data.catalog.table import find_entry
from deepclust.engine.estimating.estimate import USUAL_SPEED, in_time
from deepclust.engine.judging.league import DATA, Standing, league, read_cells
from deepclust.methods import METHODS

FILE = Path(__file__).with_name("papers.jsonl")
ON_CPU = 20 * 60.0  # seconds that a cell may take on a CPU
THIS_CPU = "CPU, one thread"
#: Names of papers for forms of a method that are no rung of its ladder.
FORMS = {
    "SpectralNet (code space)": ("SpectralNet", "code space, Euclidean"),
    "Nearest centre, pixels": ("KMeans", "new samples by the nearest centre"),
    "Nearest centre, codes of VaDE": ("VaDE", "new samples by the nearest centre"),
}


@dataclass(frozen=True)
class Paper:
    """A paper by the method that it introduces: where its figures stand, and the data of the catalog it has.

    left_out: beginnings of rows of the catalog that stand elsewhere in the paper.
    """

    method: str
    sources: tuple[str, ...]
    table: str
    data: tuple[str, ...]
    left_out: tuple[str, ...] = ()


PAPERS = (
    Paper("LALNet", (KILINC,), "Table 3", ("mnist-test", "usps", "svhn"), ("LALNet with",)),
    Paper("DDLS", (TZOREFF,), "Table 2", ("mnist", "coil20", "coil100"), ("DDLS, stage",)),
    Paper(
        "SpectralNet",
        (SHAHAM, SHAHAM_ANSWER),
        "Its own rows of table 1, and the answer to the reviewers",
        ("mnist", "mnist-test", "rcv1"),
    ),
    Paper("DSCDAN", (YANG,), "Tables 3 and 4", ("mnist", "mnist-test", "usps", "ytf", "fashion-mnist")),
)


@dataclass(frozen=True)
class Ours:
    """What we reached on the data of a column: means over the seeds, and their standard deviations.

    rung: of the method's ladder, where it is not the whole method. protocol: which samples, where not all of the column's, and what else
    is unlike the paper. seconds of a fit.
    """

    method: str
    preset: str
    data: str
    acc: float
    acc_spread: float
    n_seeds: int
    nmi: float | None = None
    seconds: float | None = None
    machine: str = THIS_CPU
    rung: str = ""
    protocol: str = ""
    command: str = ""

    @property
    def key(self) -> tuple[str, ...]:
        """What a new measurement takes the place of."""
        return self.method, self.preset, self.rung, self.data, self.protocol, self.machine

    def line(self) -> str:
        """As a line of the file."""
        return json.dumps({name: value for name, value in asdict(self).items() if value not in (None, "")})


@dataclass(frozen=True)
class Cell:
    """A method on some data: what the paper reports, what we reached, and without that what it would take."""

    published: Reported | None
    ours: tuple[Ours, ...] = ()
    needs: str = ""


@dataclass(frozen=True)
class Line:
    """A method of a paper's table, by the paper's name for it, and by ours: both empty where it is not in this program."""

    title: str
    method: str
    rung: str
    cells: Mapping[str, Cell]


def read_ours(path: Path = FILE) -> list[Ours]:
    """What was measured apart from the league; of several measurements of the same the last."""
    rows = (Ours(**json.loads(line)) for line in path.read_text(encoding="utf-8").splitlines() if line.strip())
    return list({row.key: row for row in rows}.values())


def measured_here(path: Path = FILE) -> list[Ours]:
    """All that was measured; where the league and the file have the same, what has more seeds."""
    best: dict[tuple[str, ...], Ours] = {}
    for row in [*read_ours(path), *_from_league()]:
        if row.key not in best or row.n_seeds > best[row.key].n_seeds:
            best[row.key] = row
    return list(best.values())


def lines_of(paper: Paper, ours: Iterable[Ours]) -> list[Line]:
    """The table of a paper: best first, by one data set after the other, and its own method at the end."""
    measured = list(ours)
    rows: dict[str, dict[str, Reported]] = {}
    for data in paper.data:
        for row in find_entry(data).published:
            if row.source in paper.sources and not row.method.startswith(paper.left_out or ("\0",)):
                rows.setdefault(row.method, {})[data] = row
    lines = [_line(title, published, paper.data, measured) for title, published in rows.items()]
    return sorted(lines, key=lambda line: line.method == paper.method)


def called_here(title: str) -> tuple[str, str]:
    """The method, and its rung or form, that a paper's name stands for; empty where there is no such method here."""
    for name, cls in METHODS.items():
        if title in {name, cls.title, *cls.reported_as}:
            return name, ""
    rungs = ((method, rung) for method, rungs in RUNGS.items() for rung, row in rungs.items() if row == title)
    return FORMS.get(title) or next(rungs, ("", ""))


def _line(title: str, published: Mapping[str, Reported], data: Sequence[str], measured: Sequence[Ours]) -> Line:
    method, rung = called_here(title)
    cells = {}
    for name in data:
        ours = tuple(row for row in measured if (row.method, row.rung, row.data) == (method, rung, name))
        missing = method and name in published and not ours
        cells[name] = Cell(published.get(name), ours, _needs(method, name) if missing else "")
    return Line(title, method, rung, cells)


def _needs(method: str, data: str) -> str:
    """What a cell would take, by the rule of thumb of the estimate, with the presets quick and paper."""
    entry, cls = find_entry(data), METHODS[method]
    seconds = {
        preset: cls(**{"n_clusters": entry.n_classes, **cls.presets[preset]})
        .cost(entry.n_samples, entry.feature_shape)
        .flops
        / USUAL_SPEED["cpu"]
        for preset in ("quick", "paper")
        if preset in cls.presets
    }
    how = "not run yet" if min(seconds.values()) <= ON_CPU else "needs a GPU"
    return f"{how}: on a CPU {'; '.join(f'{preset} about {in_time(value)}' for preset, value in seconds.items())}"


def _from_league() -> list[Ours]:
    """The cells of the league on whole data sets of the catalog, and on parts of one."""
    return [
        _of_standing(row.method, row.preset, data, standing)
        for row in league(read_cells())
        for data, standing in row.standings.items()
        if standing.acc is not None
    ]


def _of_standing(method: str, preset: str, data: str, standing: Standing) -> Ours:
    ref = DATA[data]
    entry = find_entry(ref["name"])
    part = "" if len(ref) == 1 else f"the {ref['part']} part alone"
    assert standing.acc is not None
    return Ours(
        method,
        preset,
        entry.name,
        standing.acc,
        standing.acc_spread,
        standing.n_seeds,
        standing.nmi,
        standing.cpu,
        protocol=part,
        command=f"python -m benchmarks.league --fill {method} --data {json.dumps(data)}",
    )
