"""UMAP (McInnes, Healy & Melville 2018, arXiv:1802.03426) by umap-learn, with progress and cancel.

The neighbours are searched here, exactly, and handed to umap-learn: its own search compiles for about a minute in every
fresh process, while what is left of the compiling takes 6-8 seconds.
"""

from __future__ import annotations

import warnings
from dataclasses import replace
from typing import Self

import numpy as np
from numpy.typing import NDArray

from deepclust.neighbors import nearest_neighbors
from deepclust.params import param
from deepclust.projections.base import ProjectionMethod, Report
from deepclust.projections.pca import reduce, start_positions

SEARCH_SHARE = 0.2  # of the progress bar
SETTLING_EPOCHS = 100
SETTLING_RATE = 0.3  # how far a layout that is nearly right is moved, where a new one begins with 1


class _Meter:
    """The file that umap-learn's tqdm bar writes to: every "done/total" goes on as a fraction."""

    def __init__(self, report: Report) -> None:
        self.report = report

    def write(self, text: str) -> None:
        done, slash, total = text.strip().partition("/")
        if slash and done.isdigit() and total.isdigit() and int(total):
            share = int(done) / int(total)
            self.report(SEARCH_SHARE + (1 - SEARCH_SHARE) * share, f"UMAP layout, epoch {done} of {total}")

    def flush(self) -> None:
        """Nothing is kept back."""


class UMAP(ProjectionMethod):
    """Attraction along the edges of a fuzzy graph of neighbours, repulsion of points drawn at random.

    More than 50 features are first reduced by PCA; the layout starts from PCA, or from given positions.
    """

    title = "UMAP"
    summary = "Keeps neighbours together and pulls groups apart, by laying out a graph of nearest neighbours."
    note = "Near points are alike. Sizes of groups and the gaps between them mean little."
    reference = "McInnes, Healy, Melville 2018, arXiv:1802.03426"
    rank = 20
    heavy = ("umap", "numba")

    n_neighbors: int = param(
        15, "Neighbours", help="How many nearest samples, itself among them, each point is joined to.", min=2
    )
    min_dist: float = param(
        0.1, "Least distance", help="How near to each other points may lie: small, and groups are dense.", min=0, max=1
    )

    def cut_to(self, n_samples: int) -> Self:
        # umap-learn counts the sample itself and wants n - 1 at most
        return replace(self, n_neighbors=int(min(self.n_neighbors, n_samples - 1)), min_dist=float(self.min_dist))

    def embed(
        self, X: NDArray[np.float32], n_components: int, random_state: int, report: Report
    ) -> NDArray[np.float32]:
        X = reduce(X)
        start = start_positions(X, n_components, random_state)
        return self._lay_out(X, start, random_state, report, learning_rate=1.0, n_epochs=None)

    def settle(
        self, X: NDArray[np.float32], start: NDArray[np.float32], random_state: int, report: Report
    ) -> NDArray[np.float32]:
        rate, epochs = SETTLING_RATE, SETTLING_EPOCHS
        return self._lay_out(reduce(X), start, random_state, report, learning_rate=rate, n_epochs=epochs)

    def _lay_out(
        self,
        X: NDArray[np.float32],
        start: NDArray[np.float32],
        random_state: int,
        report: Report,
        *,
        learning_rate: float,
        n_epochs: int | None,
    ) -> NDArray[np.float32]:
        """n_epochs from ``start`` (n, n_components); None is umap-learn's choice."""
        n_samples = len(X)

        def searched(fraction: float) -> None:
            report(SEARCH_SHARE * fraction, "UMAP, nearest neighbours")

        indices, distances = nearest_neighbors(X, self.n_neighbors - 1, searched)
        own = np.arange(n_samples)[:, None]
        indices = np.hstack([own, indices])
        distances = np.hstack([np.zeros((n_samples, 1), dtype=np.float32), distances])
        report(SEARCH_SHARE, "UMAP, loading")

        with warnings.catch_warnings():
            # umap-learn speaks of TensorFlow, which only its ParametricUMAP wants
            warnings.simplefilter("ignore", ImportWarning)
            import umap
        _release_gil()

        layout = umap.UMAP(
            n_components=start.shape[1],
            n_neighbors=self.n_neighbors,
            min_dist=self.min_dist,
            init=start,
            n_epochs=n_epochs,
            learning_rate=learning_rate,
            precomputed_knn=(indices, distances, None),
            random_state=random_state,
            n_jobs=1,  # a seed and several threads exclude each other in umap-learn
            # "disable" said here, because umap-learn silences the bar otherwise
            tqdm_kwds={
                "disable": False,
                "file": _Meter(report),
                "bar_format": "{n_fmt}/{total_fmt}",
                "mininterval": 0.2,
            },
        )
        with warnings.catch_warnings():
            # no search index means no transform() of new samples, which a map does not need
            warnings.filterwarnings("ignore", message=r"precomputed_knn\[2\]", category=UserWarning)
            return np.asarray(layout.fit_transform(X), dtype=np.float32)


def _release_gil() -> None:
    """Let other threads run during an epoch: umap-learn compiles its loop without `nogil`, which stalls them for seconds."""
    import numba
    from umap import layouts

    loop = getattr(layouts, "_optimize_layout_euclidean_single_epoch", None)
    compiled = getattr(layouts, "_nb_optimize_layout_euclidean_single_epoch", None)
    if loop is not None and compiled is not None and not compiled.targetoptions.get("nogil"):
        layouts._nb_optimize_layout_euclidean_single_epoch = numba.njit(loop, fastmath=True, nogil=True)
