"""DSCDAN's ladder of ablations over seeds, its memory against the size of pictures, and its estimate of time.

    python -m benchmarks.dscdan ladder [--dataset usps] [--preset quick] [--seeds 0 1 2] [--rungs ConvAE +MI ...]
        [--sample 10000] [--set gamma=0.1]
    python -m benchmarks.dscdan memory [--sides 32 64 96 128 224]
    python -m benchmarks.dscdan estimate [--dataset usps] [--preset quick]

Every seed is reported, then mean and standard deviation over all of them; no run is left out. Labels are looked at only
after a fit has ended. "cpu s" is the time that the process was given, which other work on the machine does not change;
"modularity" judges the clusters on their own graph, without a label. Tables are Markdown.
"""

from __future__ import annotations

import argparse
import multiprocessing
import resource
import time
from typing import Any

import numpy as np

from benchmarks.methods_on_digits import machine
from deepclust.data.catalog import load_dataset
from deepclust.methods._rehearsal import rehearse
from deepclust.methods._rounding import modularity
from deepclust.methods.dscdan import DSCDAN
from deepclust.metrics.external import acc, ari, nmi
from deepclust.params import params_of, parse_value

MIB = 2**20
N_PICTURES = 128  # for the memory table: two batches
COLUMNS = ("acc", "nmi", "ari", "modularity", "seconds", "cpu s")


def row(*cells: Any) -> None:
    """Print one line of a table."""
    print("| " + " | ".join(str(cell) for cell in cells) + " |", flush=True)


def head(*cells: str) -> None:
    """Print the head of a table."""
    row(*cells)
    row(*["---"] * len(cells))


def measure(X: np.ndarray, y: np.ndarray, method: DSCDAN) -> tuple[float, ...]:
    """ACC, NMI with the max normaliser, ARI, modularity (nan without a graph), seconds, seconds of the processor."""
    start, cpu = time.perf_counter(), time.process_time()
    labels = method.fit_predict(X)
    taken = time.perf_counter() - start, time.process_time() - cpu
    quality = modularity(labels, method._edges()) if "at" in method._graph else float("nan")
    return acc(y, labels), nmi(y, labels, average="max"), ari(y, labels), quality, *taken


def ladder(asked: argparse.Namespace) -> None:
    """Each rung over the seeds."""
    dataset = load_dataset(asked.dataset)
    if dataset.y is None:
        raise ValueError(f"{dataset.title} has no labels to judge by. Choose a data set with labels.")
    X, y = dataset.X, dataset.y
    if asked.sample and asked.sample < len(X):
        few = np.sort(np.random.default_rng(0).choice(len(X), asked.sample, replace=False))
        X, y = X[few], y[few]
    changes = {
        name: parse_value(params_of(DSCDAN)[name], v) for name, _, v in (s.partition("=") for s in asked.set)
    }
    values = {"n_clusters": dataset.n_classes, **DSCDAN.presets[asked.preset], **changes}
    print(f"{dataset.title}, {len(X):,} samples, preset {asked.preset} {changes or ''}\n{machine()}\n")
    head("rung", "seed", *COLUMNS)
    for rung in asked.rungs:
        rows = []
        for seed in asked.seeds:
            rows.append(measure(X, y, DSCDAN(**{**values, **DSCDAN.ladder[rung]}, random_state=seed)))
            row(rung, seed, *(f"{v:.3f}" for v in rows[-1][:4]), *(f"{v:.0f}" for v in rows[-1][4:]))
        told = zip(np.mean(rows, axis=0), np.std(rows, axis=0), strict=True)
        row(f"**{rung}**", "all", *(f"{m:.3g} ± {d:.2g}" for m, d in told))


def _peak_of_a_fit(side: int, answer: Any) -> None:
    """Bytes by which one step of every stage raised the process's memory, on colour pictures of this size."""
    import torch

    torch.ones(1).sum()
    X = np.random.default_rng(0).random((N_PICTURES, side, side, 3), dtype=np.float32)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 - X.nbytes
    method = DSCDAN(n_clusters=10, pretrain_epochs=1, max_epochs=1, steps_per_epoch=1, device="cpu")
    estimated = method.cost(len(X), X.shape[1:]).memory
    start = time.perf_counter()
    method.fit(X)
    taken = time.perf_counter() - start
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 - before
    answer.put((peak, estimated, sum(p.numel() for p in method._net.parameters()), taken))


def memory(asked: argparse.Namespace) -> None:
    """Measured and estimated memory against the side of colour pictures, each in a process of its own."""
    print(f"{N_PICTURES} colour pictures, one epoch of each stage\n{machine()}\n")
    head("side", "parameters", "peak MiB", "estimate MiB", "estimate / peak", "seconds")
    context = multiprocessing.get_context("spawn")
    for side in asked.sides:
        answer = context.Queue()
        worker = context.Process(target=_peak_of_a_fit, args=(side, answer))
        worker.start()
        peak, estimated, n_parameters, taken = answer.get()
        worker.join()
        sizes = f"{peak / MIB:,.0f}", f"{estimated / MIB:,.0f}", f"{estimated / peak:.2f}"
        row(f"{side} × {side}", f"{n_parameters:,}", *sizes, f"{taken:.0f}")


def estimate(asked: argparse.Namespace) -> None:
    """Seconds foretold from a few timed steps, beside those that the whole fit takes."""
    dataset = load_dataset(asked.dataset)
    values = {"n_clusters": dataset.n_classes, **DSCDAN.presets[asked.preset]}
    print(f"{dataset.describe()}; preset {asked.preset}\n{machine()}\n")
    head("foretold s", "measured s", "foretold / measured", "GFLOP of the whole", "GFLOP/s")
    foretold = rehearse(DSCDAN(**values), dataset.X).seconds()
    method = DSCDAN(**values)
    start = time.perf_counter()
    method.fit(dataset.X)
    taken = time.perf_counter() - start
    flops = method.cost(dataset.n_samples, dataset.X.shape[1:]).flops / 1e9
    row(
        f"{foretold:.0f}",
        f"{taken:.0f}",
        f"{foretold / taken:.2f}",
        f"{flops:,.0f}",
        f"{flops / taken:.1f}",
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parts = parser.add_subparsers(required=True)
    part = parts.add_parser("ladder")
    part.add_argument("--dataset", default="usps")
    part.add_argument("--preset", default="quick", choices=list(DSCDAN.presets))
    part.add_argument("--seeds", nargs="+", type=int, default=[0, 1, 2])
    part.add_argument("--rungs", nargs="+", default=list(DSCDAN.ladder), choices=list(DSCDAN.ladder))
    part.add_argument("--sample", type=int, default=0)
    part.add_argument("--set", nargs="*", default=[], metavar="NAME=VALUE")
    part.set_defaults(run=ladder)
    part = parts.add_parser("memory")
    part.add_argument("--sides", nargs="+", type=int, default=[32, 64, 96, 128, 224])
    part.set_defaults(run=memory)
    part = parts.add_parser("estimate")
    part.add_argument("--dataset", default="usps")
    part.add_argument("--preset", default="quick", choices=list(DSCDAN.presets))
    part.set_defaults(run=estimate)
    asked = parser.parse_args()
    asked.run(asked)


if __name__ == "__main__":
    main()
