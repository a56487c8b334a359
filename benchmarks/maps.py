"""How good and how fast every projection is: CPU seconds, neighbours kept, and k-means on the map.

    OMP_NUM_THREADS=1 NUMBA_NUM_THREADS=1 python -m benchmarks.maps [--dataset usps] [--maps pca umap ...] [--seeds 0 1 2]

trust is scikit-learn's trustworthiness on 1,000 points and recall the share of the 15 nearest neighbours that stay, both as the
app shows them, against the samples as they are; islands is what HDBSCAN counts on the map. "noise" is 3,000 points spread evenly in ten
dimensions, in which there are no groups. Labels are looked at only after a map is made.
"""

from __future__ import annotations

import argparse
import time

import numpy as np
from sklearn.cluster import HDBSCAN, KMeans

from deepclust.data.catalog.table import load_dataset
from deepclust.metrics.external import acc, nmi
from deepclust.projections import PROJECTIONS, project

ISLAND = 60  # samples at least


def measure(X: np.ndarray, y: np.ndarray | None, method: str, seed: int) -> list[float]:
    """CPU seconds of one map, its trustworthiness and recall, regions, and ACC and NMI (max) of k-means on it."""
    start = time.process_time()
    projection = project(X, method, random_state=seed)
    row = [time.process_time() - start, projection.trustworthiness or 0.0, float(np.mean(projection.kept))]
    row.append(HDBSCAN(min_cluster_size=ISLAND, copy=True).fit(projection.points).labels_.max() + 1)
    if y is not None:
        labels = KMeans(len(np.unique(y)), n_init=10, random_state=seed).fit_predict(projection.points)
        row += [acc(y, labels), nmi(y, labels, average="max")]
    return row


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--dataset", default="usps", help="a data set of the catalog, or noise")
    parser.add_argument("--maps", nargs="+", default=list(PROJECTIONS), choices=list(PROJECTIONS))
    parser.add_argument("--seeds", nargs="+", type=int, default=[0, 1, 2])
    choices = parser.parse_args()
    if choices.dataset == "noise":
        X, y = np.random.default_rng(0).random((3_000, 10)).astype(np.float32), None
    else:
        dataset = load_dataset(choices.dataset)
        X, y = dataset.X, dataset.y
    print(f"{choices.dataset}: {X.shape}; the seconds hold trust and recall too")
    print(f"{'map':<10}{'seed':>6}" + "".join(f"{c:>9}" for c in ("cpu", "trust", "recall", "islands", "acc", "nmi")))
    for method in choices.maps:
        PROJECTIONS[method].warm_up()
        rows = [measure(X, y, method, seed) for seed in choices.seeds]
        for seed, row in zip(choices.seeds, rows, strict=True):
            print(f"{method:<10}{seed:>6}" + "".join(f"{v:>9.3f}" for v in row))
        print(f"{method:<10}{'mean':>6}" + "".join(f"{v:>9.3f}" for v in np.mean(rows, axis=0)), flush=True)


if __name__ == "__main__":
    main()
