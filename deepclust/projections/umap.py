"""UMAP (McInnes, Healy & Melville 2018, arXiv:1802.03426) by umap-learn, with progress and cancel.

The neighbours are searched here, exactly, and handed to umap-learn: its own search compiles for about a minute in every
fresh process, while what is left of the compiling takes 6-8 seconds.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from deepclust.neighbors import nearest_neighbors
from deepclust.projections.pca import reduce, start_positions

SEARCH_SHARE = 0.2  # of the progress bar
SETTLING_RATE = 0.3  # how far a layout that is nearly right is moved, where a new one begins with 1


class _Meter:
    """The file that umap-learn's tqdm bar writes to: every "done/total" goes on as a fraction."""

    def __init__(self, report: Callable[[float, str], None]) -> None:
        self.report = report

    def write(self, text: str) -> None:
        done, slash, total = text.strip().partition("/")
        if slash and done.isdigit() and total.isdigit() and int(total):
            share = int(done) / int(total)
            self.report(SEARCH_SHARE + (1 - SEARCH_SHARE) * share, f"UMAP layout, epoch {done} of {total}")

    def flush(self) -> None:
        """Nothing is kept back."""


def embed(
    X: NDArray[np.float32],
    n_components: int,
    random_state: int,
    report: Callable[[float, str], None],
    n_neighbors: float,
    min_dist: float,
    start: NDArray[np.float32] | None = None,
    n_epochs: int | None = None,
) -> tuple[NDArray[np.float32], dict[str, Any]]:
    """Points (n, n_components) of X (n, d), n >= 4, and the parameters really used.

    `n_neighbors` counts the sample itself, as umap-learn does, and is cut to n - 1 (umap-learn's limit). More than 50
    features are first reduced by PCA; the layout starts from PCA, or from ``start`` (n, n_components). n_epochs: of the
    layout, by default umap-learn's choice.
    """
    n_samples = len(X)
    n_neighbors = int(min(n_neighbors, n_samples - 1))
    X = reduce(X)

    def searched(fraction: float) -> None:
        report(SEARCH_SHARE * fraction, "UMAP, nearest neighbours")

    indices, distances = nearest_neighbors(X, n_neighbors - 1, searched)
    own = np.arange(n_samples)[:, None]
    indices = np.hstack([own, indices])
    distances = np.hstack([np.zeros((n_samples, 1), dtype=np.float32), distances])
    report(SEARCH_SHARE, "UMAP, loading")

    with warnings.catch_warnings():
        # umap-learn speaks of TensorFlow, which only its ParametricUMAP wants
        warnings.simplefilter("ignore", ImportWarning)
        from umap import UMAP
    _release_gil()

    layout = UMAP(
        n_components=n_components,
        n_neighbors=n_neighbors,
        min_dist=float(min_dist),
        init=start_positions(X, n_components, random_state) if start is None else start,
        n_epochs=n_epochs,
        learning_rate=1.0 if start is None else SETTLING_RATE,
        precomputed_knn=(indices, distances, None),
        random_state=random_state,
        n_jobs=1,  # a seed and several threads exclude each other in umap-learn
        # "disable" said here, because umap-learn silences the bar otherwise
        tqdm_kwds={"disable": False, "file": _Meter(report), "bar_format": "{n_fmt}/{total_fmt}", "mininterval": 0.2},
    )
    with warnings.catch_warnings():
        # no search index means no transform() of new samples, which a map does not need
        warnings.filterwarnings("ignore", message=r"precomputed_knn\[2\]", category=UserWarning)
        points = layout.fit_transform(X)
    return points, {"n_neighbors": n_neighbors, "min_dist": float(min_dist)}


def _release_gil() -> None:
    """Let other threads run during an epoch: umap-learn compiles its loop without `nogil`, which stalls them for seconds."""
    import numba
    from umap import layouts

    loop = getattr(layouts, "_optimize_layout_euclidean_single_epoch", None)
    compiled = getattr(layouts, "_nb_optimize_layout_euclidean_single_epoch", None)
    if loop is not None and compiled is not None and not compiled.targetoptions.get("nogil"):
        layouts._nb_optimize_layout_euclidean_single_epoch = numba.njit(loop, fastmath=True, nogil=True)
