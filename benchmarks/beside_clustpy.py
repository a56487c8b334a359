"""DEC, IDEC, DCN and VaDE beside those of ClustPy, in one process on the same data: ACC, NMI (max), CPU seconds of a fit and of an epoch.

    python -m benchmarks.beside_clustpy [--dataset digits] [--methods DEC IDEC] [--seeds 0] [--preset quick]
        [--epochs 100 150]

ClustPy (`pip install clustpy`, an environment of its own is best) has its defaults, but for ``--epochs`` of autoencoder and of
clustering. Ours has its network and epochs, and in a third line those of a preset. One thread; labels are looked at only after a fit.
Data lie between 0 and 1 for both, as its VaDE needs them.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Mapping
from functools import partial
from typing import Any

import numpy as np

from deepclust.data.catalog.table import load_dataset
from deepclust.methods import find_method
from deepclust.metrics.external import acc, nmi

# the network of ClustPy, and of the papers, and no end before the last epoch
CENTROIDS = {"n_hidden": 500, "n_wide": 2000, "tol": 0.0}
VADE = {"n_hidden": 500}  # its last layer is four times as wide


def of_clustpy(name: str, X: np.ndarray, k: int, epochs: tuple[int, int], seed: int) -> np.ndarray:
    """Clusters of ClustPy: of its two, those of a last k-means (``labels_``), but of VaDE those of its mixture."""
    import clustpy.deep

    method = getattr(clustpy.deep, name)
    model = method(n_clusters=k, pretrain_epochs=epochs[0], clustering_epochs=epochs[1], random_state=seed)
    fitted = model.fit(X.reshape(len(X), -1).astype(np.float32))
    return np.asarray(fitted.vade_labels_ if name == "VaDE" else fitted.labels_)


def of_ours(name: str, X: np.ndarray, k: int, values: Mapping[str, Any], seed: int) -> np.ndarray:
    return np.asarray(find_method(name)(n_clusters=k, random_state=seed, device="cpu", **values).fit_predict(X))


def main() -> None:
    import torch

    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--dataset", default="digits")
    parser.add_argument("--methods", nargs="+", default=["DEC", "IDEC"])
    parser.add_argument("--seeds", nargs="+", type=int, default=[0])
    parser.add_argument("--preset", help="a third line for this preset of ours")
    parser.add_argument("--epochs", nargs=2, type=int, default=[100, 150])
    asked = parser.parse_args()
    torch.set_num_threads(1)
    torch.set_flush_denormal(True)  # as ours does, so that neither has the denormal numbers of idle units against it

    dataset = load_dataset(asked.dataset)
    k, epochs = dataset.n_classes or 10, tuple(asked.epochs)
    X = np.asarray(dataset.X, np.float32)
    X = (X - X.min()) / (X.max() - X.min())
    for name in asked.methods:
        alike = {"pretrain_epochs": epochs[0], "max_epochs": epochs[1], **(VADE if name == "VaDE" else CENTROIDS)}
        ways = {
            "ClustPy": (partial(of_clustpy, name, X, k, epochs), sum(epochs)),
            "its network": (partial(of_ours, name, X, k, alike), sum(epochs)),
        }
        if asked.preset:
            values = find_method(name).presets[asked.preset]
            ways[asked.preset] = (
                partial(of_ours, name, X, k, values),
                sum(n for _, n in find_method(name)(**values).plan()),
            )
        for way, (labels_of, n_epochs) in ways.items():
            for seed in asked.seeds:
                begun = time.process_time()
                labels = labels_of(seed)
                cpu = time.process_time() - begun
                scores = acc(dataset.y, labels), nmi(dataset.y, labels, average="max")
                print(
                    f"{name:<6}{way:<14}seed {seed}  ACC {scores[0]:.3f}  NMI {scores[1]:.3f}  CPU {cpu:6.1f} s, "
                    f"{cpu / n_epochs:.3f} s for each of {n_epochs} epochs",
                    flush=True,
                )


if __name__ == "__main__":
    main()
