"""Data of Reuters' size, made up: memory and CPU time of SpectralNet, of landmarks, and of exact eigenvectors, against n.

    python -m benchmarks.large [--sizes 10000 30000 100000 300000 685071] [--which spectralnet landmarks
        arpack exact] [--gigabytes 16] [--minutes 30] [--write]

The data have the sparsity of Reuters-21578 as the catalog has it (37 of 2,000 words in a text, half of the texts 27 or
fewer), 685,071 of them are as many as Shaham et al. 2018 clustered, and four word distributions make the groups. They are
held once, as float32 (5.5 GB). Every measurement is a process of its own, which the system ends at its limit of memory or
of CPU time. ``arpack`` takes the neighbour graph in the affinity space that SpectralNet has learned (15 neighbours), and
solves it as scikit-learn's SpectralClustering does and as `deepclust.graphs` does; the graph's own seconds are apart.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np

from deepclust.engine.measured.large import FILE, REUTERS, Measured, read_measured
from deepclust.methods import find_method
from deepclust.metrics.external import acc

N_WORDS = 2_000
N_GROUPS = 4
CHUNK = 20_000  # texts that are written at once
TOKENS = (3.47, 0.75)  # mean and deviation of the logarithm of a text's length: 37 different words in the mean
#: What is fitted: the paper's way on Reuters (code, Siamese affinities, neighbours in each batch), cut short.
SPECTRALNET: dict[str, Any] = {
    "scaling": "none",  # of unit length already, and so no second copy is made
    "space": "code",
    "affinity": "siamese",
    "graph": "batch",
    "outputs": "clusters",
    "pretrain_epochs": 1,
    "siamese_epochs": 1,
    "max_epochs": 4,
}
NEIGHBORS = 15


def made_up(n_samples: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Texts float32 (n, 2000) as tf-idf of unit length, and their groups int64 (n,); never more than one dense copy."""
    rng = np.random.default_rng(seed)
    usual = 1 / (np.arange(N_WORDS) + 12.0)
    odds = usual * np.exp(0.9 * rng.normal(size=(N_GROUPS, N_WORDS)))
    ends = np.cumsum(odds / odds.sum(axis=1, keepdims=True), axis=1)
    y = rng.choice(N_GROUPS, n_samples, p=(0.46, 0.3, 0.15, 0.09))
    X = np.zeros((n_samples, N_WORDS), np.float32)
    idf = None
    for start in range(0, n_samples, CHUNK):
        part = X[start : start + CHUNK]
        lengths = np.clip(np.exp(rng.normal(*TOKENS, size=len(part))), 8, 600).astype(np.int64)
        text = np.repeat(np.arange(len(part)), lengths)
        drawn, group = rng.random(len(text)), y[start + text]
        word = np.empty(len(text), np.int64)
        for k in range(N_GROUPS):
            word[group == k] = np.searchsorted(ends[k], drawn[group == k], side="right")
        np.add.at(part, (text, np.minimum(word, N_WORDS - 1)), 1)
        if idf is None:  # the first texts stand for all
            idf = np.log(len(part) / (1 + np.count_nonzero(part, axis=0))).astype(np.float32) + 1
        np.log1p(part, out=part)
        part *= idf
        part /= np.sqrt(np.einsum("ij,ij->i", part, part))[:, None]
    return X, y.astype(np.int64)


def fit(method: Any, n_samples: int) -> tuple[dict[str, float], Any]:
    """CPU seconds and ACC of a fit on made-up texts, and the method; what making them takes is left out."""
    X, y = made_up(n_samples)
    begun = time.process_time()
    labels = method.fit_predict(X)
    return {"cpu": time.process_time() - begun, "acc": acc(y, labels)}, method


def spectralnet(n_samples: int, space: Path) -> dict[str, float]:
    """A fit of SpectralNet, which leaves its affinity space (n, 10) in a file."""
    method = find_method("SpectralNet")(n_clusters=N_GROUPS, device="cpu", **SPECTRALNET)
    found, method = fit(method, n_samples)
    np.save(space, method.result().spaces["Affinity space"])
    return found


def landmarks(n_samples: int, space: Path) -> dict[str, float]:
    """A fit of spectral clustering with landmarks."""
    return fit(find_method("LandmarkSpectral")(n_clusters=N_GROUPS, scaling="none"), n_samples)[0]


def graph_of(space: Path) -> tuple[Any, float]:
    """The neighbour graph of an affinity space, and its CPU seconds."""
    from deepclust.graphs import gaussian_affinity

    begun = time.process_time()
    return gaussian_affinity(np.load(space), NEIGHBORS), time.process_time() - begun


def arpack(n_samples: int, space: Path) -> dict[str, float]:
    """The first eigenvectors of the graph as scikit-learn's SpectralClustering has them."""
    from scipy import sparse
    from sklearn.manifold import spectral_embedding

    W, graph = graph_of(space)
    begun = time.process_time()
    spectral_embedding(
        sparse.csr_matrix(W), n_components=N_GROUPS, eigen_solver="arpack", random_state=0, drop_first=False
    )
    return {"cpu": time.process_time() - begun, "graph": graph}


def exact(n_samples: int, space: Path) -> dict[str, float]:
    """The same without a factorisation, as `deepclust.graphs` does it."""
    from deepclust.graphs import laplacian_eigenvectors

    W, graph = graph_of(space)
    begun = time.process_time()
    laplacian_eigenvectors(W, N_GROUPS)
    return {"cpu": time.process_time() - begun, "graph": graph}


PARTS = {"spectralnet": spectralnet, "landmarks": landmarks, "arpack": arpack, "exact": exact}


def measure(what: str, n_samples: int, space: Path, gigabytes: float, minutes: float) -> Measured:
    """One part in a process of its own, within its limits; what went wrong stands in the answer."""
    seconds = int(60 * minutes)

    def limits() -> None:
        resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 5))
        resource.setrlimit(resource.RLIMIT_AS, (int(gigabytes * 2**30),) * 2)  # addresses, which are more than memory

    command = [sys.executable, "-W", "ignore", "-m", "benchmarks.large", "--one", what, str(n_samples), str(space)]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False, preexec_fn=limits)
    if done.returncode == 0:
        return Measured(what, n_samples, **json.loads(done.stdout.splitlines()[-1]))
    over = f"more than {minutes:g} CPU minutes" if done.returncode in (-24, -9) else f"more than {gigabytes:g} GB"
    return Measured(what, n_samples, problem=over)


def one(what: str, n_samples: int, space: Path) -> dict[str, float]:
    """What a part measured, with the most bytes that its process has held."""
    found = PARTS[what](n_samples, space)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    return {name: round(value, 3) for name, value in found.items()} | {"gigabytes": round(peak / 2**30, 2)}


def row(m: Measured) -> str:
    """A line of the table."""
    if m.problem:
        return f"| {m.what} | {m.n_samples:,} | {m.problem} | | | |"
    accuracy = "" if m.acc is None else f"{m.acc:.3f}"
    graph = "" if m.graph is None else f"{m.graph:.0f}"
    return f"| {m.what} | {m.n_samples:,} | {m.cpu:.0f} | {graph} | {m.gigabytes:.1f} | {accuracy} |"


def keep(found: Measured, path: Path) -> None:
    """Put a measurement into a record, in place of an earlier one of the same."""
    kept = [m for m in read_measured(path) if (m.what, m.n_samples) != (found.what, found.n_samples)]
    lines = sorted([*kept, found], key=lambda m: (list(PARTS).index(m.what), m.n_samples))
    path.write_text("".join(m.line() + "\n" for m in lines), encoding="utf-8")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sizes", nargs="+", type=int, default=[10_000, 30_000, 100_000, 300_000, REUTERS])
    parser.add_argument("--which", nargs="+", choices=list(PARTS), default=list(PARTS))
    parser.add_argument("--gigabytes", type=float, default=16)
    parser.add_argument("--minutes", type=float, default=30, help="CPU minutes of one measurement")
    parser.add_argument("--spaces", type=Path, help="folder in which the affinity spaces are kept")
    parser.add_argument(
        "--write", nargs="?", type=Path, const=FILE, help="keep them, in the record of the page or in another file"
    )
    parser.add_argument("--one", nargs=3, metavar=("PART", "N", "SPACE"), help="one measurement, as JSON")
    asked = parser.parse_args()
    if asked.one:
        what, n_samples, space = asked.one
        print(json.dumps(one(what, int(n_samples), Path(space))))
        return
    print("| what | n | CPU s | graph, CPU s | peak GB | ACC |\n|---|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as temporary:
        folder = asked.spaces or Path(temporary)
        for n_samples in asked.sizes:
            for what in asked.which:
                found = measure(what, n_samples, folder / f"{n_samples}.npy", asked.gigabytes, asked.minutes)
                print(row(found), flush=True)
                if asked.write is not None:
                    keep(found, asked.write)


if __name__ == "__main__":
    main()
