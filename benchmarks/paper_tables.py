"""The papers' tables run again: ACC and NMI (max) over seeds beside the published figures, written into RESULTS.md.

    python -m benchmarks.paper_tables --method LALNet --dataset mnist-test usps [--seeds 0 1 2] [--preset paper]
        [--train-test] [--samples 2000] [--write]

On a GPU the preset ``paper`` runs on all samples. Without one, the preset ``quick`` runs on a random 2,000 samples (chosen
without labels), and the rows say that they are cut down; ``--preset`` and ``--samples`` ask for more. ``--train-test``
trains on the official training part and runs k-means on the latent space of the test part, as LALNet's paper does.
Labels are looked at only after a fit has ended; every seed counts.
"""

from __future__ import annotations

import argparse
import time
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import torch

from benchmarks.methods_on_digits import machine
from deepclust.data.catalog.table import find_entry, load_dataset
from deepclust.data.dataset import Dataset
from deepclust.events import Progress
from deepclust.methods import METHODS, Method, find_method, kmeans_centers
from deepclust.metrics.external import acc, nmi

RESULTS = Path(__file__).with_name("RESULTS.md")
BEGIN, END = "<!-- paper tables: begin -->", "<!-- paper tables: end -->"
HEAD = (
    "| method | data | preset | samples | seeds | ACC | NMI (max) | paper's ACC / NMI | seconds per fit | samples/s "
    "| memory | where |\n|---|---|---|---|---|---|---|---|---|---|---|---|"
)
CUT_DOWN = 2_000


@dataclass(frozen=True)
class Fit:
    """One fit: ACC and NMI (max), its seconds, samples per second of training, peak GPU memory in MB (0 on a CPU)."""

    acc: float
    nmi: float
    seconds: float
    speed: float
    memory: float


def fit(dataset: Dataset, method: Method, train_test: bool) -> Fit:
    """Fit and judge. ValueError where there are no labels, or no test part when one is wanted."""
    if dataset.y is None:
        raise ValueError(f"{dataset.title} has no labels to judge by. Choose a data set with labels.")
    if train_test and dataset.n_train in (None, dataset.n_samples):
        raise ValueError(f"{dataset.title} has no official test part. Leave out --train-test.")
    n_train = dataset.n_train if train_test else dataset.n_samples
    X, y = dataset.X[:n_train], dataset.y
    on_gpu = torch.cuda.is_available()
    if on_gpu:
        torch.cuda.reset_peak_memory_stats()
    start = time.perf_counter()
    epochs = [e.seconds for e in method.fit_events(X) if isinstance(e, Progress)]
    labels = method.labels_
    if train_test:
        from sklearn.metrics import pairwise_distances_argmin

        z, y = method.transform(dataset.X[n_train:]), y[n_train:]
        labels = pairwise_distances_argmin(z, kmeans_centers(z, method.n_clusters, 0, 10))
    return Fit(
        acc(y, labels),
        nmi(y, labels, average="max"),
        time.perf_counter() - start,
        len(X) * len(epochs) / max(sum(epochs), 1e-9),
        torch.cuda.max_memory_allocated() / 2**20 if on_gpu else 0.0,
    )


def cut(dataset: Dataset, n_samples: int | None) -> Dataset:
    """A random sample of a data set, drawn without its labels; all of it for None."""
    if n_samples is None or n_samples >= dataset.n_samples:
        return dataset
    rows = np.sort(np.random.default_rng(0).choice(dataset.n_samples, n_samples, replace=False))
    y = None if dataset.y is None else dataset.y[rows]
    return replace(dataset, X=dataset.X[rows], y=y, n_train=None)


def row(name: str, dataset: Dataset, judged: str, preset: str, seeds: list[int], fits: list[Fit], note: str) -> str:
    """A row of the table: means and standard deviations over the seeds, beside what was published for ``judged``."""

    def spread(values: list[float], digits: int) -> str:
        return f"{np.mean(values):.{digits}f} ± {np.std(values):.{digits}f}"

    title = METHODS[name].title
    theirs = [p for p in find_entry(judged).published if title in p.method or name in p.method]
    told = " / ".join("-" if v is None else f"{v:.3f}" for v in (theirs[0].acc, theirs[0].nmi)) if theirs else "-"
    memory = f"{max(f.memory for f in fits):,.0f} MB on the GPU" if fits[0].memory else "-"
    where = (torch.cuda.get_device_name(0) if torch.cuda.is_available() else "CPU, no GPU") + note
    cells = (
        name,
        dataset.name,
        preset,
        f"{dataset.n_samples:,}",
        " ".join(map(str, seeds)),
        spread([f.acc for f in fits], 3),
        spread([f.nmi for f in fits], 3),
        told,
        spread([f.seconds for f in fits], 0),
        f"{np.median([f.speed for f in fits]):,.0f}",
        memory,
        where,
    )
    return f"| {' | '.join(cells)} |"


def with_row(text: str, new: str) -> str:
    """RESULTS.md with a row added to the table between its marks, in place of one for the same method, data, preset,
    number of samples and machine. ValueError where the marks are missing."""
    if BEGIN not in text or END not in text:
        raise ValueError(f"RESULTS.md has no place for the table: put {BEGIN} and {END} where it belongs.")
    before, rest = text.split(BEGIN)
    table, after = rest.split(END)

    def key(line: str) -> tuple[str, ...]:
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        return (*cells[:4], cells[-1])

    rows = [line for line in table.strip().splitlines()[2:] if key(line) != key(new)]
    return "\n".join([before + BEGIN, HEAD, *sorted([*rows, new]), END + after])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--method", required=True, choices=list(METHODS))
    parser.add_argument("--dataset", nargs="+", required=True)
    parser.add_argument("--seeds", nargs="+", type=int, default=[0, 1, 2])
    parser.add_argument("--preset")
    parser.add_argument("--samples", type=int, help="at most so many; 0 means all")
    parser.add_argument("--train-test", action="store_true")
    parser.add_argument("--write", action="store_true", help="put the rows into RESULTS.md")
    asked = parser.parse_args()

    on_gpu = torch.cuda.is_available()
    kind = find_method(asked.method)
    preset = asked.preset or ("paper" if on_gpu and "paper" in kind.presets else "quick")
    limit = asked.samples if asked.samples is not None else 0 if on_gpu or asked.train_test else CUT_DOWN
    print(machine() + "\n")
    if not on_gpu and (asked.preset is None or asked.samples is None):
        print(f"No GPU: cut down to the preset {preset!r}{f' and {limit:,} samples' if limit else ''}.\n")
    print(HEAD)
    for name in asked.dataset:
        whole = load_dataset(name)
        dataset = cut(whole, limit or None)
        fits = [
            fit(
                dataset,
                kind(**{"n_clusters": dataset.n_classes, "random_state": seed, **kind.presets[preset]}),
                asked.train_test,
            )
            for seed in asked.seeds
        ]
        note = ", trained on train, k-means on test" if asked.train_test else ""
        note += f", cut down from {whole.n_samples:,}" if dataset.n_samples < whole.n_samples else ""
        judged = f"{name}-test" if asked.train_test else name
        new = row(asked.method, dataset, judged, preset, asked.seeds, fits, note)
        print(new, flush=True)
        if asked.write:
            RESULTS.write_text(with_row(RESULTS.read_text(encoding="utf-8"), new), encoding="utf-8")


if __name__ == "__main__":
    main()
