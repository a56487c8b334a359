"""How good and how fast the quick presets are: ACC, NMI (max), ARI, seconds and CPU seconds over seeds.

    python -m benchmarks.methods_on_digits [--dataset digits] [--methods KMeans AEKMeans DDLS] [--seeds 0 1 2 3 4]
        [--preset quick]

Every seed is reported, then mean and standard deviation over all of them; no run is left out. Labels are looked at only
after a fit has ended.
"""

from __future__ import annotations

import argparse
import os
import platform
import time

import numpy as np

from deepclust.data.catalog.table import load_dataset
from deepclust.data.dataset import Dataset
from deepclust.methods import METHODS, find_method
from deepclust.metrics.external import acc, ari, nmi

COLUMNS = ("acc", "nmi", "ari", "seconds", "cpu")


def measure(dataset: Dataset, name: str, preset: str, seed: int) -> tuple[float, float, float, float, float]:
    """ACC, NMI with the max normaliser, ARI, and seconds and CPU seconds of one fit."""
    if dataset.y is None or dataset.n_classes is None:
        raise ValueError(f"{dataset.title} has no labels to judge by. Choose a data set with labels.")
    method = find_method(name)
    estimator = method(**{"n_clusters": dataset.n_classes, "random_state": seed, **method.presets[preset]})
    start, cpu = time.perf_counter(), time.process_time()
    labels = estimator.fit_predict(dataset.X)
    seconds, cpu = time.perf_counter() - start, time.process_time() - cpu
    return acc(dataset.y, labels), nmi(dataset.y, labels, average="max"), ari(dataset.y, labels), seconds, cpu


def machine() -> str:
    """One line that says where the seconds were taken."""
    import torch

    device = torch.cuda.get_device_name(0) if torch.cuda.is_available() else "no GPU"
    return (
        f"{platform.machine()}, {os.cpu_count()} cores, {torch.get_num_threads()} torch threads, {device}, "
        f"Python {platform.python_version()}, torch {torch.__version__}"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--dataset", default="digits")
    parser.add_argument("--methods", nargs="+", default=["KMeans", "AEKMeans", "DDLS"], choices=list(METHODS))
    parser.add_argument("--seeds", nargs="+", type=int, default=[0, 1, 2, 3, 4])
    parser.add_argument("--preset", default="quick")
    asked = parser.parse_args()

    dataset = load_dataset(asked.dataset)
    start = time.perf_counter()
    print(f"{dataset.describe()}; preset {asked.preset}\n{machine()}")
    print(f"(loading torch took {time.perf_counter() - start:.1f} s, not counted below)\n")
    print(f"{'method':<10}{'seed':>6}" + "".join(f"{c:>10}" for c in COLUMNS))
    baseline: float | None = None
    for name in asked.methods:
        if "torch" not in find_method(name).needs:
            find_method(name)(n_clusters=2).fit(dataset.X[:100])  # loads, and compiles with numba
        rows = []
        for seed in asked.seeds:
            rows.append(measure(dataset, name, asked.preset, seed))
            print(f"{name:<10}{seed:>6}" + "".join(f"{v:>10.3f}" for v in rows[-1]), flush=True)
        means, deviations = np.mean(rows, axis=0), np.std(rows, axis=0)
        told = "".join(f"{m:.3f}±{d:.3f}".rjust(14) for m, d in zip(means, deviations, strict=True))
        baseline = means[0] if name == "KMeans" else baseline
        ratio = f"   ACC {means[0] / baseline:.2f} x k-means" if baseline and name != "KMeans" else ""
        print(f"{name:<10}{'all':>6}{told}{ratio}\n", flush=True)


if __name__ == "__main__":
    main()
