"""SpectralNet and its exact companions: accuracy, time, and the questions that its reviewers asked.

    python -m benchmarks.spectral toys | ncut [--dataset digits] [--sample 10000] | package [--siamese] | orthonormality | scaling |
        unseen | validation    [--seeds 0 1 2 3 4]

Each part prints a markdown table, means and standard deviations over all seeds. Labels are looked at only after a fit has
ended. Seconds are of the processor (all threads) and of the clock; on a busy machine only the former mean anything.
`package` compares with the PyPI package `spectralnet`, if it can be imported; it is no requirement of the project.
"""

from __future__ import annotations

import argparse
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from deepclust.data.catalog.table import load_dataset
from deepclust.data.dataset import Dataset
from deepclust.events import Progress
from deepclust.methods import Method, find_method, kmeans_centers
from deepclust.metrics.external import acc, nmi

TOYS = ("moons", "rings", "spirals")
TOY_POINTS = 2000


def row(*cells: object) -> None:
    """One line of a markdown table."""
    print("| " + " | ".join(map(str, cells)) + " |", flush=True)


def header(*names: str) -> None:
    row(*names)
    row(*("---" for _ in names))


def spread(values: Iterable[float], digits: int = 3) -> str:
    """Mean and standard deviation."""
    values = list(values)
    return f"{np.mean(values):.{digits}f} ± {np.std(values):.{digits}f}"


class Clock:
    """Seconds of the processor and of the wall since it was made."""

    def __init__(self) -> None:
        self._cpu, self._wall = time.process_time(), time.perf_counter()

    def seconds(self) -> tuple[float, float]:
        return time.process_time() - self._cpu, time.perf_counter() - self._wall


def fitted(name: str, dataset: Dataset, seed: int, **values: Any) -> tuple[Method, dict[str, float], float, float]:
    """A fitted method, its last losses, and its processor and wall seconds."""
    method = find_method(name)(n_clusters=dataset.n_classes, random_state=seed, **values)
    clock, last = Clock(), {}
    for event in method.fit_events(dataset.X):
        if isinstance(event, Progress):
            last = dict(event.losses)
    return method, last, *clock.seconds()


def sample_of(data: Dataset, n_samples: int) -> Dataset:
    """A random part of a data set; all of it for 0."""
    if not 0 < n_samples < data.n_samples:
        return data
    rows = np.sort(np.random.default_rng(0).permutation(data.n_samples)[:n_samples])
    return replace(data, X=data.X[rows], y=data.y[rows], n_train=None, ids=None)


def exact_labels(method: Method, n_clusters: int, n_vectors: int) -> np.ndarray:
    """Ncut on the very graph that a SpectralNet learned from: k-means on the first exact eigenvectors."""
    vectors = method.result().extras["exact eigenvectors"][:, :n_vectors]
    centers = kmeans_centers(vectors / vectors.std(), n_clusters, 0, 10)
    return np.argmin(((vectors[:, None] / vectors.std() - centers) ** 2).sum(axis=2), axis=1)


def warm_up() -> None:
    """Load torch and scikit-learn, and compile nothing later than this."""
    data = load_dataset("rings", n_samples=100)
    fitted("SpectralNet", data, 0, max_epochs=1, steps_per_epoch=1)


# -- accuracy -------------------------------------------------------------------------------------------------------


def toys(names: list[str], seeds: list[int]) -> None:
    """Moons, rings and spirals: k-means, Ncut and SpectralNet with their defaults."""
    header("data", "method", "ACC", "lowest ACC", "CPU s", "wall s", "Grassmann distance")
    for toy in names:
        for name in ("KMeans", "SpectralClustering", "LandmarkSpectral", "SpectralNet"):
            found = []
            for seed in seeds:
                data = load_dataset(toy, n_samples=TOY_POINTS, seed=seed)
                method, last, cpu, wall = fitted(name, data, seed)
                found.append((acc(data.y, method.labels_), cpu, wall, last.get("grassmann", np.nan)))
            accuracy, cpu, wall, grassmann = zip(*found, strict=True)
            distance = "" if np.isnan(grassmann).any() else spread(grassmann, 4)
            row(toy, name, spread(accuracy), f"{min(accuracy):.3f}", spread(cpu, 1), spread(wall, 1), distance)


def ncut(dataset: str, seeds: list[int], preset: str, sample: int) -> None:
    """SpectralNet against Ncut on the same graph, and the companions on the samples as they are."""
    data = sample_of(load_dataset(dataset), sample)
    header("method", "ACC", "NMI (max)", "Grassmann distance", "CPU s", "wall s")
    for name in ("KMeans", "SpectralClustering", "LandmarkSpectral"):
        found = []
        for seed in seeds:
            method, _, cpu, wall = fitted(name, data, seed)
            found.append((acc(data.y, method.labels_), nmi(data.y, method.labels_, average="max"), cpu, wall))
        a, n, cpu, wall = zip(*found, strict=True)
        row(f"{name}, samples as they are", spread(a), spread(n), "", spread(cpu, 1), spread(wall, 1))
    found: list[tuple[float, ...]] = []
    exact: dict[str, list[tuple[float, float]]] = {"as many as clusters": [], "as many as outputs": []}
    for seed in seeds:
        method, last, cpu, wall = fitted("SpectralNet", data, seed, **find_method("SpectralNet").presets[preset])
        score = acc(data.y, method.labels_), nmi(data.y, method.labels_, average="max")
        found.append((*score, last.get("grassmann", np.nan), cpu, wall))
        n_outputs = method.embedding_.shape[1]
        for scores, n_vectors in zip(exact.values(), (data.n_classes, n_outputs), strict=True):
            labels = exact_labels(method, data.n_classes, n_vectors)
            scores.append((acc(data.y, labels), nmi(data.y, labels, average="max")))
        others = ", ".join(f"Ncut, {name}, {scores[-1][0]:.3f}" for name, scores in exact.items())
        print(f"<!-- seed {seed}: SpectralNet, {n_outputs} outputs, {score[0]:.3f}; {others} -->", flush=True)
    a, n, distance, cpu, wall = zip(*found, strict=True)
    row(f"SpectralNet, {preset}", spread(a), spread(n), spread(distance), spread(cpu, 1), spread(wall, 1))
    for name, scores in exact.items():
        a, n = zip(*scores, strict=True)
        row(f"Ncut on the same graph, eigenvectors {name}", spread(a), spread(n), "", "", "")


# -- against the PyPI package ---------------------------------------------------------------------------------------


def package(dataset: str, seeds: list[int], siamese: bool) -> None:
    """The package with its defaults; ours with as many gradient steps and neighbours, on networks of the same widths and our own."""
    try:
        import spectralnet
    except ImportError as error:
        print(f"The package `spectralnet` cannot be imported here ({error}); nothing is compared.")
        return
    import torch

    data = load_dataset(dataset)
    x = data.X.reshape(data.n_samples, -1) / data.X.max()
    n_train = int(0.9 * data.n_samples)
    steps = -(-n_train // 1024)
    pair_steps = -(-4 * n_train // 256)  # two near and two far ones of each sample
    header("method", "ACC", "CPU s", "wall s", "gradient steps")
    theirs: list[tuple[float, ...]] = []
    widths = {"ours, the same widths": {"spectral_hidden": 1024}, "ours": {}}
    ours: dict[str, list[tuple[float, ...]]] = {name: [] for name in widths}
    for seed in seeds:
        torch.manual_seed(seed)
        np.random.seed(seed)
        for kept in (Path(spectralnet.__file__).parent / "_trainers" / "weights").glob("*.pth"):
            kept.unlink()  # the package would load them silently instead of training
        model, clock = spectralnet.SpectralNet(data.n_classes, should_use_siamese=siamese), Clock()
        model.fit(torch.from_numpy(x))
        labels = model.predict(torch.from_numpy(x))
        theirs.append((acc(data.y, labels), *clock.seconds()))
        same: dict[str, Any] = {"spectral_batch": 1024, "steps_per_epoch": steps, "max_epochs": 30, "n_neighbors": 30}
        if siamese:  # 256 pairs in each of our steps as well
            epochs = round(30 * pair_steps / (data.n_samples / 128))
            same |= {"affinity": "siamese", "siamese_epochs": epochs, "batch_size": 128}
        else:
            same |= {"affinity": "euclidean"}
        for name, own in widths.items():
            method, _, cpu, wall = fitted("SpectralNet", data, seed, **same, **own)
            ours[name].append((acc(data.y, method.labels_), cpu, wall))
    total = 30 * steps + (30 * pair_steps if siamese else 0)
    for name, found in (("spectralnet (PyPI)", theirs), *ours.items()):
        accuracy, cpu, wall = zip(*found, strict=True)
        row(name, spread(accuracy), spread(cpu, 1), spread(wall, 1), total)
    for name, found in ours.items():
        ratio = [t[1] / o[1] for t, o in zip(theirs, found, strict=True)]
        print(f"\nProcessor time, package over {name}: {spread(ratio, 2)}")


# -- the reviewers' questions ---------------------------------------------------------------------------------------


def orthonormality(dataset: str, seeds: list[int]) -> None:
    """Question 1: do weights that make one batch orthonormal hold on another, and on samples never seen?"""
    data = load_dataset(dataset)
    found = []
    for seed in seeds:
        method = fitted("SpectralNet", data, seed, **find_method("SpectralNet").presets["quick"])[0]
        found.append(method.result().extras["orthonormality"])
    header("batch size", "weights of all samples", "weights of another batch", "weights of all, unseen samples")
    for lines in zip(*found, strict=True):
        size, own, other, unseen = np.array(lines).T
        far = "" if np.isnan(unseen).any() else spread(unseen)
        row(int(size[0]), spread(own), spread(other), far)


def blobs_of(n: int) -> np.ndarray:
    """Ten groups in ten dimensions, n samples, not well separated."""
    rng = np.random.default_rng(0)
    return (3 * np.eye(10)[np.arange(n) % 10] + rng.normal(size=(n, 10))).astype(np.float32)


COSTS: dict[str, tuple[str, dict[str, Any]]] = {
    "exact (ARPACK)": ("SpectralClustering", {}),
    "landmarks": ("LandmarkSpectral", {}),
    "SpectralNet, batch": ("SpectralNet", {"graph": "batch", "affinity": "euclidean", "n_neighbors": 5}),
    "SpectralNet, walk": ("SpectralNet", {"graph": "walk", "affinity": "euclidean", "walk": 16}),
}


def scaling(sizes: list[int], which: list[str]) -> None:
    """Question 2: cost against the exact eigenvectors and against landmarks as n grows; each in a process of its own."""
    header("n", *which)
    for n in sizes:
        cells = []
        for name in which:
            command = [sys.executable, "-W", "ignore", "-m", "benchmarks.spectral", "one", "--sizes", str(n)]
            told = subprocess.run([*command, "--which", name], capture_output=True, text=True, check=False)
            cells.append(told.stdout.strip() or "failed")
        row(f"{n:,}", *cells)


def one(n: int, name: str) -> None:
    """Processor seconds of one fit without k-means, and how much the process grew."""
    warm_up()
    method_name, values = COSTS[name]
    X = blobs_of(n)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    clock = Clock()
    find_method(method_name)(n_clusters=10, n_init=1, **values).fit(X)
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    print(f"{clock.seconds()[0]:.1f} s, {max(grown, 0):.0f} MB")


def unseen(dataset: str, seeds: list[int], preset: str) -> None:
    """Question 3: accuracy on samples kept from the whole fit, against k-means fitted on the others."""
    data = load_dataset(dataset)
    header("method", "ACC of fitted samples", "ACC of unseen samples")
    for name, values in (("KMeans", {}), ("SpectralNet", find_method("SpectralNet").presets[preset])):
        found = []
        for seed in seeds:
            order = np.random.default_rng(seed).permutation(data.n_samples)
            train, test = order[: int(0.8 * len(order))], order[int(0.8 * len(order)) :]
            method = find_method(name)(n_clusters=data.n_classes, random_state=seed, **values).fit(data.X[train])
            found.append((acc(data.y[train], method.labels_), acc(data.y[test], method.predict(data.X[test]))))
        row("k-means, nearest centre" if name == "KMeans" else name, *(spread(f) for f in zip(*found, strict=True)))


def validation(dataset: str, seed: int) -> None:
    """Question 4: does the loss on held-back samples, or the last training loss, foretell the accuracy?"""
    data = load_dataset(dataset)
    found = []
    header("width", "learning rate", "epochs", "validation loss", "spectral loss", "Grassmann distance", "ACC")
    for width in (16, 64, 256):
        for rate in (1e-4, 1e-3, 1e-2):
            for epochs in (1, 4, 16):
                # compared as they are, so that the graph is the same in all, as the authors kept theirs
                values = {"affinity": "euclidean", "spectral_hidden": width, "learning_rate": rate}
                method, last, *_ = fitted("SpectralNet", data, seed, **values, max_epochs=epochs)
                score = acc(data.y, method.labels_)
                found.append((last["validation"], last["spectral"], last["grassmann"], score))
                row(width, rate, epochs, *(f"{v:.3f}" for v in found[-1]))
    table = np.array(found)
    for column, name in enumerate(("validation loss", "spectral loss", "Grassmann distance")):
        print(
            f"\nCorrelation of {name} with ACC over {len(table)}: {np.corrcoef(table[:, column], table[:, 3])[0, 1]:.3f}"
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parts: dict[str, Callable[[argparse.Namespace], None]] = {
        "toys": lambda a: toys(a.toys, a.seeds),
        "ncut": lambda a: ncut(a.dataset, a.seeds, a.preset, a.sample),
        "package": lambda a: package(a.dataset, a.seeds, a.siamese),
        "orthonormality": lambda a: orthonormality(a.dataset, a.seeds),
        "scaling": lambda a: scaling(a.sizes, a.which),
        "one": lambda a: one(a.sizes[0], a.which[0]),
        "unseen": lambda a: unseen(a.dataset, a.seeds, a.preset),
        "validation": lambda a: validation(a.dataset, a.seeds[0]),
    }
    parser.add_argument("part", choices=list(parts))
    parser.add_argument("--dataset", default="digits")
    parser.add_argument("--toys", nargs="+", default=list(TOYS), choices=TOYS)
    parser.add_argument("--preset", default="quick")
    parser.add_argument("--seeds", nargs="+", type=int, default=[0, 1, 2, 3, 4])
    parser.add_argument("--sample", type=int, default=0, help="ncut: so many samples of the data set")
    parser.add_argument("--siamese", action="store_true", help="package: with the Siamese network")
    parser.add_argument("--sizes", nargs="+", type=int, default=[1_000, 3_000, 10_000, 30_000, 70_000])
    parser.add_argument("--which", nargs="+", default=list(COSTS), choices=list(COSTS))
    asked = parser.parse_args()
    if asked.part not in ("scaling", "one"):
        warm_up()
    parts[asked.part](asked)


if __name__ == "__main__":
    main()
