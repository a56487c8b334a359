"""The league: every method on the same data over the same seeds, beside what was published.

    python -m benchmarks.league                                     # the table of what is there, in Markdown
    python -m benchmarks.league --fill KMeans LocalMAPKMeans [--data digits USPS] [--preset quick] [--seeds 0 1 2]
        [--limit 20] [--again]                                      # measures the cells that are missing
    python -m benchmarks.league --write                             # puts its top into the README

A cell is one fit of a method on some data with one seed, in a process of its own, which ends after ``--limit`` CPU minutes. It is
written down as soon as it has ended, so that filling can be interrupted at any time. Labels are looked at only after a fit.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import textwrap
import time
from pathlib import Path

from deepclust.data.catalog.entry import data_folder
from deepclust.data.references import open_dataset
from deepclust.engine.judging.league import DATA, FILE, LINE, QUICK, SEEDS, Cell, Row, Standing, league, read_cells
from deepclust.methods import METHODS, find_method
from deepclust.metrics.external import acc, nmi

README = Path(__file__).parents[1] / "README.md"
BEGIN, END = "<!-- league: begin -->", "<!-- league: end -->"
TOP = 5
LONGEST = 120  # characters of a reason
START = 60  # CPU seconds beside the fit: loading torch, compiling, opening the data


def measure(name: str, preset: str, data: str, seed: int) -> Cell:
    """One fit, judged. ValueError for an unknown method, preset or data."""
    method = find_method(name)
    if preset not in method.presets or data not in DATA:
        raise ValueError(f"{name} has the presets {', '.join(method.presets)}; the data are {', '.join(DATA)}.")
    dataset = open_dataset(DATA[data], data_folder())
    if "torch" in method.needs:
        import torch  # noqa: F401  loading it is no part of a fit
    model = method(**{"n_clusters": dataset.n_classes, "random_state": seed, "device": "cpu", **method.presets[preset]})
    begun = time.process_time()
    labels = model.fit_predict(dataset.X)
    cpu = time.process_time() - begun
    scores = acc(dataset.y, labels), nmi(dataset.y, labels, average="max")
    return Cell(name, preset, data, seed, *(round(score, 4) for score in scores), round(cpu, 1))


def in_own_process(name: str, preset: str, data: str, seed: int, minutes: float) -> Cell:
    """A cell by a process that the system ends when it has used up its CPU time; what went wrong stands in the cell."""
    command = [sys.executable, "-m", "benchmarks.league", "--cell", name, preset, data, str(seed)]
    seconds = int(60 * minutes + START)
    done = subprocess.run(
        command,
        capture_output=True,
        text=True,
        check=False,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 5)),
    )
    if done.returncode == 0:
        return Cell(**json.loads(done.stdout.splitlines()[-1]))
    problem = f"over {minutes:g} CPU min" if done.returncode < 0 else reason(done.stderr)
    return Cell(name, preset, data, seed, problem=problem)


def reason(stderr: str) -> str:
    """Why a process ended: the last line of its error, of what kind it was and the first sentence; "failed" where it is silent."""
    lines = stderr.replace("|", "/").strip().splitlines()
    kind, _, said = (lines[-1] if lines else "failed").partition(": ")
    return textwrap.shorten(said.split(". ")[0].rstrip(".") if said else kind, LONGEST, placeholder=" ...")


def fill(asked: argparse.Namespace) -> None:
    """Measure what is missing, the cheap seeds of all data before the next seed."""
    known = {cell.key for cell in read_cells()} if not asked.again else set()
    given_up = set()
    for seed in asked.seeds:
        for data in asked.data:
            for name in asked.fill:
                if (name, asked.preset, data, seed) in known or (name, data) in given_up:
                    continue
                cell = in_own_process(name, asked.preset, data, seed, asked.limit)
                with FILE.open("a", encoding="utf-8") as file:
                    file.write(cell.line() + "\n")
                if cell.problem:  # another seed would take as long
                    given_up.add((name, data))
                print(cell.line(), flush=True)


def shown(standing: Standing | None) -> str:
    """A cell of the table: ACC ± spread / NMI, CPU seconds, and the published ACC."""
    if standing is None:
        return ""
    if standing.acc is None or standing.nmi is None:
        return standing.problem
    few = "" if standing.n_seeds == len(SEEDS) else f" ({standing.n_seeds} of {len(SEEDS)} seeds)"
    paper = f", paper {standing.published.acc:.3f}" if standing.published and standing.published.acc else ""
    spread = f" ± {standing.acc_spread:.3f}" if standing.n_seeds > 1 else ""
    return f"{standing.acc:.3f}{spread} / {standing.nmi:.3f}, {standing.cpu:.0f} s{paper}{few}"


def lead(row: Row) -> str:
    if row.method == LINE and row.preset == QUICK:
        return "the line"
    return "" if row.lead is None else f"{row.lead:+.3f}"


def table(rows: list[Row]) -> str:
    """The league in Markdown."""
    head = ["method", "over the line", *DATA]
    lines = [head, ["---"] * len(head)]
    lines += [[row.title, lead(row), *(shown(row.standings.get(data)) for data in DATA)] for row in rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def top(rows: list[Row]) -> str:
    """The best of those that ended on all data, with the line among them, as the README has it: mean ACC over the seeds."""
    ended = [row for row in rows if row.n_data == len(DATA)]
    best = [row for row in ended if row in ended[:TOP] or row.method == LINE]
    head = ["method", *DATA, "over the line", "seeds"]
    lines = [head, ["---"] * len(head)]
    for row in best:
        accuracies = [f"{row.standings[data].acc:.3f}" for data in DATA]
        seeds = min(standing.n_seeds for standing in row.standings.values())
        lines.append([row.title, *accuracies, lead(row), str(seeds)])
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def with_top(text: str, rows: list[Row]) -> str:
    """The README with the top of the league between its marks. ValueError where the marks are missing."""
    if BEGIN not in text or END not in text:
        raise ValueError(f"README.md has no place for the league: put {BEGIN} and {END} where it belongs.")
    before, rest = text.split(BEGIN)
    return f"{before}{BEGIN}\n{top(rows)}\n{END}{rest.split(END)[1]}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--fill", nargs="+", choices=list(METHODS), metavar="METHOD")
    parser.add_argument("--data", nargs="+", choices=list(DATA), default=list(DATA))
    parser.add_argument("--preset", default=QUICK)
    parser.add_argument("--seeds", nargs="+", type=int, default=list(SEEDS))
    parser.add_argument("--limit", type=float, default=20, help="CPU minutes of a cell")
    parser.add_argument("--again", action="store_true", help="measure cells that are there, too")
    parser.add_argument("--write", action="store_true", help="put the top into the README")
    parser.add_argument("--cell", nargs=4, metavar=("METHOD", "PRESET", "DATA", "SEED"), help="one cell, as JSON")
    asked = parser.parse_args()
    if asked.cell:
        name, preset, data, seed = asked.cell
        print(measure(name, preset, data, int(seed)).line())
        return
    if asked.fill:
        fill(asked)
    rows = league(read_cells())
    if asked.write:
        README.write_text(with_top(README.read_text(encoding="utf-8"), rows), encoding="utf-8")
    print(table(rows))


if __name__ == "__main__":
    main()
