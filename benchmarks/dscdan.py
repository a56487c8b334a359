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
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from typing import Any

import numpy as np

from benchmarks.methods_on_digits import machine
from deepclust import DSCDAN
from deepclust.data.catalog.table import load_dataset
from deepclust.data.dataset import Dataset
from deepclust.engine.asking.ask import make_config
from deepclust.engine.estimating.estimate import estimate as estimate_run
from deepclust.engine.estimating.trial import try_out
from deepclust.engine.training.saved import build
from deepclust.methods import rehearse
from deepclust.metrics.external import acc, ari, nmi
from deepclust.metrics.modularity import modularity
from deepclust.params import params_of, parse_value
from deepclust.runs import RunConfig, RunStore

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
    quality = modularity(labels, method.graph_.edges()) if method.graph_.of_all else float("nan")
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
    changes = {name: parse_value(params_of(DSCDAN)[name], v) for name, _, v in (s.partition("=") for s in asked.set)}
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


def _config(X: np.ndarray) -> RunConfig:
    """A run of DSCDAN on these pictures, one step of one epoch in every stage."""
    values = {"n_clusters": 10, "pretrain_epochs": 1, "max_epochs": 1, "steps_per_epoch": 1}
    return make_config({}, _pictures(X), "DSCDAN", values=values, device="cpu")


def _pictures(X: np.ndarray) -> Dataset:
    return Dataset("noise", X, kind="image", title="Noise")


def _noise(side: int) -> np.ndarray:
    return np.random.default_rng(0).random((N_PICTURES, side, side, 3), dtype=np.float32)


def _peak_of(what: Callable[[int], tuple[float, ...]], side: int) -> tuple[float, ...]:
    """What is measured on colour pictures of this side in a process of its own, whose peak memory comes first."""
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as alone:
        return alone.submit(_with_peak, what, side).result()


def _with_peak(what: Callable[[int], tuple[float, ...]], side: int) -> tuple[float, ...]:
    found = what(side)
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024, *found


def _fit(side: int) -> tuple[float, ...]:
    X = _noise(side)
    method = build(_config(X))
    start = time.perf_counter()
    method.fit(X)
    return sum(p.numel() for p in method._net.parameters()), time.perf_counter() - start


def _told(side: int) -> tuple[float, ...]:
    """Bytes that a user is told: by the rule of thumb, and after a trial."""
    X = _noise(side)
    config = _config(X)
    trial = try_out(config, _pictures(X))
    with tempfile.TemporaryDirectory() as nothing:
        store = RunStore(nothing)
        return estimate_run(config, store).memory, estimate_run(config, store, trial).memory


def memory(asked: argparse.Namespace) -> None:
    """The most that a process holds against the side of colour pictures, and what a user is told before."""
    print(f"{N_PICTURES} colour pictures, one step of each stage\n{machine()}\n")
    head(
        "side",
        "parameters",
        "peak MiB",
        "rule of thumb MiB",
        "after a trial MiB",
        "rule / peak",
        "trial / peak",
        "seconds",
    )
    for side in asked.sides:
        peak, n_parameters, taken = _peak_of(_fit, side)
        _, rule, tried = _peak_of(_told, side)
        sizes = (f"{size / MIB:,.0f}" for size in (peak, rule, tried))
        row(side, f"{n_parameters:,.0f}", *sizes, f"{rule / peak:.2f}", f"{tried / peak:.2f}", f"{taken:.0f}")


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
    row(f"{foretold:.0f}", f"{taken:.0f}", f"{foretold / taken:.2f}", f"{flops:,.0f}", f"{flops / taken:.1f}")


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
