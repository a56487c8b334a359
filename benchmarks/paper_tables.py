"""The papers' tables run again: what they report beside what our presets reach, written into RESULTS.md.

    python -m benchmarks.paper_tables                               # the four tables, in Markdown
    python -m benchmarks.paper_tables --method LALNet --dataset mnist-test usps [--seeds 0 1 2] [--preset paper]
        [--train-test] [--samples 2000]                             # fits, and a line for each
    python -m benchmarks.paper_tables ... --write                   # keeps the lines, and brings RESULTS.md up to them

On a GPU the preset ``paper`` runs on all samples. Without one, the preset ``quick`` runs on a random 2,000 samples (chosen
without labels), and the lines say that they are cut down; ``--preset`` and ``--samples`` ask for more. ``--train-test``
trains on the official training part and runs k-means on the latent space of the test part, as LALNet's paper does.
Labels are looked at only after a fit has ended; every seed counts. What the league has measured stands in the tables, too.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import torch

from benchmarks.methods_on_digits import machine
from deepclust.data.catalog.reported import Reported
from deepclust.data.catalog.table import find_entry, load_dataset
from deepclust.data.dataset import Dataset
from deepclust.engine.estimating.estimate import in_time
from deepclust.engine.measured.papers import (
    FILE,
    PAPERS,
    THIS_CPU,
    Cell,
    Ours,
    Paper,
    lines_of,
    measured_here,
    read_ours,
)
from deepclust.methods import METHODS, Method, find_method, kmeans_centers
from deepclust.metrics.external import acc, nmi

RESULTS = Path(__file__).with_name("RESULTS.md")
BEGIN, END = "<!-- paper tables: begin -->", "<!-- paper tables: end -->"
CUT_DOWN = 2_000


@dataclass(frozen=True)
class Fit:
    """One fit: ACC, NMI (max), and its seconds: of the processor on a CPU, else of the clock."""

    acc: float
    nmi: float
    seconds: float


def fit(dataset: Dataset, method: Method, train_test: bool) -> Fit:
    """Fit and judge. ValueError where there are no labels, or no test part when one is wanted."""
    if dataset.y is None:
        raise ValueError(f"{dataset.title} has no labels to judge by. Choose a data set with labels.")
    if train_test and dataset.n_train in (None, dataset.n_samples):
        raise ValueError(f"{dataset.title} has no official test part. Leave out --train-test.")
    n_train = dataset.n_train if train_test else dataset.n_samples
    X, y = dataset.X[:n_train], dataset.y
    clock = time.perf_counter if torch.cuda.is_available() else time.process_time
    start = clock()
    labels = method.fit_predict(X)
    if train_test:
        from sklearn.metrics import pairwise_distances_argmin

        z, y = method.transform(dataset.X[n_train:]), y[n_train:]
        labels = pairwise_distances_argmin(z, kmeans_centers(z, method.n_clusters, 0, 10))
    return Fit(acc(y, labels), nmi(y, labels, average="max"), clock() - start)


def cut(dataset: Dataset, n_samples: int | None) -> Dataset:
    """A random sample of a data set, drawn without its labels; all of it for None."""
    if n_samples is None or n_samples >= dataset.n_samples:
        return dataset
    rows = np.sort(np.random.default_rng(0).choice(dataset.n_samples, n_samples, replace=False))
    y = None if dataset.y is None else dataset.y[rows]
    return replace(dataset, X=dataset.X[rows], y=y, n_train=None)


def summary(method: str, preset: str, data: str, fits: list[Fit], protocol: str, command: str) -> Ours:
    """Fits over some seeds as a line of the tables."""
    accuracy = [f.acc for f in fits]
    return Ours(
        method,
        preset,
        data,
        round(float(np.mean(accuracy)), 4),
        round(float(np.std(accuracy)), 4),
        len(fits),
        round(float(np.mean([f.nmi for f in fits])), 4),
        round(float(np.mean([f.seconds for f in fits])), 1),
        torch.cuda.get_device_name(0) if torch.cuda.is_available() else THIS_CPU,
        protocol=protocol,
        command=command,
    )


def paper_said(row: Reported | None) -> str:
    """ACC and NMI as published; who measured them, where it was not the method's authors."""
    if row is None:
        return ""
    scores = " / ".join(f"{value:.3f}" for value in (row.acc, row.nmi) if value is not None)
    return scores if row.by == "authors" else f"{scores} (quoted)"


def ours_said(row: Ours) -> str:
    """What we reached, with preset, spread, seconds, protocol and machine."""
    score = f"{row.acc:.3f}" + (f" ± {row.acc_spread:.3f}" if row.n_seeds > 1 else "")
    score += "" if row.nmi is None else f" / {row.nmi:.3f}"
    seeds = "one seed" if row.n_seeds == 1 else f"{row.n_seeds} seeds"
    machine_used = "" if row.machine == THIS_CPU else row.machine
    seconds = "" if row.seconds is None else in_time(row.seconds)
    return f"**{row.preset}** {score} ({', '.join(filter(None, (seeds, seconds, row.protocol, machine_used)))})"


def cell_said(cell: Cell) -> str:
    """Paper, and ours or what it would take."""
    parts = [paper_said(cell.published), *(ours_said(row) for row in cell.ours), cell.needs]
    return "; ".join(filter(None, parts))


def table(paper: Paper, ours: Iterable[Ours]) -> str:
    """A paper's table in Markdown."""
    title = f"{METHODS[paper.method].title}: {paper.sources[0]}. {paper.table}"
    heads = ["method", *(find_entry(data).title for data in paper.data)]
    lines = [f"**{title}**\n", f"| {' | '.join(heads)} |", "|---" * len(heads) + "|"]
    for line in lines_of(paper, ours):
        name = line.title if line.method else f"{line.title} (not in this program)"
        lines.append(f"| {name} | {' | '.join(cell_said(line.cells[data]) for data in paper.data)} |")
    return "\n".join(lines)


def with_tables(text: str, ours: list[Ours]) -> str:
    """RESULTS.md with the tables between their marks. ValueError where these are missing."""
    if BEGIN not in text or END not in text:
        raise ValueError(f"RESULTS.md has no place for the tables: put {BEGIN} and {END} where they belong.")
    tables = "\n\n".join(table(paper, ours) for paper in PAPERS)
    return f"{text.split(BEGIN)[0]}{BEGIN}\n{tables}\n{END}{text.split(END)[1]}"


def keep(rows: Iterable[Ours], path: Path = FILE) -> None:
    """Add lines to the record, in place of those for the same method, data, protocol and machine."""
    known = {row.key: row for row in [*read_ours(path), *rows]}
    path.write_text("".join(row.line() + "\n" for row in known.values()), encoding="utf-8")


def measure(asked: argparse.Namespace) -> list[Ours]:
    """The fits that were asked for, a line for each data set."""
    on_gpu = torch.cuda.is_available()
    kind = find_method(asked.method)
    preset = asked.preset or ("paper" if on_gpu and "paper" in kind.presets else "quick")
    limit = asked.samples if asked.samples is not None else 0 if on_gpu or asked.train_test else CUT_DOWN
    print(machine() + "\n")
    if not on_gpu and (asked.preset is None or asked.samples is None):
        print(f"No GPU: cut down to the preset {preset!r}{f' and {limit:,} samples' if limit else ''}.\n")
    rows = []
    for name in asked.dataset:
        whole = load_dataset(name)
        dataset = cut(whole, limit or None)
        fixed = {"n_clusters": dataset.n_classes, **kind.presets[preset]}
        fits = [fit(dataset, kind(**{**fixed, "random_state": seed}), asked.train_test) for seed in asked.seeds]
        protocol = "trained on the train part, k-means on the test part" if asked.train_test else ""
        if dataset.n_samples < whole.n_samples:
            protocol = f"{dataset.n_samples:,} drawn of the {whole.n_samples:,}"
        judged = f"{name}-test" if asked.train_test and name == "mnist" else name
        command = f"python -m benchmarks.paper_tables {' '.join(a for a in sys.argv[1:] if a != '--write')}"
        rows.append(summary(asked.method, preset, judged, fits, protocol, command))
        print(f"{judged}: {ours_said(rows[-1])}", flush=True)
    return rows


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--method", choices=list(METHODS))
    parser.add_argument("--dataset", nargs="+", default=[])
    parser.add_argument("--seeds", nargs="+", type=int, default=[0, 1, 2])
    parser.add_argument("--preset")
    parser.add_argument("--samples", type=int, help="at most so many; 0 means all")
    parser.add_argument("--train-test", action="store_true")
    parser.add_argument("--write", action="store_true", help="keep the lines, and bring RESULTS.md up to them")
    asked = parser.parse_args()
    rows = measure(asked) if asked.method else []
    if asked.write:
        keep(rows)
        RESULTS.write_text(with_tables(RESULTS.read_text(encoding="utf-8"), measured_here()), encoding="utf-8")
    if not rows:
        print("\n\n".join(table(paper, measured_here()) for paper in PAPERS))


if __name__ == "__main__":
    main()
